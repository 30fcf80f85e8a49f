#include "plots/kinds/rates_data.hpp"

#include <functional>

namespace bcd {

namespace {

using namespace rates;

constexpr std::size_t kPoints = 400;

/// Indices 0 .. count - 1, or about kPoints of them spread evenly in the logarithm.
std::vector<std::size_t> thinned(std::size_t count) {
  std::vector<std::size_t> kept;
  for (std::size_t m = 0; m < kPoints; ++m) {
    const double share = static_cast<double>(m) / (kPoints - 1);
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

}  // namespace

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

RateCurve constants_curve(const Report& r) {
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

}  // namespace bcd
