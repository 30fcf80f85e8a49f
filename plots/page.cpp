#include "plots/page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstring>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "plots/axis.hpp"

namespace bcd {
namespace {

// Sizes in pixels of the SVG; the PNG has twice as many, the PDF has 96 to the inch.
constexpr int kPanelHeight = 250, kLeft = 70, kRight = 22, kBelow = 62, kAbove = 30, kPanelTitle = 20, kPageTitle = 32;
constexpr int kSample = 34, kGap = 8, kLegendRow = 23, kFont = 13;

struct Style {
  std::string colour, dash;
  std::string line() const { return "lw 2.2 lc rgb '" + colour + "' dt " + dash; }
};

/// The colours of Okabe and Ito, which colour-blind readers can tell apart (without the yellow, too pale for a line), and two
/// more. Past these the colours come again, dashed.
const std::array<const char*, 9> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00",
                                             "#56B4E9", "#000000", "#8C8C8C", "#882255"};

std::string quoted(const std::string& text) {  // gnuplot's single quotes know one escape: '' for '
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

/// An author's text may use gnuplot's V_N and x^2; the name of a column is shown as it is.
std::string label_text(const std::string& label, const std::string& column) {
  const bool plain = label.empty() || label == column;
  return quoted(plain ? column : label) + (plain ? " noenhanced" : " enhanced");
}

/// About how wide a text is: Helvetica's widths, in three classes.
int text_width(const std::string& text) {
  double em = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // the rest of a UTF-8 character
    const bool narrow = std::strchr("ijltfr.,:;'|()[]!/- ", c) != nullptr, wide = c == 'm' || c == 'w' || std::isupper(c);
    em += narrow ? 0.33 : wide ? 0.76 : 0.57;
  }
  return static_cast<int>(std::ceil(em * kFont));
}

struct Axes {
  Axis x, y;
};

Axes axes_of(const Panel& panel, const std::vector<Drawn>& drawn) {
  Axes axes{Axis("x", panel.log_x, 0), Axis("y", panel.log_y, 0.05)};
  for (const Drawn& d : drawn) {
    axes.x.cover(d.curve.x);
    for (const auto* values : {&d.curve.median, &d.curve.low, &d.curve.high}) axes.y.cover(*values);
  }
  if (panel.y_min != panel.y_max) axes.y.fix(panel.y_min, panel.y_max);
  axes.x.close();
  axes.y.close();
  return axes;
}

/// Whether one of the curves would hide the other.
bool coincide(const Curve& a, const Curve& b, const Axis& y) {
  if (a.x != b.x) return false;
  const auto near = [&](double p, double q) { return std::abs(y.place(p) - y.place(q)) < 0.01; };
  std::size_t hidden = 0;
  for (std::size_t i = 0; i < a.x.size(); ++i) hidden += near(a.median[i], b.median[i]) ? 1 : 0;
  return static_cast<double>(hidden) >= 0.9 * static_cast<double>(a.x.size());
}

/// A colour per variant; a variant that would hide an earlier one somewhere is dashed, so that both are seen.
std::vector<Style> styles_of(std::size_t count, const std::vector<std::vector<Drawn>>& panels, const std::vector<Axes>& axes) {
  std::vector<Style> styles;
  for (std::size_t k = 0; k < count; ++k)
    styles.push_back({kColours[k % kColours.size()], k < kColours.size() ? "1" : "(14,5,3,5)"});
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (std::size_t j = 0; j < panels[p].size(); ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (coincide(panels[p][i].curve, panels[p][j].curve, axes[p].y)) styles[panels[p][j].series].dash = "(9,9)";
  return styles;
}

/// One entry of the legend: a line on its band, or the cross of curves that end early.
struct Entry {
  std::string label;
  Style style;
  bool cross = false;
  int width() const { return kSample + kGap + text_width(label); }
};

class Page {
 public:
  Page(const Figure& figure, const std::vector<std::string>& labels, const std::vector<std::vector<Drawn>>& panels)
      : figure_(figure), panels_(panels) {
    for (std::size_t p = 0; p < panels.size(); ++p) axes_.push_back(axes_of(figure.panels[p], panels[p]));
    styles_ = styles_of(labels.size(), panels, axes_);
    for (std::size_t k = 0; k < labels.size(); ++k) entries_.push_back({labels[k], styles_[k]});
    bool early = false;
    for (const auto& drawn : panels)
      for (const Drawn& d : drawn) early = early || d.curve.diverged;
    if (early) entries_.push_back({"a run ended early", {"#444444", "1"}, true});
    arrange();
  }

  std::string script() const;

 private:
  void arrange();
  void arrange_legend();
  std::string x(double pixels) const { return "screen " + number_text(pixels / width_); }
  std::string y(double from_top) const { return "screen " + number_text(1 - from_top / height_); }
  std::string legend() const;
  std::string panel(std::size_t p) const;
  std::string marks(std::size_t p) const;
  std::string curves(std::size_t p) const;

  const Figure& figure_;
  const std::vector<std::vector<Drawn>>& panels_;
  std::vector<Axes> axes_;
  std::vector<Style> styles_;
  std::vector<Entry> entries_;

  int width_ = 0, height_ = 0, columns_ = 1, cell_width_ = 0, cell_height_ = 0, above_ = 0;
  std::vector<int> legend_columns_;  ///< width of each
  int legend_rows_ = 0;
};

void Page::arrange() {
  const int count = static_cast<int>(panels_.size());
  columns_ = count == 4 ? 2 : std::min(3, count);
  cell_width_ = columns_ == 1 ? 560 : 400;
  width_ = columns_ * cell_width_;
  const bool titles =
      std::any_of(figure_.panels.begin(), figure_.panels.end(), [](const Panel& q) { return !q.title.empty(); });
  above_ = kAbove + (titles ? kPanelTitle : 0);
  cell_height_ = above_ + kPanelHeight + kBelow;
  arrange_legend();
  height_ = kPageTitle + (count + columns_ - 1) / columns_ * cell_height_ + legend_rows_ * kLegendRow + 12;
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
      widest = std::max(widest, entries_[k].width() + 3 * kGap);
    }
    int total = 0;
    for (const int w : legend_columns_) total += w;
    if (total <= width_ - 2 * kGap) return;
  }
}

