#include "plots/kinds/rates.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "plots/kinds/rates_data.hpp"

namespace bcd {
namespace {

using namespace rates;

// Sizes in pixels where letters are 13 pixels high; on a page with smaller letters everything shrinks with them.
constexpr double kFont = 13, kCell = 420, kPlot = 250, kLeft = 74, kRight = 20, kAbove = 46, kTitle = 30, kBelow = 58,
                 kLegendRow = 22;

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

struct ExaminedSeries {
  std::string label;
  std::string colour;
  Sequence sequence;
  Report report;
};

/// place: among the figure's series.
std::optional<ExaminedSeries> examine_series(const Series& series, std::size_t place, const rates::Options& options) {
  for (const RunRecord* run : series.runs)
    if (run->trace.index("potential") >= 0) {
      Sequence sequence = sequence_of(*run);
      Report report = examine(sequence, options);
      return ExaminedSeries{series.label, line_style(series.style.value_or(place)).colour, std::move(sequence),
                            std::move(report)};
    }
  return std::nullopt;
}

/// "tanh: linear, 0.9955^k; theta 0.5"
std::string legend_of(const ExaminedSeries& s) {
  const Rate& rate = s.report.rate;
  std::string text = s.label + ": " + (s.report.limit.known() ? name(rate.kind) : "f* unknown");
  if (rate.kind == Kind::linear) text += ", 1 - " + show(1 - rate.eta.value) + " per iteration";
  if (rate.kind == Kind::sublinear)
    text +=
        ", p = " + show(rate.power.value) + " [" + show(rate.power.interval.low) + ", " + show(rate.power.interval.high) + "]";
  if (s.report.exponent.usable())  // + 0: no minus sign before a zero
    text += "; theta = " + show(std::round(1000 * s.report.exponent.theta.value) / 1000 + 0.0);
  return text;
}

struct PanelKind {
  std::string y, x_label, y_label, title;
  bool log_x, log_y;
};
const std::vector<PanelKind>& panel_kinds() {
  static const std::vector<PanelKind> kinds = {
      {"gap", "iteration k", "f(X_k) - f*", "f - f* and the fitted rate", true, true},
      {"kl", "f(X_k) - f*", "dist(0, ∂f(X_k))", "KL exponent: the slope", true, true},
      {"a1", "j", "c_j", "Constant of A1", false, true},
  };
  return kinds;
}

const PanelKind& kind_of(const Panel& panel) {
  std::vector<std::string> names;
  for (const PanelKind& kind : panel_kinds()) {
    if (kind.y == panel.y) return kind;
    names.push_back(kind.y);
  }
  throw UsageError(unknown_name("panel of a figure of kind rates", panel.y, names));
}

RateCurve curve_of(const PanelKind& kind, const ExaminedSeries& s) {
  if (kind.y == "gap") return gap_curve(s.sequence, s.report);
  return kind.y == "kl" ? exponent_curve(s.sequence, s.report) : constants_curve(s.report);
}

/// The columns of the CSV file as they are collected; the first is column 1.
class Columns {
 public:
  int add(const std::string& name, std::vector<double> values) {
    header_ += (columns_.empty() ? "" : ",") + std::string("\"") + name + "\"";
    columns_.push_back(std::move(values));
    return static_cast<int>(columns_.size());
  }
  std::string csv() const {
    std::size_t rows = 0;
    for (const auto& column : columns_) rows = std::max(rows, column.size());
    std::string text = header_;
    for (std::size_t i = 0; i < rows; ++i)
      for (std::size_t c = 0; c < columns_.size(); ++c) {
        text += c > 0 ? "," : "\n";
        if (i < columns_[c].size() && !std::isnan(columns_[c][i])) text += number_text(columns_[c][i]);
      }
    return text + "\n";
  }

