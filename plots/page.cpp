#include "plots/page.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <sstream>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd {
namespace {

/// Distances in pixels where letters are 13 pixels high; the PNG has twice as many, the PDF has 96 to the inch.
struct Distances {
  int left = 70, right = 22, below = 54, above = 30, panel_title = 20, page_title = 32, note = 17, panel = 250;
  int sample = 34, gap = 8, legend_row = 23, x_label = 39, y_label = 15;

  Distances() = default;
  explicit Distances(double scale) {
    for (int* d : {&left, &right, &below, &above, &panel_title, &page_title, &note, &panel, &sample, &gap, &legend_row,
                   &x_label, &y_label})
      *d = static_cast<int>(std::lround(scale * *d));
  }
};

constexpr double kScreenFont = 13, kNoteFont = 11;
constexpr int kMargin = 12;  // below the legend

constexpr const char* kHollow = "pt 6 ps 0.9 lw 1.8";
constexpr const char* kCross = " point pt 2 ps 1.1 lw 2 lc rgb '";  // where a curve ends before its time

std::string line(const LineStyle& style) {
  return "lw 2.2 lc rgb '" + style.colour + "' dt " + (style.dash.empty() ? "1" : "(" + style.dash + ")");
}

/// The area of a band, also behind its line in the legend.
std::string area(const LineStyle& style) { return "fc rgb '" + style.colour + "' fs transparent solid 0.18 noborder"; }

/// How gnuplot draws a mark.
std::string look(Mark mark, const LineStyle& style) {
  const std::string colour = " lc rgb '" + style.colour + "'";
  switch (mark) {
    case Mark::band:
      return "filledcurves " + area(style);
    case Mark::line:
      return "lines " + line(style);
    case Mark::dots:
      return "points pt 7 ps 0.35" + colour;
    case Mark::joined:
      return "linespoints pt 7 ps 0.7 lw 1.8" + colour;
    case Mark::circles:
      return "points pt 6 ps 1.5 lw 1.5" + colour;
    case Mark::printed:
      return std::string("points ") + kHollow + colour;
    case Mark::fit:
      break;
  }
  return "lines lw 1.6 dt (6,5) lc rgb '#222222'";
}

/// A text as gnuplot's text, whatever it is. Between single quotes everything stands for itself but the quote, whose double
/// gnuplot 5.4 misreads at the beginning of a text; between double ones \ and ` have a meaning, so they are given by number.
std::string gnuplot_text(const std::string& text) {
  const std::string line = printable(text);
  if (line.find('\'') == std::string::npos) return "'" + line + "'";
  std::string out = "\"";
  for (const char c : line) out += c == '"' ? "\\042" : c == '\\' ? "\\134" : c == '`' ? "\\140" : std::string(1, c);
  return out + "\"";
}

/// An author's text may use gnuplot's V_N and x^2; the name of a column is shown as it is.
std::string label_text(const std::string& label, const std::string& column) {
  const bool plain = label.empty() || label == column;
  return gnuplot_text(plain ? column : label) + (plain ? " noenhanced" : " enhanced");
}

/// About how wide a text is in pixels: Helvetica's widths, in three classes.
int text_width(const std::string& text, double font) {
  double em = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // the rest of a UTF-8 character
    const bool narrow = std::strchr("ijltfr.,:;'|()[]!/- ", c) != nullptr, wide = c == 'm' || c == 'w' || std::isupper(c);
    em += narrow ? 0.33 : wide ? 0.76 : 0.57;
  }
  return static_cast<int>(std::ceil(em * font));
}

/// One entry of the legend: a line on its band, or a mark.
struct Entry {
  std::string label;
  LineStyle style;
  std::string point = {};  ///< as gnuplot draws it; empty: a line
};

class Page {
 public:
  Page(const Chart& chart, const PageFormat& format) : chart_(chart), format_(format), d_(format.font / kScreenFont) {
    for (const LegendEntry& entry : chart.legend)
      entries_.push_back({entry.label, entry.style,
                          entry.printed ? std::string(" point ") + kHollow + " lc rgb '" + entry.style.colour + "'" : ""});
    bool early = false;
    int column = 1;
    for (const ChartPanel& panel : chart.panels) {
      std::vector<int>& first = first_columns_.emplace_back();
      for (const Curve& curve : panel.curves) {
        early = early || curve.early;
        first.push_back(column);
        column += static_cast<int>(curve.columns.size());
      }
    }
    if (early) entries_.push_back({"a run ended early", {}, kCross + std::string("#444444'")});
    arrange();
  }