std::string Page::legend() const {
  std::ostringstream out;
  int total = -3 * kGap;
  for (const int w : legend_columns_) total += w;
  double left = std::max(2 * kGap, (width_ - total) / 2);
  const std::size_t rows = static_cast<std::size_t>(legend_rows_);
  for (std::size_t k = 0; k < entries_.size(); ++k) {
    if (k > 0 && k % rows == 0) left += legend_columns_[k / rows - 1];
    const Entry& entry = entries_[k];
    const double middle = height_ - 12 - (legend_rows_ - 1 - static_cast<double>(k % rows)) * kLegendRow - 4;
    const std::string colour = "lc rgb '" + entry.style.colour + "'";
    if (entry.cross) {
      out << "  set label '' at " << x(left + kSample / 2.0) << "," << y(middle) << " point pt 2 ps 1.1 lw 2 " << colour
          << "\n";
    } else {
      out << "  set object rectangle from " << x(left) << "," << y(middle + 5) << " to " << x(left + kSample) << ","
          << y(middle - 5) << " fc rgb '" << entry.style.colour << "' fs transparent solid 0.18 noborder\n"
          << "  set arrow from " << x(left) << "," << y(middle) << " to " << x(left + kSample) << "," << y(middle) << " nohead "
          << entry.style.line() << "\n";
    }
    out << "  set label " << quoted(entry.label) << " at " << x(left + kSample + kGap) << "," << y(middle)
        << " left noenhanced\n";
  }
  return out.str();
}

/// A cross where a curve ends because a run diverged or failed.
std::string Page::marks(std::size_t p) const {
  std::ostringstream out;
  for (const Drawn& d : panels_[p]) {
    if (!d.curve.diverged || d.curve.x.empty()) continue;
    out << "  set label '' at " << number_text(axes_[p].x.clamped(d.curve.x.back())) << ","
        << number_text(axes_[p].y.clamped(d.curve.median.back())) << " point pt 2 ps 1.1 lw 2 lc rgb '"
        << styles_[d.series].colour << "'\n";
  }
  return out.str();
}

