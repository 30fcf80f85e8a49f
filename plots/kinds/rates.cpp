// Kind "rates": per variant its first run that has an objective, examined by results/rates. A panel's y is "gap" (f - f* with
// the fitted rate and its band), "kl" (dist(0, df) over f - f* with the slope theta) or "a1" (the constants of A1 over j); x,
// labels and scales are the panel's own.
#include "plots/kinds/rates.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "algorithms/core/text.hpp"
#include "plots/kinds/kind.hpp"

namespace bcd {
namespace {

using namespace rates;

/// What a panel shows of one run: x and y of equal length, and the four of the fit; NaN: nothing there.
struct RateCurve {
  std::vector<double> x, y;                   ///< what was measured, thinned
  std::vector<double> fit_x, fit, low, high;  ///< the model, and the band of its 95 % interval around the middle of the window
};

constexpr std::size_t kMarks = 400;

/// Indices 0 .. count - 1, or about kMarks of them spread evenly in the logarithm.
std::vector<std::size_t> thinned(std::size_t count) {
  std::vector<std::size_t> kept;
  for (std::size_t m = 0; m < kMarks; ++m) {
    const double share = static_cast<double>(m) / (kMarks - 1);
    const auto i = static_cast<std::size_t>(std::lround(std::exp(share * std::log(static_cast<double>(count)))) - 1);
    if (kept.empty() || i > kept.back()) kept.push_back(i);
  }
  return kept;
}

/// f - f* as the fitted rate has it, through the two ends of the window.
struct Model {
  double k0 = 0, centre = 0, at_centre = 0;
  bool power = false;