  std::string script() const;

 private:
  void arrange();
  void arrange_legend();
  int widest_text() const;
  int widest_entry() const;
  int entry_width(const Entry& entry) const;
  std::string x(double pixels) const { return "screen " + number_text(pixels / width_); }
  std::string y(double from_top) const { return "screen " + number_text(1 - from_top / height_); }
  std::string terminals() const;
  std::string note() const;
  std::string legend() const;
  std::string panel(std::size_t p) const;
  std::string crosses(const ChartPanel& panel) const;
  std::string layer(const Layer& layer, const Curve& curve, int first_column, const Axis& vertical) const;
  std::string curves(std::size_t p) const;
  const LineStyle& style(const Curve& curve) const { return chart_.legend[curve.entry].style; }

  const Chart& chart_;
  PageFormat format_;
  Distances d_;
  std::vector<Entry> entries_;
  std::vector<std::vector<int>> first_columns_;  ///< by panel and curve: of the CSV file, from 1

  int width_ = 0, height_ = 0, columns_ = 1, cell_width_ = 0, cell_height_ = 0, above_ = 0;
  std::vector<std::string> note_;    ///< line by line
  std::vector<int> legend_columns_;  ///< width of each
  int legend_rows_ = 0;
};

/// What stands above a panel, where the widest line is as wide as this.
int Page::widest_text() const {
  int widest = 0;
  for (const ChartPanel& panel : chart_.panels) {
    const std::string& label = panel.y_label.empty() ? panel.y : panel.y_label;
    widest = std::max({widest, text_width(label, format_.font), text_width(panel.title, format_.font)});
  }
  return widest;
}

/// With room for a font that is wider than Helvetica, which shows in a long text.
int Page::entry_width(const Entry& entry) const {
  const double text = text_width(entry.label, format_.font), reserve = 0.4 * std::max(0.0, text - 15 * format_.font);
  return d_.sample + d_.gap + static_cast<int>(std::ceil(text + reserve));
}

int Page::widest_entry() const {
  int widest = 0;
  for (const Entry& entry : entries_) widest = std::max(widest, entry_width(entry));
  return widest;
}

void Page::arrange() {
  const int count = static_cast<int>(chart_.panels.size());
  columns_ = count == 4 ? 2 : std::min(3, count);
  if (format_.width == 0) {
    cell_width_ = std::max(columns_ == 1 ? 560 : 400, (widest_entry() + 4 * d_.gap) / columns_);
  } else {
    const int least = std::max(190, widest_text() + d_.left / 2);  // two inches
    while (columns_ > 1 && format_.width / columns_ < least) --columns_;
    cell_width_ = format_.width / columns_;
    d_.panel = std::clamp(static_cast<int>(0.65 * (cell_width_ - d_.left - d_.right)), 115, 190);
  }
  width_ = columns_ * cell_width_;
  const bool titles =
      std::any_of(chart_.panels.begin(), chart_.panels.end(), [](const ChartPanel& q) { return !q.title.empty(); });
  if (!format_.title) d_.page_title = 0;
  if (format_.title && !chart_.note.empty()) {
    std::istringstream lines(wrapped(chart_.note, 0, static_cast<std::size_t>(width_ / (0.58 * kNoteFont))));
    for (std::string text; std::getline(lines, text);) note_.push_back(text);
    d_.page_title += d_.note * static_cast<int>(note_.size());
  }
  above_ = d_.above + (titles ? d_.panel_title : 0);
  cell_height_ = above_ + d_.panel + d_.below;
  arrange_legend();
  height_ = d_.page_title + (count + columns_ - 1) / columns_ * cell_height_ + legend_rows_ * d_.legend_row + kMargin;
}

/// As many columns as fit, then as few as need no further row.
void Page::arrange_legend() {
  const int count = static_cast<int>(entries_.size());
  for (int columns = count; columns >= 1; --columns) {
    legend_rows_ = (count + columns - 1) / columns;
    if (columns > 1 && (columns - 1) * legend_rows_ >= count) continue;
    legend_columns_.assign(static_cast<std::size_t>(columns), 0);
    for (std::size_t k = 0; k < entries_.size(); ++k) {
      int& widest = legend_columns_[k / static_cast<std::size_t>(legend_rows_)];
      widest = std::max(widest, entry_width(entries_[k]) + 3 * d_.gap);
    }
    int total = 0;
    for (const int w : legend_columns_) total += w;
    if (total <= width_ - 2 * d_.gap) return;
  }
}

