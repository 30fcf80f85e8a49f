#include "plots/rates_figure.hpp"

#include <array>
#include <optional>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "plots/axis.hpp"
#include "plots/rates_data.hpp"

namespace bcd {
namespace {

using namespace rates;

// Sizes in pixels of the SVG.
constexpr int kCell = 420, kPlot = 250, kLeft = 74, kRight = 20, kTop = 76, kBelow = 58, kLegendRow = 22;

/// Okabe and Ito's colours, which colour-blind readers can tell apart.
const std::array<const char*, 8> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                             "#E69F00", "#56B4E9", "#000000", "#8C8C8C"};
const char* colour(std::size_t k) { return kColours[k % kColours.size()]; }

std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string round3(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", x);
  return text;
}

struct ExaminedSeries {
  std::string label;
  Sequence sequence;
  Report report;
};

std::optional<ExaminedSeries> examine_series(const Series& series, const rates::Options& options) {
  for (const RunRecord* run : series.runs)
    if (run->trace.index("potential") >= 0) {
      Sequence sequence = sequence_of(*run);
      Report report = examine(sequence, options);
      return ExaminedSeries{series.label, std::move(sequence), std::move(report)};
    }
  return std::nullopt;
}

/// "tanh: linear, 0.9955^k; theta 0.5"
std::string legend_of(const ExaminedSeries& s) {
  const Rate& rate = s.report.rate;
  std::string text = s.label + ": " + (s.report.limit.known() ? name(rate.kind) : "f* unknown");
  if (rate.kind == Kind::linear) text += ", 1 - " + round3(1 - rate.eta.value) + " per iteration";
  if (rate.kind == Kind::sublinear)
    text += ", p = " + round3(rate.power.value) + " [" + round3(rate.power.interval.low) + ", " +
            round3(rate.power.interval.high) + "]";
  if (s.report.exponent.usable())  // + 0: no minus sign before a zero
    text += "; theta = " + round3(std::round(1000 * s.report.exponent.theta.value) / 1000 + 0.0);
  return text;
}

struct PanelKind {
  std::string y, x_label, y_label, title;
  bool log_x, log_y;
};
const std::vector<PanelKind>& panel_kinds() {
  static const std::vector<PanelKind> kinds = {
      {"gap", "iteration k", "f(X_k) - f*", "f - f* and the fitted rate", true, true},
      {"kl", "f(X_k) - f*", "dist(0, {/Symbol \\266}f(X_k))", "KL exponent: the slope", true, true},
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
  RatesPage(const Figure& figure, const std::vector<ExaminedSeries>& series) : figure_(figure), series_(series) {
    const int count = static_cast<int>(figure.panels.size());
    width_ = std::max(2, count) * kCell;  // one panel leaves room for the legend's texts
    const int legend_columns = width_ > 2 * kCell ? 2 : 1;
    legend_rows_ = (static_cast<int>(series.size()) + legend_columns - 1) / legend_columns;
    height_ = kTop + kPlot + kBelow + legend_rows_ * kLegendRow + 10;
    for (std::size_t p = 0; p < figure.panels.size(); ++p) body_ += panel(p);
  }

  FigureText text() const { return {columns_.csv(), script()}; }

 private:
  std::string across(double pixels) const { return number_text(pixels / width_); }
  std::string up(double from_top) const { return number_text(1 - from_top / height_); }

  std::string panel(std::size_t p);
  std::string parts(const PanelKind& kind, const RateCurve& curve, const std::string& name, std::size_t colour_index);
  std::string legend() const;
  std::string script() const;

  const Figure& figure_;
  const std::vector<ExaminedSeries>& series_;
  Columns columns_;
  std::string body_;
  int width_ = 0, height_ = 0, legend_rows_ = 0;
};

/// The plot commands of one curve: band, points, fit.
std::string RatesPage::parts(const PanelKind& kind, const RateCurve& curve, const std::string& name, std::size_t k) {
  const std::string file = quoted(figure_.id + ".csv") + " using ", rgb = std::string(" lc rgb '") + colour(k) + "'";
  const std::string prefix = name + " " + kind.y;
  const int x = columns_.add(prefix + ": x", curve.x), y = columns_.add(prefix + ": y", curve.y);
  const int fx = columns_.add(prefix + ": fit x", curve.fit_x), fit = columns_.add(prefix + ": fit", curve.fit);
  const int low = columns_.add(prefix + ": low", curve.low), high = columns_.add(prefix + ": high", curve.high);
  const auto pair = [](int a, int b) { return std::to_string(a) + ":" + std::to_string(b); };
  if (kind.y == "a1")
    return file + pair(x, y) + " with linespoints pt 7 ps 0.7 lw 1.8" + rgb + ", \\\n    " + file + pair(fx, fit) +
           " with points pt 6 ps 1.5 lw 1.5" + rgb;
  std::string text = file + pair(fx, low) + ":" + std::to_string(high) + " with filledcurves fc rgb '" + colour(k) +
                     "' fs transparent solid 0.2 noborder, \\\n    " + file + pair(x, y);
  text += kind.y == "kl" ? " with points pt 7 ps 0.35" + rgb : " with lines lw 2.2" + rgb;
  return text + ", \\\n    " + file + pair(fx, fit) + " with lines lw 1.6 dt (6,5) lc rgb '#222222'";
}

std::string RatesPage::panel(std::size_t p) {
  const Panel& panel = figure_.panels[p];
  const PanelKind& kind = kind_of(panel);
  Axis ax("x", kind.log_x, kind.y == "a1" ? 0.05 : 0.0), ay("y", kind.log_y, 0.05);
  std::string plots;
  for (std::size_t k = 0; k < series_.size(); ++k) {
    if (!panel.variants.empty() &&
        std::find(panel.variants.begin(), panel.variants.end(), series_[k].label) == panel.variants.end())
      continue;
    const RateCurve curve = curve_of(kind, series_[k]);
    for (const auto* values : {&curve.x, &curve.fit_x}) ax.cover(*values);
    for (const auto* values : {&curve.y, &curve.fit}) ay.cover(*values);
    plots += (plots.empty() ? "" : ", \\\n    ") + parts(kind, curve, series_[k].label, k);
  }
  ax.close();
  ay.close();
  const double left = static_cast<double>(p) * kCell + kLeft, right = static_cast<double>(p + 1) * kCell - kRight;
  std::ostringstream out;
  out << "\n  # " << kind.y << "\n  set lmargin at screen " << across(left) << "; set rmargin at screen " << across(right)
      << "; set tmargin at screen " << up(kTop) << "; set bmargin at screen " << up(kTop + kPlot) << "\n"
      << ax.script() << ay.script() << "  set label " << quoted(kind.x_label) << " at screen " << across((left + right) / 2)
      << ", screen " << up(kTop + kPlot + 44) << " center enhanced\n  set label " << quoted(kind.y_label) << " at screen "
      << across(left - 8) << ", screen " << up(kTop - 14) << " left enhanced\n  set label "
      << quoted("{/:Bold " + (panel.title.empty() ? kind.title : panel.title) + "}") << " at screen " << across(left - 8)
      << ", screen " << up(kTop - 33) << " left enhanced\n  plot \\\n    " << (plots.empty() ? "1/0" : plots)
      << "\n  unset label\n";
  return out.str();
}

std::string RatesPage::legend() const {
  std::ostringstream out;
  for (std::size_t k = 0; k < series_.size(); ++k) {
    const int row = static_cast<int>(k) % legend_rows_, column = static_cast<int>(k) / legend_rows_;
    const double x = kLeft + column * width_ / 2.0, y = height_ - 12 - (legend_rows_ - 1 - row) * kLegendRow;
    out << "  set arrow from screen " << across(x) << ", screen " << up(y) << " to screen " << across(x + 30) << ", screen "
        << up(y) << " nohead lw 2.2 lc rgb '" << colour(k) << "'\n  set label " << quoted(legend_of(series_[k]))
        << " at screen " << across(x + 38) << ", screen " << up(y) << " left noenhanced\n";
  }
  return out.str();
}

std::string RatesPage::script() const {
  const auto inches = [](int pixels) { return number_text(std::round(100.0 * pixels / 96) / 100) + "in"; };
  std::ostringstream out;
  out << "# Draws " << figure_.id << " from " << figure_.id << ".csv: gnuplot " << figure_.id << ".gp\n"
      << "if (!exists('formats')) formats = 'svg pdf png'\nset encoding utf8\ndo for [f in formats] {\n  reset\n"
      << "  if (f eq 'svg') { set terminal svg size " << width_ << "," << height_
      << " enhanced font 'Helvetica,13' background 'white' }\n"
      << "  if (f eq 'pdf') { set terminal pdfcairo size " << inches(width_) << "," << inches(height_)
      << " enhanced font 'Helvetica,9.75' fontscale 0.8 }\n"
      << "  if (f eq 'png') { set terminal pngcairo size " << 2 * width_ << "," << 2 * height_
      << " enhanced font 'Helvetica,13' fontscale 1.6 linewidth 2 pointscale 2 background 'white' }\n"
      << "  set output " << quoted(figure_.id + ".") << ".f\n  set datafile separator ','\n  set minussign\n  unset key\n"
      << "  set grid lt 1 lc rgb '#e6e6e6' lw 0.7\n  set border 3 lc rgb '#666666' lw 0.8\n"
      << "  set tics nomirror out scale 0.6,0.3 textcolor rgb '#222222'\n  set multiplot title " << quoted(figure_.title)
      << " noenhanced font (f eq 'pdf' ? ',11.25' : ',15')\n"
      << legend() << body_ << "\n  unset multiplot\n  unset output\n}\n";
  return out.str();
}

}  // namespace

FigureText rates_figure(const Figure& figure, const std::vector<Series>& series) {
  std::vector<ExaminedSeries> examined;
  for (const Series& s : series)
    if (auto one = examine_series(s, figure.rates)) examined.push_back(std::move(*one));
  if (examined.empty())
    throw UsageError("the figure " + figure.id + " needs runs with a column potential (audit = \"sweep\"); none has it");
  return RatesPage(figure, examined).text();
}

}  // namespace bcd
