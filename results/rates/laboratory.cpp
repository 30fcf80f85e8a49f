#include "results/rates/laboratory.hpp"

#include "algorithms/core/parameters.hpp"

namespace bcd::rates {

namespace {

using Series = std::vector<double>;

bool any_known(const Series& v) {
  return std::any_of(v.begin(), v.end(), [](double x) { return !std::isnan(x); });
}

Series roots_from(const RunRecord& record, const std::string& column, std::size_t first) {
  Series values = record.trace.column(column);
  if (values.empty()) return Series(record.trace.rows.size() - first, kNaN);
  values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first));
  for (double& x : values) x = std::sqrt(x);
  return values;
}

Series head(const Series& v, std::size_t count) { return {v.begin(), v.begin() + static_cast<std::ptrdiff_t>(count)}; }

Limit limit_of(const Sequence& s, std::size_t count, const Options& options) {
  if (options.limit == LimitKind::zero) return zero_limit(rounding_of(s.f[count - 1]));
  return count < s.f.size() ? reference_limit(s.f) : extrapolated_limit(s.f);
}

std::string doubt_about_theta(const Exponent& exponent) {
  if (!exponent.theta.known()) return "theta: " + exponent.reason;
  return "theta in [" + number_text(exponent.theta.interval.low) + ", " + number_text(exponent.theta.interval.high) +
         "] is too wide an interval";
}

double alpha_of(const Exponent& exponent) {
  if (!exponent.usable() || exponent.theta.interval.low <= 0.5) return 0.5;
  return exponent.theta.value;
}

}  // namespace

bool Sequence::has_gradient() const { return any_known(g); }
bool Sequence::has_step() const { return any_known(step); }

Sequence sequence_of(const RunRecord& record, const std::string& gradient_column) {
  const Series f = record.trace.column("potential"), k = record.trace.column("iteration");
  const std::string run = "record " + record.id + " (" + record.variant() + ")";
  if (!any_known(f))
    throw UsageError(
        run + " has no column potential, so there is no f to examine; run it with audit = \"sweep\" (--set run.audit=sweep), " +
        "with an algorithm whose audit computes its objective");
  std::size_t first = 0;
  while (std::isnan(f[first])) ++first;
  Sequence s;
  s.first_k = k[first];
  s.f.assign(f.begin() + static_cast<std::ptrdiff_t>(first), f.end());
  for (std::size_t i = 0; i < s.f.size(); ++i)
    if (!std::isfinite(s.f[i]))
      throw UsageError(run + ": potential is " + number_text(s.f[i]) + " at iteration " + number_text(k[first + i]) +
                       "; only runs whose objective stays finite have a rate");
  s.g = roots_from(record, gradient_column, first);
  s.step = roots_from(record, "step_norm2", first);
  return s;
}

int Report::smallest_j() const {
  for (const Decrease& d : a1)
    if (d.supported()) return d.j;
  return 0;
}

Report examine(const Sequence& s, const Options& options) {
  Report report;
  Options& used = report.options = options;
  const auto count = static_cast<std::size_t>(std::llround(used.share * static_cast<double>(s.f.size())));
  if (count < 2 || count > s.f.size())
    throw UsageError("a share of " + number_text(used.share) + " of " + std::to_string(s.f.size()) + " iterations leaves " +
                     std::to_string(count) + "; give one in (0, 1] that leaves at least two");
  report.first_k = s.first_k;
  report.last_k = s.first_k + static_cast<double>(count) - 1;
  if (used.from <= 0) used.from = std::ceil(s.first_k + 0.01 * static_cast<double>(count));

  const Series f = head(s.f, count), g = head(s.g, count), step = head(s.step, count);
  report.limit = limit_of(s, count, used);
  report.rate = estimate_rate(f, report.limit);
  report.exponent = estimate_exponent(f, g, report.limit);
  for (int j = 1; j <= kLargestJ; ++j) report.a1.push_back(measure_decrease(f, g, j, 2, s.first_k, used.from));
  if (used.alpha <= 0) used.alpha = alpha_of(report.exponent);
  report.a2 = measure_decrease(f, g, std::max(1, report.smallest_j()), 1 / used.alpha, s.first_k, used.from);
  if (const auto moved = std::find_if_not(step.begin(), step.end(), [](double x) { return std::isnan(x); });
      moved != step.end())
    report.length = measure_length({moved, step.end()}, s.first_k + static_cast<double>(moved - step.begin()));
  else
    report.length.reason = "the record has no column step_norm2";
  report.theorem41 = check_theorem41(report);
  report.theorem42 = check_theorem42(report);
  return report;
}

Consistency check_theorem41(const Report& r) {
  if (r.smallest_j() == 0) return {"not applicable", "no j up to 8 has a constant for A1"};
  if (!r.exponent.usable()) return {"inconclusive", doubt_about_theta(r.exponent)};
  if (r.rate.kind == Kind::inconclusive) return {"inconclusive", "rate: " + r.rate.reason};
  if (r.rate.at_least_linear()) return {"holds", name(r.rate.kind) + ", which every theta below 1 allows"};
  const double guaranteed = std::max(0.0, 2 * r.exponent.theta.interval.high - 1);
  const bool contradicted = r.rate.lambda.interval.low > guaranteed;
  return {contradicted ? "violated" : "holds", "1/p is at least " + number_text(r.rate.lambda.interval.low) +
                                                   ", Theorem 4.1 allows up to 2 theta - 1 = " + number_text(guaranteed)};
}

Consistency check_theorem42(const Report& r) {
  if (!r.a2.supported()) return {"not applicable", "A2 with alpha = " + number_text(r.options.alpha) + ": " + name(r.a2.state)};
  if (!r.exponent.usable()) return {"inconclusive", doubt_about_theta(r.exponent)};
  if (r.options.alpha < r.exponent.theta.interval.low)
    return {"not applicable", "alpha = " + number_text(r.options.alpha) + " is below theta"};
  if (r.rate.kind == Kind::inconclusive) return {"inconclusive", "rate: " + r.rate.reason};
  return {r.rate.at_least_linear() ? "holds" : "violated", "A2 holds along the run and the rate is " + name(r.rate.kind)};
}

}  // namespace bcd::rates
