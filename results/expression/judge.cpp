#include "results/expression/judge.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"

namespace bcd {

namespace {

using Relation = Inequality::Relation;

/// The inequality as left <= right: of a >= b the sides change places, of a == b the left one is the larger.
struct Sides {
  double left = 0;
  double slack = 0;      ///< right minus left; negative: it does not hold
  double allowance = 0;  ///< what rounding may take of it
};

Sides sides_of(Relation relation, const Term& left, const Term& right) {
  const double difference = right.value - left.value;
  const double allowance = left.rounding + right.rounding + kEps * std::abs(difference);
  switch (relation) {
    case Relation::at_most:
    case Relation::below:
      return {left.value, difference, allowance};
    case Relation::at_least:
    case Relation::above:
      return {right.value, -difference, allowance};
    default:
      return {std::max(left.value, right.value), -std::abs(difference), allowance};
  }
}

bool is_strict(Relation relation) { return relation == Relation::below || relation == Relation::above; }

}  // namespace

JudgedInequality judge_inequality(const Promise& promise, const Inequality& holds, const std::optional<Formula>& slack,
                                  const Table& table) {
  JudgedInequality judged;
  PromiseResult& result = judged.result;
  result.promise = promise;
  result.worst_slack = result.worst_ratio = kInfinity;
  judged.slacks.assign(table.rows(), kNaN);
  std::string unmeasured;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const auto open = [&](const std::string& reason) {
      if (result.inconclusive.empty()) result.inconclusive = "iteration " + std::to_string(row) + ": " + reason;
    };
    std::vector<Reading> readings = {table.value(holds.left, row), table.value(holds.right, row)};
    if (slack) readings.push_back(table.value(*slack, row));
    bool known = true, outside = false;
    for (const Reading& reading : readings) {
      known = known && reading.state == Reading::State::known;
      outside = outside || reading.state == Reading::State::outside;
    }
    if (outside) continue;
    for (const Reading& reading : readings) {
      if (reading.state == Reading::State::unmeasured) unmeasured = reading.reason;
      if (reading.state == Reading::State::missing) open(reading.reason);
    }
    if (!known) continue;

    const Term &left = readings[0].term, &right = readings[1].term;
    Sides sides = sides_of(holds.relation, left, right);
    judged.slacks[row] = sides.slack;
    if (slack) sides.allowance = readings[2].term.value;
    if (!(sides.allowance >= 0 && std::isfinite(sides.allowance) && std::isfinite(sides.slack))) {
      open("the allowance for rounding is " + number_text(sides.allowance));
      continue;
    }
    const bool no_room = is_strict(holds.relation) && sides.slack <= sides.allowance && sides.slack >= -sides.allowance;
    if (no_room && sides.allowance > 0) {
      open("both sides are " + show(left.value, 6) + " to rounding");
      continue;
    }
    ++result.checks;
    result.worst_slack = std::min(result.worst_slack, sides.slack);
    const double ratio = sides.slack / std::max(sides.allowance, kTiny);
    if (ratio < result.worst_ratio) {
      result.worst_ratio = ratio;
      result.worst_iteration = static_cast<int>(row);
    }
    if (sides.slack >= -sides.allowance && !no_room) continue;
    if (result.violations++ > 0) continue;
    result.first_iteration = static_cast<int>(row);
    result.first_slack = sides.slack;
    result.first_left = sides.left;
    result.first_terms = table.numbers(holds.left, row);
    for (const auto& number : table.numbers(holds.right, row))
      if (std::find(result.first_terms.begin(), result.first_terms.end(), number) == result.first_terms.end())
        result.first_terms.push_back(number);
  }
  if (result.checks == 0 && result.inconclusive.empty())
    result.inconclusive =
        unmeasured.empty() ? "the run has no iteration at which it can be checked" : "no check, " + unmeasured;
  return judged;
}

}  // namespace bcd
