#include "experiments/claims/rate.hpp"

#include <functional>
#include <map>

#include "algorithms/core/parameters.hpp"
#include "experiments/claims/kind.hpp"
#include "experiments/claims/verdict.hpp"
#include "results/rates/regression.hpp"

namespace bcd {

namespace {

using namespace rates;

using bcd::shown;
std::string shown(const Interval& i) { return "[" + shown(i.low) + ", " + shown(i.high) + "]"; }
std::string shown(const Estimate& e) { return shown(e.value) + " " + shown(e.interval); }

/// What one run says about a claim, and the number that decides ("theta", 0.5 with its interval).
struct Finding {
  Outcome outcome;
  std::string quantity;
  Estimate number;
  std::string reason;
};

struct Question {
  const Claim& claim;
  const RunRecord& run;
  const Sequence& sequence;
  const Report& report;

  double number(const std::string& key, double otherwise) const {
    const auto it = claim.number.find(key);
    return it == claim.number.end() ? otherwise : it->second;
  }
  std::string text(const std::string& key) const {
    const auto it = claim.text.find(key);
    return it == claim.text.end() ? "" : it->second;
  }
  Interval range() const { return {number("low", -bcd::kInfinity), number("high", bcd::kInfinity)}; }
};

bool meets(const Interval& a, const Interval& b) { return a.low <= b.high && b.low <= a.high; }

const Finding kNoGradient{
    Outcome::not_applicable, "", {}, "the record has no column with the norm of an element of the subdifferential"};

Finding found_decrease(const Decrease& d, const Report& report) {
  using State = Decrease::State;
  const std::string at = "iteration " + number_text(report.first_k + static_cast<double>(d.worst));
  const Outcome found = d.state == State::holds      ? Outcome::holds
                        : d.state == State::violated ? Outcome::violated
                                                     : Outcome::inconclusive;
  std::string reason = "smallest ratio at " + at + ", drift k^" + shown(d.drift);
  if (d.state == State::violated)
    reason = std::to_string(d.rises) + " of " + std::to_string(d.resolved) + " differences are rises; " + reason;
  if (d.state == State::shrinking) reason = "the constant shrinks with k, so no constant is supported; " + reason;
  if (d.state == State::unresolved) reason = "rounding hides the decreases that would decide; " + reason;
  return {found, "c_" + std::to_string(d.j), {d.constant, {}}, reason};
}

Finding assert_a1(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  return found_decrease(q.report.a1.at(static_cast<std::size_t>(q.number("j", 1)) - 1), q.report);
}

Finding assert_constant(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  const std::vector<double> bounds = q.run.trace.column(q.text("column"));
  if (bounds.empty() || !std::isfinite(bounds.back()))
    return {Outcome::not_applicable, "", {}, "the record has no column " + q.text("column")};
  const double factor = q.report.a1.front().constant / bounds.back();
  return {factor >= 1 ? Outcome::holds : Outcome::violated,
          "c_1/(the paper's constant)",
          {factor, {}},
          "c_1 = " + shown(q.report.a1.front().constant) + ", the paper's constant is " + shown(bounds.back())};
}

Finding assert_a2(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  Finding finding = found_decrease(q.report.a2, q.report);
  finding.reason = "alpha = " + shown(q.report.options.alpha) + "; " + finding.reason;
  return finding;
}

Finding assert_theta(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  const Exponent& e = q.report.exponent;
  if (!e.theta.known()) return {Outcome::inconclusive, "", {}, e.reason};
  const bool met = meets(e.theta.interval, q.range()), narrow = e.theta.interval.width() < 0.2;
  return {!met     ? Outcome::violated
          : narrow ? Outcome::holds
                   : Outcome::inconclusive,
          "theta", e.theta,
          "estimates " + shown(e.by_limit) + " over the interval of f* (" + q.report.limit.origin + ")" +
              (e.period > 0 ? ", over whole turns of " + std::to_string(e.period) + " iterations" : "")};
}

/// The limit is critical where dist(0, df(X_k)) tends to 0: it ends below the square root of the unit roundoff, or it points at 0
/// (limit.hpp) with a doubt of less than a tenth of its last value. It does not where it ends, to rounding, at another value.
Finding assert_critical(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  const std::vector<double>& g = q.sequence.g;
  const double last = g.back(), roundoff = std::sqrt(std::numeric_limits<double>::epsilon());
  const Limit limit = extrapolated_limit(g);
  const Estimate number{last, {}};
  if (last < roundoff) return {Outcome::holds, "last distance", number, "below the square root of the unit roundoff"};
  if (limit.origin == "reached to rounding")
    return {Outcome::violated, "last distance", number, "it no longer changes, at " + shown(last)};
  const std::string points = "points at " + shown(limit.middle) + " " + shown(limit.interval);
  if (limit.known() && limit.interval.contains(0) && limit.interval.high < last / 10)
    return {Outcome::holds, "last distance", number, points};
  return {Outcome::inconclusive, "last distance", number, limit.known() ? points : "its decreases do not shrink"};
}

/// eta where linear, p where sublinear.
Finding with_rate(Outcome found, const Rate& rate, const std::string& reason) {
  if (rate.kind == Kind::linear) return {found, "linear, eta", rate.eta, reason};
  if (rate.kind == Kind::sublinear) return {found, "sublinear, p", rate.power, reason};
  return {found, name(rate.kind), {}, reason};
}

Finding assert_rate(const Question& q) {
  const Rate& rate = q.report.rate;
  if (rate.kind == Kind::inconclusive) return {Outcome::inconclusive, "", {}, rate.reason};
  const std::string wanted = q.text("rate");
  bool holds = wanted == "linear" ? rate.at_least_linear() : name(rate.kind) == wanted;
  if (holds && rate.kind == Kind::sublinear) holds = meets(rate.power.interval, q.range());
  return with_rate(holds ? Outcome::holds : Outcome::violated, rate,
                   "f* " + shown(q.report.limit.middle) + " by " + q.report.limit.origin + ", window of " +
                       shown(rate.window.decades()) + " decades, 1/p = " + shown(rate.lambda));
}

Finding assert_root_rate(const Question& q) {
  Finding finding = assert_rate(q);
  const RootRate root = root_rate(q.report.rate);
  if (root.R1.known()) finding.quantity = root.name + ", R_1", finding.number = root.R1;
  return finding;
}

Finding assert_finite_length(const Question& q) {
  const Length length = q.text("column").empty() ? q.report.length : measure_length(q.sequence.g, q.sequence.first_k);
  if (q.text("column").empty() && !q.sequence.has_step()) return {Outcome::not_applicable, "", {}, length.reason};
  const std::string steps =
      std::string(q.text("column").empty() ? "the steps are " : "the terms are ") + name(length.steps.kind);
  if (length.state != Length::State::finite)
    return {length.state == Length::State::infinite ? Outcome::violated : Outcome::inconclusive,
            "length so far",
            {length.sum, {}},
            steps + "; " + length.reason};
  return {Outcome::holds, "length", {length.sum, {length.sum, length.sum + length.tail}}, steps};
}

Finding found(const Consistency& c, const Report& report) {
  return with_rate(recorded_outcome(c.verdict), report.rate, "theta = " + shown(report.exponent.theta) + "; " + c.reason);
}
Finding assert_theorem41(const Question& q) {
  return q.sequence.has_gradient() ? found(q.report.theorem41, q.report) : kNoGradient;
}
Finding assert_theorem42(const Question& q) {
  return q.sequence.has_gradient() ? found(q.report.theorem42, q.report) : kNoGradient;
}

const std::map<std::string, Finding (*)(const Question&)>& assertions() {
  static const std::map<std::string, Finding (*)(const Question&)> all = {
      {"a1", assert_a1},
      {"constant", assert_constant},
      {"a2", assert_a2},
      {"theta", assert_theta},
      {"critical", assert_critical},
      {"rate", assert_rate},
      {"theorem41", assert_theorem41},
      {"theorem42", assert_theorem42},
      {"finite_length", assert_finite_length},
      {"root_rate", assert_root_rate},
  };
  return all;
}

Finding examine_run(const Claim& claim, const RunRecord& run, Options options) {
  if (claim.number.contains("alpha")) options.alpha = claim.number.at("alpha");
  if (run.trace.index("potential") < 0) return {Outcome::not_applicable, "", {}, run.status + ": the run has no objective"};
  try {
    const bool other = claim.text.contains("column") && claim.text.at("assert") != "constant";
    const Sequence sequence = sequence_of(run, other ? claim.text.at("column") : "subgradient_norm2");
    const Report report = examine(sequence, options);
    return assertions().at(claim.text.at("assert"))({claim, run, sequence, report});
  } catch (const UsageError& e) {
    return {Outcome::inconclusive, "", {}, e.what()};
  }
}

/// "theta 0.5 [0.498, 0.511]": the median over the runs and the hull of their intervals (of their values where they have none).
std::string summary(const std::string& quantity, const std::vector<Estimate>& numbers) {
  std::vector<double> values;
  Interval hull;
  for (const Estimate& e : numbers) {
    if (!e.known()) continue;
    values.push_back(e.value);
    hull.cover(e.value);
    if (!std::isnan(e.interval.low)) hull.cover(e.interval);
  }
  if (values.empty()) return quantity;
  return quantity + " " + shown(median(values)) + (hull.width() > 0 ? " " + shown(hull) : "");
}

/// What an assertion needs beyond its name.
void check(const Claim& claim, const std::string& place) {
  const std::string what = claim.text.at("assert");
  check_share(claim, place);
  if ((what == "rate" || what == "root_rate") && !claim.text.contains("rate"))
    throw UsageError(place + ": assert = \"" + what + "\" needs rate = \"finite\", \"linear\" or \"sublinear\"");
  if (what == "constant" && !claim.text.contains("column"))
    throw UsageError(place + ": assert = \"constant\" needs the name of the trace's column in column");
  if (const auto j = claim.number.find("j"); j != claim.number.end())
    if (j->second != std::floor(j->second) || j->second < 1 || j->second > rates::kLargestJ)
      throw UsageError(place + ": j must be a whole number from 1 to 8, got " + number_text(j->second));
}

void judge_rates(Case& c) { c.outcome = judge_rate(c.claim, c.runs, c.rates, c.row); }

}  // namespace

const std::vector<std::string>& rate_assertions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, judge] : assertions()) list.push_back(name);
    return list;
  }();
  return names;
}

