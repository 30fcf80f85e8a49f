#include "experiments/judge_rate.hpp"

#include <functional>
#include <map>

#include "algorithms/core/parameters.hpp"

namespace bcd {

namespace {

using namespace rates;

std::string show(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}
std::string show(const Interval& i) { return "[" + show(i.low) + ", " + show(i.high) + "]"; }
std::string show(const Estimate& e) { return show(e.value) + " " + show(e.interval); }

/// What one run says about a claim.
struct Finding {
  std::string verdict, measured, reason;
};

struct Question {
  const ClaimSpec& claim;
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
  Interval range() const { return {number("low", -kInfinity), number("high", kInfinity)}; }
};

bool meets(const Interval& a, const Interval& b) { return a.low <= b.high && b.low <= a.high; }

const Finding kNoGradient{"not applicable", "", "the record has no element of the subdifferential (column subgradient_norm2)"};

Finding found_decrease(const Decrease& d, const Report& report) {
  using State = Decrease::State;
  const std::string at = "iteration " + number_text(report.first_k + static_cast<double>(d.worst));
  const std::string verdict = d.state == State::holds ? "holds" : d.state == State::violated ? "violated" : "inconclusive";
  std::string reason = "smallest ratio at " + at + ", drift k^" + show(d.drift);
  if (d.state == State::violated)
    reason = std::to_string(d.rises) + " of " + std::to_string(d.resolved) + " differences are rises; " + reason;
  if (d.state == State::shrinking) reason = "the constant shrinks with k, so no constant is supported; " + reason;
  if (d.state == State::unresolved) reason = "rounding hides the decreases that would decide; " + reason;
  return {verdict, "c_" + std::to_string(d.j) + " = " + show(d.constant), reason};
}

Finding assert_a1(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  return found_decrease(q.report.a1.at(static_cast<std::size_t>(q.number("j", 1)) - 1), q.report);
}

Finding assert_constant(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  const std::vector<double> bounds = q.run.trace.column(q.text("column"));
  if (bounds.empty() || !std::isfinite(bounds.back()))
    return {"not applicable", "", "the record has no column " + q.text("column")};
  const Decrease& d = q.report.a1.front();
  const bool holds = d.constant >= bounds.back();
  return {holds ? "holds" : "violated", "c_1 = " + show(d.constant) + " against " + show(bounds.back()),
          "the paper's constant is smaller by a factor of " + show(d.constant / bounds.back())};
}

Finding assert_a2(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  Finding finding = found_decrease(q.report.a2, q.report);
  finding.reason = "alpha = " + show(q.report.options.alpha) + "; " + finding.reason;
  return finding;
}

Finding assert_theta(const Question& q) {
  if (!q.sequence.has_gradient()) return kNoGradient;
  const Exponent& e = q.report.exponent;
  if (!e.theta.known()) return {"inconclusive", "", e.reason};
  const bool met = meets(e.theta.interval, q.range()), narrow = e.theta.interval.width() < 0.2;
  return {!met     ? "violated"
          : narrow ? "holds"
                   : "inconclusive",
          "theta = " + show(e.theta),
          "estimates " + show(e.by_limit) + " over the interval of f* (" + q.report.limit.origin + ")"};
}

std::string rate_text(const Rate& rate) {
  if (rate.kind == Kind::sublinear) return "sublinear, p = " + show(rate.power);
  if (rate.kind == Kind::linear) return "linear, eta = " + show(rate.eta);
  return name(rate.kind);
}

Finding compare_rate(const Question& q, const Rate& rate, const std::string& reason) {
  if (rate.kind == Kind::inconclusive) return {"inconclusive", "inconclusive", rate.reason};
  const std::string wanted = q.text("rate");
  bool holds = wanted == "linear" ? rate.at_least_linear() : name(rate.kind) == wanted;
  if (holds && rate.kind == Kind::sublinear) holds = meets(rate.power.interval, q.range());
  return {holds ? "holds" : "violated", rate_text(rate), reason};
}

Finding assert_rate(const Question& q) {
  const Rate& rate = q.report.rate;
  return compare_rate(q, rate,
                      "f* " + show(q.report.limit.middle) + " by " + q.report.limit.origin + ", window of " +
                          show(rate.window.decades()) + " decades, 1/p = " + show(rate.lambda));
}

Finding assert_root_rate(const Question& q) {
  Finding finding = assert_rate(q);
  if (const RootRate root = root_rate(q.report.rate); root.R1.known())
    finding.measured = root.name + ", R_1 = " + show(root.R1);
  return finding;
}

Finding assert_finite_length(const Question& q) {
  const Length& length = q.report.length;
  if (!q.sequence.has_step()) return {"not applicable", "", length.reason};
  const bool finite = length.state == Length::State::finite, infinite = length.state == Length::State::infinite;
  return {finite     ? "holds"
          : infinite ? "violated"
                     : "inconclusive",
          "length " + show(length.sum) + (finite ? " + at most " + show(length.tail) : ""),
          "steps: " + rate_text(length.steps) + (length.reason.empty() ? "" : "; " + length.reason)};
}

Finding found(const Consistency& c, const Report& report) {
  return {c.verdict, "theta = " + show(report.exponent.theta) + ", " + rate_text(report.rate), c.reason};
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
      {"rate", assert_rate},
      {"theorem41", assert_theorem41},
      {"theorem42", assert_theorem42},
      {"finite_length", assert_finite_length},
      {"root_rate", assert_root_rate},
  };
  return all;
}

Finding examine_run(const ClaimSpec& claim, const RunRecord& run, Options options) {
  if (claim.number.contains("alpha")) options.alpha = claim.number.at("alpha");
  if (run.trace.index("potential") < 0) return {"not applicable", "", run.status + ": the run has no objective"};
  try {
    const Sequence sequence = sequence_of(run);
    const Report report = examine(sequence, options);
    return assertions().at(claim.text.at("assert"))({claim, run, sequence, report});
  } catch (const UsageError& e) {
    return {"inconclusive", "", e.what()};
  }
}

}  // namespace