std::string Page::curves(std::size_t p) const {
  const std::string data = quoted(figure_.id + ".csv"), floor = number_text(axes_[p].y.low());
  std::vector<std::string> parts;
  for (const Drawn& d : panels_[p]) {
    if (d.curve.runs < 2) continue;
    const std::string low = std::to_string(d.column + 2);
    // Down to the axis where the smallest value cannot be shown on a logarithmic one.
    const std::string from = axes_[p].y.log() ? "($" + low + " > " + floor + " ? $" + low + " : " + floor + ")" : low;
    parts.push_back(data + " using " + std::to_string(d.column) + ":" + from + ":" + std::to_string(d.column + 3) +
                    " with filledcurves fc rgb '" + styles_[d.series].colour + "' fs transparent solid 0.18 noborder");
  }
  for (const Drawn& d : panels_[p])
    parts.push_back(data + " using " + std::to_string(d.column) + ":" + std::to_string(d.column + 1) + " with lines " +
                    styles_[d.series].line());
  if (parts.empty()) parts.push_back("1/0");  // axes only
  std::string plot = "  plot \\\n    ";
  for (std::size_t k = 0; k < parts.size(); ++k) plot += (k > 0 ? ", \\\n    " : "") + parts[k];
  return plot + "\n";
}

std::string Page::panel(std::size_t p) const {
  const Panel& panel = figure_.panels[p];
  const int column = static_cast<int>(p) % columns_, row = static_cast<int>(p) / columns_;
  const double left = column * cell_width_ + kLeft, right = (column + 1) * cell_width_ - kRight;
  const double top = kPageTitle + row * cell_height_ + above_, bottom = top + kPanelHeight;
  std::ostringstream out;
  out << "\n  # " << panel.y << " against " << panel.x << "\n  set lmargin at " << x(left) << "; set rmargin at " << x(right)
      << "; set tmargin at " << y(top) << "; set bmargin at " << y(bottom) << "\n"
      << axes_[p].x.script() << axes_[p].y.script() << "  set label " << label_text(panel.x_label, panel.x) << " at "
      << x((left + right) / 2) << "," << y(bottom + 46) << " center\n";
  // The name of the quantity stands above its axis, where a long one does not run into the next panel.
  out << "  set label " << label_text(panel.y_label, panel.y) << " at " << x(left - 8) << "," << y(top - 15) << " left\n";
  if (!panel.title.empty())
    out << "  set label " << quoted("{/:Bold " + panel.title + "}") << " at " << x(left - 8) << "," << y(top - 15 - kPanelTitle)
        << " left enhanced\n";
  return out.str() + marks(p) + curves(p) + "  unset label; unset arrow; unset object\n";
}

std::string Page::script() const {
  std::ostringstream out;
  const auto inches = [](int pixels) { return number_text(std::round(100.0 * pixels / 96) / 100) + "in"; };
  out << "# Draws " << figure_.id << " from " << figure_.id << ".csv: gnuplot " << figure_.id << ".gp\n"
      << "if (!exists('formats')) formats = 'svg pdf png'\n"
      << "set encoding utf8\n"
      << "do for [f in formats] {\n  reset\n"
      << "  if (f eq 'svg') { set terminal svg size " << width_ << "," << height_ << " enhanced font 'Helvetica," << kFont
      << "' background 'white' }\n"
      << "  if (f eq 'pdf') { set terminal pdfcairo size " << inches(width_) << "," << inches(height_)
      << " enhanced font 'Helvetica,9.75' fontscale 0.8 linewidth 1.6 pointscale 0.6 }\n"
      << "  if (f eq 'png') { set terminal pngcairo size " << 2 * width_ << "," << 2 * height_ << " enhanced font 'Helvetica,"
      << kFont << "' fontscale 1.6 linewidth 2 pointscale 2 background 'white' }\n"
      << "  set output " << quoted(figure_.id + ".") << ".f\n"
      << "  set datafile separator ','\n  set minussign\n  unset key\n"
      << "  set grid lt 1 lc rgb '#e6e6e6' lw 0.7\n  set border 3 lc rgb '#666666' lw 0.8\n"
      << "  set tics nomirror out scale 0.6,0.3 textcolor rgb '#222222'\n"
      << "  set multiplot title " << quoted(figure_.title) << " noenhanced font (f eq 'pdf' ? ',11.25' : ',15')\n"
      << legend();
  for (std::size_t p = 0; p < panels_.size(); ++p) out << panel(p);
  out << "\n  unset multiplot\n  unset output\n}\n";
  return out.str();
}

}  // namespace

std::string page_script(const Figure& figure, const std::vector<std::string>& labels,
                        const std::vector<std::vector<Drawn>>& panels) {
  return Page(figure, labels, panels).script();
}

}  // namespace bcd