Outcome judge_rate(const Claim& claim, const std::vector<const RunRecord*>& runs, const Options& options, ClaimRow& row) {
  std::map<Outcome, std::vector<std::string>> reasons;   // run by run
  std::map<std::string, std::vector<Estimate>> numbers;  // by quantity
  std::string ids;
  for (const RunRecord* run : runs) {
    const Finding finding = examine_run(claim, *run, options);
    reasons[finding.outcome].push_back(run->variant() + " seed " + std::to_string(run->seed()) + ": " + finding.reason);
    if (!finding.quantity.empty()) numbers[finding.quantity].push_back(finding.number);
    ids += (ids.empty() ? (runs.size() == 1 ? "record " : "records ") : ", ") + run->id;
  }
  const std::size_t bear_out = reasons[Outcome::holds].size(), open = reasons[Outcome::inconclusive].size();
  const auto share = claim.number.find("share");
  const auto part = static_cast<double>(bear_out), whole = static_cast<double>(bear_out + open);
  const bool enough = share == claim.number.end() ? 2 * part > whole : part >= share->second * whole - 1e-9;
  const Outcome outcome = !reasons[Outcome::violated].empty() ? Outcome::violated
                          : bear_out + open == 0              ? Outcome::not_applicable
                          : enough                            ? Outcome::holds
                                                              : Outcome::inconclusive;
  for (const auto& [quantity, of_runs] : numbers) row.measured += summary(quantity, of_runs) + "; ";
  static const std::vector<std::pair<Outcome, std::string>> words = {{Outcome::violated, "against"},
                                                                     {Outcome::holds, "hold"},
                                                                     {Outcome::inconclusive, "not decided"},
                                                                     {Outcome::not_applicable, "not applicable"}};
  std::string counts;
  for (const auto& [found, word] : words) {
    if (reasons[found].empty()) continue;
    counts += (counts.empty() ? "" : ", ") + std::to_string(reasons[found].size()) + " " + word;
    row.evidence += word + ": ";
    for (const std::string& reason : reasons[found]) row.evidence += reason + "; ";
  }
  row.measured += counts;
  if (outcome == Outcome::holds && claim.text.at("assert") == "constant") {
    double nearest = bcd::kInfinity;
    for (const auto& [quantity, of_runs] : numbers)
      for (const Estimate& factor : of_runs) nearest = std::min(nearest, factor.value);
    row.measured += ", " + looseness(nearest, "the constant");
  }
  row.evidence += ids;
  return outcome;
}

ClaimKind rate_kind() {
  using Type = ClaimKey::Type;
  using Need = ClaimKey::Need;
  return {
      "rate",
      "what `results/rates` finds bears `assert` out (below) in the share `share` of the runs (default: more than half), and in none the contrary",
      {{"assert", Type::text, Need::required, "what is found", rate_assertions},
       {"rate", Type::text, Need::optional, "finite, linear or sublinear, for assert = rate, root_rate",
        [] {
          return std::vector<std::string>{"finite", "linear", "sublinear"};
        }},
       {"j", Type::number, Need::optional, "steps of A1, 1 to 8; default 1"},
       {"alpha", Type::number, Need::optional, "exponent of A2; default: 1/2 where theta may be 1/2, else theta"},
       {"low", Type::number, Need::optional, "of the range for theta or p; default: unbounded"},
       {"high", Type::number, Need::optional, "of the range for theta or p; default: unbounded"},
       {"column", Type::text, Need::optional,
        "the trace's column with dist(0, df)^2 (finite_length: with the squares of the terms), or with the paper's constant"},
       {"share", Type::number, Need::optional,
        "in (0, 1]: the share of the runs that must bear it out; default: more than half"}},
      judge_rates,
      true,
      check};
}

}  // namespace bcd
