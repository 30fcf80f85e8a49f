#include "experiments/run/stop_rules.hpp"

#include <cmath>

#include "algorithms/core/text.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/file/formulas.hpp"

namespace bcd {

namespace {

/// A run whose loss has grown by more than this has diverged, though every number is finite. Large enough for methods that recover:
/// those of the papers come back from 1e11 times their first loss.
constexpr double kOutOfProportion = 1e20;

RunFacts facts_of(const PlannedRun& planned, Index samples) {
  RunFacts facts;
  facts.constants = formula_constants(planned.config);
  facts.constants["n"] = static_cast<double>(samples);
  facts.evaluate_every = planned.evaluate_every;
  return facts;
}

bool is_true(const Inequality& when, double left, double right) {
  switch (when.relation) {
    case Inequality::Relation::at_most:
      return left <= right;
    case Inequality::Relation::at_least:
      return left >= right;
    case Inequality::Relation::below:
      return left < right;
    case Inequality::Relation::above:
      return left > right;
    default:
      return left == right;
  }
}

}  // namespace

StopRules::StopRules(const PlannedRun& planned, const Trace& trace, Index samples)
    : stop_(planned.stop), trace_(trace), table_(trace, facts_of(planned, samples)), smallest_(kInfinity) {
  for (const OwnMetric& metric : stop_.metrics) table_.define(metric.name, metric.formula);
}

double StopRules::last(const std::string& column) const {
  const int at = trace_.index(column);
  return at < 0 ? kNaN : trace_.rows.back()[static_cast<std::size_t>(at)];
}

std::optional<StopRules::Verdict> StopRules::after_row() {
  const std::size_t row = trace_.rows.size() - 1;
  const double loss = last("train_loss");
  const auto ended = [&](const std::string& status, const std::string& rule, const std::string& what) {
    return Verdict{status, "run.stop." + rule + ": " + what + " at iteration " + std::to_string(row)};
  };
  if (stop_.accuracy && trace_.index("train_accuracy") < 0)
    return Verdict{status::not_applicable, "run.stop.accuracy: the data has no classes, so there is no accuracy"};
  if (stop_.train_loss && loss <= *stop_.train_loss)
    return ended(status::target_reached, "train_loss",
                 "train_loss = " + show(loss, 6) + " <= " + number_text(*stop_.train_loss));
  if (const double accuracy = last("train_accuracy"); stop_.accuracy && accuracy >= *stop_.accuracy)
    return ended(status::target_reached, "accuracy",
                 "train_accuracy = " + show(accuracy, 6) + " >= " + number_text(*stop_.accuracy));
  if (const double gradient = std::sqrt(last("gradient2")); stop_.gradient && gradient <= *stop_.gradient)
    return ended(status::converged, "gradient",
                 "the gradient's norm is " + show(gradient, 6) + " <= " + number_text(*stop_.gradient));
  if (stop_.when) {
    const Reading left = table_.value(stop_.when->left, row), right = table_.value(stop_.when->right, row);
    const bool known = left.state == Reading::State::known && right.state == Reading::State::known;
    undecided_ = known ? "" : left.state == Reading::State::known ? right.reason : left.reason;
    if (known && is_true(*stop_.when, left.term.value, right.term.value))
      return ended(status::target_reached, "when",
                   stop_.when->text + " (" + show(left.term.value, 6) + ", " + show(right.term.value, 6) + ")");
  }
  if (loss < smallest_) smallest_ = loss, smallest_at_ = static_cast<std::int64_t>(row);
  const double first = std::abs(trace_.rows.front()[static_cast<std::size_t>(trace_.index("train_loss"))]);
  if (stop_.blow_up && first > 0 && loss > *stop_.blow_up * first)
    return ended(status::diverged, "blow_up",
                 "train_loss = " + show(loss, 6) + " is above " + number_text(*stop_.blow_up) + " times the first one");
  if (stop_.no_progress > 0 && static_cast<std::int64_t>(row) - smallest_at_ >= stop_.no_progress)
    return ended(status::no_progress, "no_progress",
                 "train_loss was smallest, " + show(smallest_, 6) + ", at iteration " + std::to_string(smallest_at_) +
                     ", and is " + show(loss, 6));
  return std::nullopt;
}

std::optional<StopRules::Verdict> StopRules::at_the_end() const {
  const int at = trace_.index("train_loss");
  if (at < 0) return std::nullopt;
  const double first = std::abs(trace_.rows.front()[static_cast<std::size_t>(at)]), loss = last("train_loss");
  if (!(first > 0 && loss > kOutOfProportion * first)) return std::nullopt;
  return Verdict{status::diverged, "the training loss has grown from " + show(first, 6) + " to " + show(loss, 6)};
}

}  // namespace bcd