 private:
  std::string header_;
  std::vector<std::vector<double>> columns_;
};

class RatesPage {
 public:
  RatesPage(const Figure& figure, const std::vector<ExaminedSeries>& series, const PageFormat& format)
      : figure_(figure), series_(series), format_(format), scale_(format.font / kFont) {
    const int count = static_cast<int>(figure.panels.size());
    columns_across_ = std::clamp(format.width == 0 ? count : static_cast<int>(format.width / (0.6 * px(kCell))), 1, count);
    // On the screen one panel leaves room for the legend's texts.
    width_ = format.width > 0 ? format.width : std::max(2, count) * px(kCell);
    cell_ = format.width > 0 ? width_ / columns_across_ : px(kCell);
    legend_columns_ = width_ > 2 * px(kCell) ? 2 : 1;
    legend_rows_ = (static_cast<int>(series.size()) + legend_columns_ - 1) / legend_columns_;
    const int rows = (count + columns_across_ - 1) / columns_across_;
    height_ = title() + rows * cell_height() + legend_rows_ * px(kLegendRow) + px(10);
    for (std::size_t p = 0; p < figure.panels.size(); ++p) body_ += panel(p);
  }

  FigureText text() const { return {columns_.csv(), script()}; }

 private:
  double px(double pixels) const { return scale_ * pixels; }
  double title() const { return format_.title ? px(kTitle) : 0; }
  double cell_height() const { return px(kAbove + kPlot + kBelow); }
  std::string across(double pixels) const { return number_text(pixels / width_); }
  std::string up(double from_top) const { return number_text(1 - from_top / height_); }

  std::string panel(std::size_t p);
  std::string parts(const PanelKind& kind, const RateCurve& curve, const ExaminedSeries& series);
  std::string legend() const;
  std::string script() const;

