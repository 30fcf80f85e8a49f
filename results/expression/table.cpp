#include "results/expression/table.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"

namespace bcd {

namespace {

using Op = Formula::Op;

bool is_whole(double x) { return x == std::floor(x) && std::abs(x) < 0x1p53; }

/// x^y with x in [x.value - x.rounding, x.value + x.rounding]: the largest relative change, without cancellation.
Term power(const Term& x, const Term& y) {
  Term p{std::pow(x.value, y.value), 0};
  const double size = std::abs(x.value), r = x.rounding / size;
  if (x.rounding == 0 && y.rounding == 0)
    p.rounding = 0;
  else if (y.rounding == 0 && is_whole(y.value) && y.value >= 0)
    p.rounding = size == 0 ? std::pow(x.rounding, y.value) : std::abs(p.value) * std::expm1(y.value * std::log1p(r));
  else if (r < 1 && (x.value > 0 || (y.rounding == 0 && is_whole(y.value))))
    p.rounding = std::abs(p.value) *
                 std::expm1(-(std::abs(y.value) + y.rounding) * std::log1p(-r) + std::abs(std::log(size)) * y.rounding);
  else
    p.rounding = kInfinity;
  p.rounding += 2 * kEps * std::abs(p.value);
  return p;
}

Term quotient(const Term& a, const Term& b) {
  const double q = a.value / b.value, least = std::abs(b.value) - b.rounding;
  return {q, (least > 0 ? (a.rounding + std::abs(q) * b.rounding) / least : kInfinity) + kEps * std::abs(q)};
}

Term apply(Op op, const Term& a) {
  switch (op) {
    case Op::negate:
      return {-a.value, a.rounding};
    case Op::abs:
      return {std::abs(a.value), a.rounding};
    case Op::sqrt: {  // |sqrt(a) - sqrt(b)| <= min(sqrt|a - b|, |a - b| / sqrt(a))
      const double root = std::sqrt(a.value);
      const double passed = root > 0 ? std::min(std::sqrt(a.rounding), a.rounding / root) : std::sqrt(a.rounding);
      return {root, passed + kEps * root};
    }
    case Op::log: {
      const double value = std::log(a.value);
      return {value, (a.rounding < a.value ? -std::log1p(-a.rounding / a.value) : kInfinity) + 2 * kEps * std::abs(value)};
    }
    default: {
      const double value = std::exp(a.value);
      return {value, value * std::expm1(a.rounding) + 2 * kEps * value};
    }
  }
}

Term apply(Op op, const Term& a, const Term& b) {
  const auto with_own = [](double value, double passed) { return Term{value, passed + kEps * std::abs(value)}; };
  switch (op) {
    case Op::add:
      return with_own(a.value + b.value, a.rounding + b.rounding);
    case Op::subtract:
      return with_own(a.value - b.value, a.rounding + b.rounding);
    case Op::multiply:
      return with_own(a.value * b.value,
                      std::abs(a.value) * b.rounding + std::abs(b.value) * a.rounding + a.rounding * b.rounding);
    case Op::divide:
      return quotient(a, b);
    case Op::power:
      return power(a, b);
    case Op::min:
      return {std::min(a.value, b.value), std::max(a.rounding, b.rounding)};
    default:
      return {std::max(a.value, b.value), std::max(a.rounding, b.rounding)};
  }
}

bool is_unary(Op op) { return op == Op::negate || op == Op::abs || op == Op::sqrt || op == Op::log || op == Op::exp; }

Reading unknown(Reading::State state, const std::string& reason) { return {state, {kNaN, kInfinity}, reason}; }
Reading missing(const std::string& reason) { return unknown(Reading::State::missing, reason); }

}  // namespace

int Table::index_of(const std::string& column) const {
  if (columns_seen_ != trace_.columns.size()) {
    indices_.clear();
    for (std::size_t c = 0; c < trace_.columns.size(); ++c) indices_[trace_.columns[c]] = static_cast<int>(c);
    columns_seen_ = trace_.columns.size();
  }
  const auto at = indices_.find(column);
  return at == indices_.end() ? -1 : at->second;
}

Reading Table::constant(const std::string& name, std::size_t row) const {
  if (name == "k") return {Reading::State::known, {static_cast<double>(row), 0}};
  const auto at = facts_.constants.find(name);
  if (at == facts_.constants.end()) return missing("the run has no parameter '" + name + "'");
  return {Reading::State::known, {at->second, 0}};
}

Reading Table::column(const std::string& name, const RowIndex& index, std::size_t row) const {
  std::size_t at = index.number;
  if (index.kind == RowIndex::Kind::last) at = rows() - 1;
  if (index.kind == RowIndex::Kind::lag) {
    if (index.number > row) return unknown(Reading::State::outside, name + index.text() + " lies before the first iteration");
    at = row - index.number;
  }
  const std::string where = name + " at iteration " + std::to_string(at);
  if (at >= rows())
    return missing("the run has no iteration " + std::to_string(at) + ", which " + name + index.text() + " means");

  if (const auto metric = metrics_.find(name); metric != metrics_.end()) {
    std::vector<std::optional<Reading>>& values = metric->second.values;
    values.resize(rows());
    if (!values[at]) {
      const Reading made = value(metric->second.formula, at);
      metric->second.values[at] = made;
    }
    return *metric->second.values[at];
  }
  const int c = index_of(name);
  if (c < 0 && name == kObjectiveLetter) return column(kObjectiveColumn, index, row);
  if (c < 0) return missing("the run has no column: " + unknown_name("column", name, trace_.columns));
  const double x = trace_.rows[at][static_cast<std::size_t>(c)];
  if (std::isnan(x)) {
    const auto has = [&](const std::vector<double>& other) { return !std::isnan(other[static_cast<std::size_t>(c)]); };
    if (at == 0 && std::any_of(trace_.rows.begin(), trace_.rows.end(), has))  // a step is made at iteration 1
      return unknown(Reading::State::outside, name + " begins after iteration 0");
    const bool due = static_cast<std::int64_t>(at) % facts_.evaluate_every == 0 || at + 1 == rows();
    if (!due) return unknown(Reading::State::unmeasured, where + " was not measured (run.evaluate_every)");
    return missing("there is no " + where);
  }
  if (!std::isfinite(x)) return missing(where + " is " + number_text(x));
  if (name == "iteration") return {Reading::State::known, {x, 0}};
  const int bound = index_of(rounding_column(name));
  const double known = bound < 0 ? kNaN : trace_.rows[at][static_cast<std::size_t>(bound)];
  return {Reading::State::known, {x, std::isnan(known) ? facts_.relative * std::abs(x) : known}};
}

Measurements Table::numbers(const Formula& formula, std::size_t row) const {
  Measurements all;
  for (const Formula::Step& step : formula.steps()) {
    if (step.op != Op::constant && step.op != Op::column) continue;
    const std::string& name = formula.names()[step.name].text;
    const bool is_column = step.op == Op::column;
    const std::string text = name + (is_column ? step.row.text() : "");
    if (std::none_of(all.begin(), all.end(), [&](const auto& number) { return number.first == text; }))
      all.emplace_back(text, (is_column ? column(name, step.row, row) : constant(name, row)).term.value);
  }
  return all;
}

Reading Table::value(const Formula& formula, std::size_t row) const {
  std::vector<Term> stack;
  const auto pop = [&] {
    const Term top = stack.back();
    stack.pop_back();
    return top;
  };
  for (const Formula::Step& step : formula.steps()) {
    if (step.op == Op::number) {
      stack.push_back({step.number, is_whole(step.number) ? 0 : kEps * std::abs(step.number)});
    } else if (step.op == Op::constant || step.op == Op::column) {
      const std::string& name = formula.names()[step.name].text;
      const Reading read = step.op == Op::constant ? constant(name, row) : column(name, step.row, row);
      if (read.state != Reading::State::known) return read;
      stack.push_back(read.term);
    } else if (is_unary(step.op)) {
      stack.push_back(apply(step.op, pop()));
    } else {
      const Term right = pop(), left = pop();
      stack.push_back(apply(step.op, left, right));
    }
    if (!std::isfinite(stack.back().value))
      return missing(formula.text() + " is " + number_text(stack.back().value) + " at iteration " + std::to_string(row));
  }
  return {Reading::State::known, stack.back()};
}

}  // namespace bcd