  /// rate: p or eta
  double operator()(double k, double rate) const {
    if (power) return k + k0 > 0 ? at_centre * std::pow((k + k0) / (centre + k0), -rate) : kNaN;
    return at_centre * std::pow(rate, k - centre);
  }
};

Model model_of(const Report& r, double first_gap, double last_gap) {
  const double a = r.first_k + static_cast<double>(r.rate.first), b = r.first_k + static_cast<double>(r.rate.last);
  Model model;
  model.power = r.rate.kind == Kind::sublinear;
  model.at_centre = std::sqrt(first_gap * last_gap);
  if (!model.power) {
    model.centre = (a + b) / 2;
    return model;
  }
  const double p = r.rate.power.value, u = std::pow(first_gap, -1 / p), v = std::pow(last_gap, -1 / p);  // linear in k
  model.k0 = u * (b - a) / (v - u) - a;
  model.centre = std::pow(model.at_centre, -1 / p) * (b - a) / (v - u) - model.k0;
  return model;
}

void add_band(RateCurve& curve, double x, const std::function<double(double)>& of, const Estimate& rate) {
  const double a = of(rate.interval.low), b = of(rate.interval.high);
  curve.fit_x.push_back(x);
  curve.fit.push_back(of(rate.value));
  curve.low.push_back(std::min(a, b));
  curve.high.push_back(std::max(a, b));
}

/// f - f* over k, down to the uncertainty of f* (nothing where f* is unknown); the fitted rate from the window to the end of
/// the examined part.
RateCurve gap_curve(const Sequence& s, const Report& r) {
  RateCurve curve;
  if (!r.limit.known()) return curve;
  const auto count = static_cast<std::size_t>(r.last_k - r.first_k) + 1;
  const double f_star = r.limit.middle, smallest = r.limit.floor() / 10;
  for (const std::size_t i : thinned(count)) {
    curve.x.push_back(r.first_k + static_cast<double>(i));
    const double gap = s.f[i] - f_star;
    curve.y.push_back(gap > smallest ? gap : kNaN);
  }
  const Rate& rate = r.rate;
  if ((rate.kind != Kind::linear && rate.kind != Kind::sublinear) || rate.last <= rate.first) return curve;
  const Model model = model_of(r, s.f[rate.first] - f_star, s.f[rate.last] - f_star);
  const double lowest = rate.window.bottom / 100;
  for (const std::size_t i : thinned(count)) {
    const double k = r.first_k + static_cast<double>(i);
    if (i < rate.first) continue;
    add_band(
        curve, k, [&](double value) { return std::max(lowest, model(k, value)); }, model.power ? rate.power : rate.eta);
    if (curve.fit.back() <= lowest) break;
  }
  return curve;
}

/// dist(0, df) over f - f* within the window and above; the line of slope theta.
RateCurve exponent_curve(const Sequence& s, const Report& r) {
  RateCurve curve;
  if (!r.exponent.theta.known()) return curve;
  for (const std::size_t i : thinned(static_cast<std::size_t>(r.last_k - r.first_k) + 1)) {
    const double gap = s.f[i] - r.limit.middle;
    if (!(gap > r.limit.floor() / 10) || !(s.g[i] > 0)) continue;
    curve.x.push_back(gap);
    curve.y.push_back(s.g[i]);
  }
  const std::vector<double>& log_gap = r.exponent.log_gap;
  const double centre = (log_gap.front() + log_gap.back()) / 2,
               at_centre = r.exponent.intercept + r.exponent.theta.value * centre;
  for (const double x : log_gap)
    add_band(
        curve, std::pow(10, x), [&](double theta) { return std::pow(10, at_centre + theta * (x - centre)); }, r.exponent.theta);
  return curve;
}

/// The constants of A1 over j; in `fit` those that the run does not support (a drift, or hidden by rounding).
RateCurve constants_curve(const Sequence&, const Report& r) {
  RateCurve curve;
  for (const Decrease& d : r.a1) {
    curve.x.push_back(d.j);
    curve.y.push_back(d.constant > 0 ? d.constant : kNaN);
    curve.fit_x.push_back(d.j);
    curve.fit.push_back(d.constant > 0 && !d.supported() ? d.constant : kNaN);
    curve.low.push_back(kNaN);
    curve.high.push_back(kNaN);
  }
  return curve;
}

struct ExaminedSeries {
  std::string label;
  LineStyle style;
  Sequence sequence;
  Report report;
};

/// place: among the figure's series.
std::optional<ExaminedSeries> examine_series(const Series& series, std::size_t place, const Options& options) {
  for (const RunRecord* run : series.runs)
    if (run->trace.index("potential") >= 0) {
      Sequence sequence = sequence_of(*run);
      Report report = examine(sequence, options);
      return ExaminedSeries{series.label, line_style(series.style.value_or(place)), std::move(sequence), std::move(report)};
    }
  return std::nullopt;
}

/// "tanh: linear, 1 - 0.0045 per iteration; theta = 0.5"
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
  std::string y, help, x, x_label, y_label, title;
  bool log_x = true;
  double x_margin = 0;
  Mark mark = Mark::line;
  RateCurve (*curve)(const Sequence&, const Report&) = nullptr;
};

const std::vector<PanelKind>& panel_kinds() {
  static const std::vector<PanelKind> kinds = {
      {"gap", "f - f* with the fitted rate and its band", "k", "iteration k", "f(X_k) - f*", "f - f* and the fitted rate", true,
       0, Mark::line, gap_curve},
      {"kl", "dist(0, df) over f - f* with the slope theta", "gap", "f(X_k) - f*", "dist(0, ∂f(X_k))", "KL exponent: the slope",
       true, 0, Mark::dots, exponent_curve},
      {"a1", "the constants of A1 over j", "j", "j", "c_j", "Constant of A1", false, 0.05, Mark::joined, constants_curve},
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

Curve curve_of(const PanelKind& kind, const ExaminedSeries& s, std::size_t entry) {
  const RateCurve c = kind.curve(s.sequence, s.report);
  const std::string prefix = s.label + " " + kind.y + ": ";
  Curve curve{s.label,
              entry,
              {{prefix + "x", c.x},
               {prefix + "y", c.y},
               {prefix + "fit x", c.fit_x},
               {prefix + "fit", c.fit},
               {prefix + "low", c.low},
               {prefix + "high", c.high}},
              {}};
  const bool constants = kind.mark == Mark::joined;  // no model, hence no band
  if (!c.fit_x.empty() && !constants) curve.layers.push_back({Mark::band, 2, 4, 5});
  if (!c.x.empty()) curve.layers.push_back({kind.mark, 0, 1});
  if (!c.fit_x.empty()) curve.layers.push_back({constants ? Mark::circles : Mark::fit, 2, 3});
  return curve;
}

ChartPanel panel_of(const Panel& panel, const std::vector<ExaminedSeries>& series) {
  const PanelKind& kind = kind_of(panel);
  ChartPanel drawn{kind.x,
                   kind.y,
                   kind.x_label,
                   kind.y_label,
                   panel.title.empty() ? kind.title : panel.title,
                   {Axis("x", kind.log_x, kind.x_margin), Axis("y", true, 0.05)},
                   {}};
  for (std::size_t k = 0; k < series.size(); ++k)
    if (panel.shows(series[k].label)) drawn.curves.push_back(curve_of(kind, series[k], k));
  for (const Curve& curve : drawn.curves) {
    for (const std::size_t column : {0, 2}) drawn.axes.x.cover(curve.values(column));
    for (const std::size_t column : {1, 3}) drawn.axes.y.cover(curve.values(column));
  }
  drawn.axes.x.close();
  drawn.axes.y.close();
  return drawn;
}

Options options_of(const Figure& figure) {
  const auto number = [&](const char* name, double otherwise) {
    const auto found = figure.options.find(name);
    return found == figure.options.end() ? otherwise : found->second;
  };
  Options options;
  options.limit = number("zero_limit", 0) != 0 ? LimitKind::zero : LimitKind::extrapolation;
  options.share = number("examine", options.share);
  options.from = number("from", options.from);
  options.alpha = number("alpha", options.alpha);
  return options;
}

Chart rates_chart(const Figure& figure, const std::vector<Series>& all) {
  const std::vector<Series> shown = shown_series(figure, all);
  for (const Panel& panel : figure.panels) kind_of(panel);  // an unknown one is refused before anything is examined
  std::vector<ExaminedSeries> series;
  for (std::size_t k = 0; k < shown.size(); ++k)
    if (auto one = examine_series(shown[k], k, options_of(figure))) series.push_back(std::move(*one));
  if (series.empty())
    throw UsageError("the figure " + figure.id + " needs runs with a column potential (audit = \"sweep\"); none has it");
  Chart chart{figure.id, figure.title, {}, {}};
  for (const ExaminedSeries& s : series) chart.legend.push_back({legend_of(s), s.style});
  for (const Panel& panel : figure.panels) chart.panels.push_back(panel_of(panel, series));
  return chart;
}

}  // namespace

std::map<std::string, double> figure_options(const Options& options) {
  return {{"zero_limit", options.limit == LimitKind::zero ? 1 : 0},
          {"examine", options.share},
          {"from", options.from},
          {"alpha", options.alpha}};
}

FigureKind rates_kind() {
  FigureKind kind;
  kind.name = "rates";
  kind.help = "per variant its first run that has an objective, examined for A1, KL exponent and rate";
  for (const PanelKind& panel : panel_kinds()) kind.y.push_back({panel.y, panel.help});
  kind.options = {{"zero_limit", "1: f* = 0 by construction; 0: f* is extrapolated"},
                  {"examine", "share of the run that is examined"},
                  {"from", "k-bar of A1 and A2; 0: after 1 % of the examined iterations"},
                  {"alpha", "of A2; 0: from the estimated exponent"}};
  kind.chart = rates_chart;
  return kind;
}

}  // namespace bcd
