// What formulas are evaluated on: the columns of a trace, each number with a bound on its error by rounding.
#pragma once

#include <map>
#include <optional>

#include "algorithms/core/rounding.hpp"
#include "results/expression/expression.hpp"
#include "results/record.hpp"

namespace bcd {

/// A number of a formula, or why there is none.
struct Reading {
  /// outside: before the first iteration, nothing is asked; unmeasured: evaluate_every left it out; missing: no such number.
  enum class State { known, outside, unmeasured, missing };
  State state = State::known;
  Term term = {};
  std::string reason = {};  ///< where it is not known
};

/// What is known of a run beside its trace.
struct RunFacts {
  std::map<std::string, double> constants;  ///< parameters by name, and n where it is known
  /// The relative error that a column may have: eps times the number of terms that its sums may have.
  double relative = 0;
  std::int64_t evaluate_every = 1;
};

/// A trace that may still grow, with the metrics that are defined over it. The trace must outlive it.
class Table {
 public:
  Table(const Trace& trace, RunFacts facts) : trace_(trace), facts_(std::move(facts)) {}

  /// A metric is a column like any other; its formula may name metrics, but not in a circle.
  void define(const std::string& name, const Formula& formula) { metrics_[name] = {formula, {}}; }

  std::size_t rows() const { return trace_.rows.size(); }
  /// The formula at an iteration. Every operation adds its rounding to what it passes on of its operands' errors.
  Reading value(const Formula& formula, std::size_t row) const;
  /// The numbers that it is made of there, as they are written: F[k-1], alpha.
  Measurements numbers(const Formula& formula, std::size_t row) const;

 private:
  struct Metric {
    Formula formula;
    std::vector<std::optional<Reading>> values;  ///< by row, as far as they were asked for
  };

  Reading column(const std::string& name, const RowIndex& index, std::size_t row) const;
  Reading constant(const std::string& name, std::size_t row) const;
  int index_of(const std::string& column) const;

  const Trace& trace_;
  RunFacts facts_;
  mutable std::map<std::string, Metric> metrics_;
  mutable std::map<std::string, int> indices_;
  mutable std::size_t columns_seen_ = 0;
};

/// The training loss by the letter that papers give the objective, where no column or metric has that name.
inline const std::string kObjectiveLetter = "F", kObjectiveColumn = "train_loss";
/// The column with the bound on a column's error, where the program has one.
inline std::string rounding_column(const std::string& column) { return "rounding:" + column; }

}  // namespace bcd