const std::vector<std::string>& rate_assertions() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const auto& [name, judge] : assertions()) list.push_back(name);
    return list;
  }();
  return names;
}

void judge_rate(const ClaimSpec& claim, const std::vector<const RunRecord*>& runs, const Options& options, ClaimRow& row) {
  std::map<std::string, int> count;
  std::map<std::string, std::string> first;  // by verdict, the first run's measured value and reason
  std::string measured;
  for (const RunRecord* run : runs) {
    const Finding finding = examine_run(claim, *run, options);
    const std::string who = run->variant() + " seed " + std::to_string(run->seed());
    if (count[finding.verdict]++ == 0) first[finding.verdict] = who + ": " + finding.reason;
    if (!finding.measured.empty())
      measured += (measured.empty() ? "" : "; ") + (runs.size() > 1 ? who + ": " : "") + finding.measured;
  }
  for (const char* verdict : {"violated", "inconclusive", "holds", "not applicable"})
    if (count.contains(verdict)) {
      row.verdict = verdict;
      break;
    }
  row.measured = std::to_string(count[row.verdict]) + " of " + std::to_string(runs.size()) + " runs";
  if (runs.size() == 1 && !measured.empty()) row.measured = measured;
  row.evidence = first[row.verdict];
  for (const auto& [verdict, reason] : first)
    if (verdict != row.verdict) row.evidence += "; " + verdict + " on " + std::to_string(count[verdict]) + ", " + reason;
  if (runs.size() > 1 && !measured.empty()) row.evidence += "; all runs: " + measured;
  row.evidence += "; ";
  for (std::size_t i = 0; i < runs.size(); ++i)
    row.evidence += (i > 0 ? ", " : runs.size() == 1 ? "record " : "records ") + runs[i]->id;
}

}  // namespace bcd