std::string Page::legend() const {
  std::ostringstream out;
  int total = -3 * d_.gap;
  for (const int w : legend_columns_) total += w;
  double left = std::max(2 * d_.gap, (width_ - total) / 2);
  const std::size_t rows = static_cast<std::size_t>(legend_rows_);
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    if (k > 0 && k % rows == 0) left += legend_columns_[k / rows - 1];
    const Entry& entry = entries_[k];
    const double middle = height_ - kMargin - (legend_rows_ - 1 - static_cast<double>(k % rows)) * d_.legend_row - 4;
    if (!entry.point.empty()) {
      out << "  set label '' at " << x(left + d_.sample / 2.0) << "," << y(middle) << entry.point << "\n";
    } else {
      out << "  set object rectangle from " << x(left) << "," << y(middle + 5) << " to " << x(left + d_.sample) << ","
          << y(middle - 5) << " " << area(entry.style) << "\n"
          << "  set arrow from " << x(left) << "," << y(middle) << " to " << x(left + d_.sample) << "," << y(middle)
          << " nohead " << line(entry.style) << "\n";
    }
    out << "  set label " << gnuplot_text(entry.label) << " at " << x(left + d_.sample + d_.gap) << "," << y(middle)
        << " left noenhanced\n";
  }
  return out.str();
}

/// Under the title.
std::string Page::note() const {
  std::string out;
  for (std::size_t i = 0; i < note_.size(); ++i)
    out += "  set label " + gnuplot_text(note_[i]) + " at screen 0.5, " +
           y(d_.page_title + d_.note * (static_cast<double>(i) - static_cast<double>(note_.size()) + 0.4)) +
           " center noenhanced textcolor rgb '#444444' font (f eq 'pdf' ? ',8.25' : ',11')\n";
  return out;
}

/// A cross where a curve ends because a run diverged or failed.
std::string Page::crosses(const ChartPanel& panel) const {
  std::ostringstream out;
  for (const Curve& curve : panel.curves)
    if (curve.early && !curve.x().empty())
      out << "  set label '' at " << number_text(panel.axes.x.clamped(curve.x().back())) << ","
          << number_text(panel.axes.y.clamped(curve.y().back())) << kCross << style(curve).colour << "'\n";
  return out.str();
}

/// One plot command: the columns of the file, and how they are drawn.
std::string Page::layer(const Layer& layer, const Curve& curve, int first_column, const Axis& vertical) const {
  const auto place = [&](std::size_t column) { return std::to_string(first_column + static_cast<int>(column)); };
  std::string columns = place(layer.x) + ":" + place(layer.y);
  if (layer.mark == Mark::band) {
    const std::string low = place(layer.y), floor = number_text(vertical.low());
    // Down to the axis where the smallest value cannot be shown on a logarithmic one.
    const std::string from = vertical.log() ? "($" + low + " > " + floor + " ? $" + low + " : " + floor + ")" : low;
    columns = place(layer.x) + ":" + from + ":" + place(layer.high);
  }
  return gnuplot_text(chart_.id + ".csv") + " using " + columns + " with " + look(layer.mark, style(curve));
}

/// The bands of all curves, then what is drawn on them.
std::string Page::curves(std::size_t p) const {
  const ChartPanel& panel = chart_.panels[p];
  std::vector<std::string> parts;
  for (const bool bands : {true, false})
    for (std::size_t j = 0; j < panel.curves.size(); ++j)
      for (const Layer& l : panel.curves[j].layers)
        if ((l.mark == Mark::band) == bands) parts.push_back(layer(l, panel.curves[j], first_columns_[p][j], panel.axes.y));
  if (parts.empty()) parts.push_back("1/0");  // axes only
  std::string plot = "  plot \\\n    ";
  for (std::size_t k = 0; k < parts.size(); ++k) plot += (k > 0 ? ", \\\n    " : "") + parts[k];
  return plot + "\n";
}