  const Figure& figure_;
  const std::vector<ExaminedSeries>& series_;
  const PageFormat& format_;
  Columns columns_;
  std::string body_;
  double scale_ = 1, width_ = 0, height_ = 0, cell_ = 0;
  int columns_across_ = 1, legend_columns_ = 1, legend_rows_ = 0;
};

/// The plot commands of one curve: band, points, fit.
std::string RatesPage::parts(const PanelKind& kind, const RateCurve& curve, const ExaminedSeries& series) {
  const std::string file = quoted(figure_.id + ".csv") + " using ", rgb = " lc rgb '" + series.colour + "'";
  const std::string prefix = series.label + " " + kind.y;
  const int x = columns_.add(prefix + ": x", curve.x), y = columns_.add(prefix + ": y", curve.y);
  const int fx = columns_.add(prefix + ": fit x", curve.fit_x), fit = columns_.add(prefix + ": fit", curve.fit);
  const int low = columns_.add(prefix + ": low", curve.low), high = columns_.add(prefix + ": high", curve.high);
  const auto pair = [](int a, int b) { return std::to_string(a) + ":" + std::to_string(b); };
  if (kind.y == "a1")
    return file + pair(x, y) + " with linespoints pt 7 ps 0.7 lw 1.8" + rgb + ", \\\n    " + file + pair(fx, fit) +
           " with points pt 6 ps 1.5 lw 1.5" + rgb;
  std::string text = file + pair(fx, low) + ":" + std::to_string(high) + " with filledcurves fc rgb '" + series.colour +
                     "' fs transparent solid 0.2 noborder, \\\n    " + file + pair(x, y);
  text += kind.y == "kl" ? " with points pt 7 ps 0.35" + rgb : " with lines lw 2.2" + rgb;
  return text + ", \\\n    " + file + pair(fx, fit) + " with lines lw 1.6 dt (6,5) lc rgb '#222222'";
}

std::string RatesPage::panel(std::size_t p) {
  const Panel& panel = figure_.panels[p];
  const PanelKind& kind = kind_of(panel);
  Axis ax("x", kind.log_x, kind.y == "a1" ? 0.05 : 0.0), ay("y", kind.log_y, 0.05);
  std::string plots;
  for (const ExaminedSeries& s : series_) {
    if (!panel.variants.empty() && std::find(panel.variants.begin(), panel.variants.end(), s.label) == panel.variants.end())
      continue;
    const RateCurve curve = curve_of(kind, s);
    for (const auto* values : {&curve.x, &curve.fit_x}) ax.cover(*values);
    for (const auto* values : {&curve.y, &curve.fit}) ay.cover(*values);
    plots += (plots.empty() ? "" : ", \\\n    ") + parts(kind, curve, s);
  }
  ax.close();
  ay.close();
  const int place = static_cast<int>(p), column = place % columns_across_, row = place / columns_across_;
  const double left = column * cell_ + px(kLeft), right = (column + 1) * cell_ - px(kRight);
  const double top = title() + row * cell_height() + px(kAbove), bottom = top + px(kPlot);
  const auto label = [&](const std::string& text, double x, double y, const char* how) {
    return "  set label " + quoted(text) + " at screen " + across(x) + ", screen " + up(y) + " " + how + " enhanced\n";
  };
  return "\n  # " + kind.y + "\n  set lmargin at screen " + across(left) + "; set rmargin at screen " + across(right) +
         "; set tmargin at screen " + up(top) + "; set bmargin at screen " + up(bottom) + "\n" + ax.script() + ay.script() +
         label(kind.x_label, (left + right) / 2, bottom + px(44), "center") +
         label(kind.y_label, left - px(8), top - px(14), "left") +
         label("{/:Bold " + (panel.title.empty() ? kind.title : panel.title) + "}", left - px(8), top - px(33), "left") +
         "  plot \\\n    " + (plots.empty() ? "1/0" : plots) + "\n  unset label\n";
}

std::string RatesPage::legend() const {
  std::ostringstream out;
  for (std::size_t k = 0; k < series_.size(); ++k) {
    const int row = static_cast<int>(k) % legend_rows_, column = static_cast<int>(k) / legend_rows_;
    const double x = px(kLeft) + column * width_ / legend_columns_;
    const double y = height_ - px(12) - (legend_rows_ - 1 - row) * px(kLegendRow);
    out << "  set arrow from screen " << across(x) << ", screen " << up(y) << " to screen " << across(x + px(30)) << ", screen "
        << up(y) << " nohead lw 2.2 lc rgb '" << series_[k].colour << "'\n  set label " << quoted(legend_of(series_[k]))
        << " at screen " << across(x + px(38)) << ", screen " << up(y) << " left noenhanced\n";
  }
  return out.str();
}

std::string RatesPage::script() const {
  const auto inches = [](double pixels) { return number_text(std::round(100 * pixels / 96) / 100) + "in"; };
  const std::string stem = figure_.id + format_.suffix, font = "enhanced font 'Helvetica," + number_text(format_.font) + "'";
  std::ostringstream out;
  out << "# Draws " << stem << " from " << figure_.id << ".csv: gnuplot " << stem << ".gp\n"
      << "if (!exists('formats')) formats = 'svg pdf png'\nset encoding utf8\ndo for [f in formats] {\n  reset\n"
      << "  if (f eq 'svg') { set terminal svg size " << std::lround(width_) << "," << std::lround(height_) << " " << font
      << " background 'white' }\n"
      << "  if (f eq 'pdf') { set terminal pdfcairo size " << inches(width_) << "," << inches(height_)
      << " enhanced font 'Helvetica," << number_text(0.75 * format_.font) << "' linewidth " << number_text(scale_)
      << " pointscale 0.6 }\n"
      << "  if (f eq 'png') { set terminal pngcairo size " << std::lround(2 * width_) << "," << std::lround(2 * height_) << " "
      << font << " fontscale 1.6 linewidth 2 pointscale 2 background 'white' }\n"
      << "  set output " << quoted(stem + ".") << ".f\n  set datafile separator ','\n  set minussign\n  unset key\n"
      << "  set grid lt 1 lc rgb '#e6e6e6' lw 0.7\n  set border 3 lc rgb '#666666' lw 0.8\n"
      << "  set tics nomirror out scale 0.6,0.3 textcolor rgb '#222222'\n  set multiplot";
  if (format_.title) out << " title " << quoted(figure_.title) << " noenhanced font (f eq 'pdf' ? ',11.25' : ',15')";
  out << "\n" << legend() << body_ << "\n  unset multiplot\n  unset output\n}\n";
  return out.str();
}

}  // namespace

FigureText rates_figure(const Figure& figure, const std::vector<Series>& series, const PageFormat& format) {
  std::vector<ExaminedSeries> examined;
  for (std::size_t k = 0; k < series.size(); ++k)
    if (auto one = examine_series(series[k], k, figure.rates)) examined.push_back(std::move(*one));
  if (examined.empty())
    throw UsageError("the figure " + figure.id + " needs runs with a column potential (audit = \"sweep\"); none has it");
  return RatesPage(figure, examined, format).text();
}

}  // namespace bcd