std::string Page::panel(std::size_t p) const {
  const ChartPanel& panel = chart_.panels[p];
  const int column = static_cast<int>(p) % columns_, row = static_cast<int>(p) / columns_;
  const double left = column * cell_width_ + d_.left, right = (column + 1) * cell_width_ - d_.right;
  const double top = d_.page_title + row * cell_height_ + above_, bottom = top + d_.panel;
  std::ostringstream out;
  // The full stop: a comment that ends with a backslash would go on in the next line.
  out << "\n  # " << printable(panel.y + " against " + panel.x) << ".\n  set lmargin at " << x(left) << "; set rmargin at "
      << x(right) << "; set tmargin at " << y(top) << "; set bmargin at " << y(bottom) << "\n"
      << panel.axes.x.script() << panel.axes.y.script() << "  set label " << label_text(panel.x_label, panel.x) << " at "
      << x((left + right) / 2) << "," << y(bottom + d_.x_label) << " center\n";
  // The name of the quantity stands above its axis, where a long one does not run into the next panel.
  const double aside = left - d_.gap;
  out << "  set label " << label_text(panel.y_label, panel.y) << " at " << x(aside) << "," << y(top - d_.y_label) << " left\n";
  if (!panel.title.empty())
    out << "  set label " << gnuplot_text("{/:Bold " + panel.title + "}") << " at " << x(aside) << ","
        << y(top - d_.y_label - d_.panel_title) << " left enhanced\n";
  return out.str() + crosses(panel) + curves(p) + "  unset label; unset arrow; unset object\n";
}

/// The three terminals measure letters and lines in units of their own.
std::string Page::terminals() const {
  const auto inches = [](int pixels) { return number_text(std::round(1000.0 * pixels / 96) / 1000) + "in"; };
  const double share = format_.font / kScreenFont;
  std::ostringstream out;
  out << "  if (f eq 'svg') { set terminal svg size " << width_ << "," << height_ << " enhanced font 'Helvetica,"
      << number_text(format_.font) << "' background 'white' }\n"
      << "  if (f eq 'pdf') { set terminal pdfcairo size " << inches(width_) << "," << inches(height_)
      << " enhanced font 'Helvetica," << number_text(0.75 * format_.font) << "' fontscale 0.75 linewidth "
      << number_text(std::round(16 * share * share) / 10) << " pointscale 0.6 }\n"
      << "  if (f eq 'png') { set terminal pngcairo size " << 2 * width_ << "," << 2 * height_ << " enhanced font 'Helvetica,"
      << number_text(format_.font) << "' fontscale 1.6 linewidth 2 pointscale 2 background 'white' }\n";
  return out.str();
}

std::string Page::script() const {
  const std::string stem = chart_.id + format_.suffix;
  std::ostringstream out;
  out << "# Draws " << stem << " from " << chart_.id << ".csv: gnuplot " << stem << ".gp\n"
      << "if (!exists('formats')) formats = 'svg pdf png'\n"
      << "set encoding utf8\n"
      << "do for [f in formats] {\n  reset\n"
      << terminals() << "  set output " << gnuplot_text(stem + ".") << ".f\n"
      << "  set datafile separator ','\n  set minussign\n  unset key\n"
      << "  set grid lt 1 lc rgb '#e6e6e6' lw 0.7\n  set border 3 lc rgb '#666666' lw 0.8\n"
      << "  set tics nomirror out scale 0.6,0.3 textcolor rgb '#222222'\n  set multiplot";
  if (format_.title) out << " title " << gnuplot_text(chart_.title) << " noenhanced font (f eq 'pdf' ? ',11.25' : ',15')";
  out << "\n" << note() << legend();
  for (std::size_t p = 0; p < chart_.panels.size(); ++p) out << panel(p);
  out << "\n  unset multiplot\n  unset output\n}\n";
  return out.str();
}

}  // namespace

PageFormat page_format(const std::string& width) {
  const double inch = 96, letters = 8 / 0.75;  // 8 pt
  if (width == "screen") return {};
  if (width == "one-column") return {"-one-column", static_cast<int>(3.25 * inch), letters, false};
  if (width == "two-column") return {"-two-column", static_cast<int>(6.75 * inch), letters, false};
  throw UsageError(unknown_name("width", width, kPictureWidths));
}

std::string page_script(const Chart& chart, const PageFormat& format) { return Page(chart, format).script(); }

}  // namespace bcd
