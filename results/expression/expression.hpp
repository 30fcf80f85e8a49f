// Formulas over the columns of a trace, as they stand in experiment files: "F[k] <= F[k-1] - 0.5*alpha*step2[k]". Numbers, names,
// + - * / ^, abs, sqrt, log, exp, min, max; nothing is executed, and length and depth are bounded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bcd {

/// The row of a trace that an index means: [k], [k-1] (lag 1), [0] (at 0), [last].
struct RowIndex {
  enum class Kind { lag, at, last };
  Kind kind = Kind::lag;
  std::size_t number = 0;
  std::string text() const;
};

/// An arithmetic formula, ready to be evaluated: the steps of a stack machine.
class Formula {
 public:
  enum class Op { number, constant, column, negate, add, subtract, multiply, divide, power, abs, sqrt, log, exp, min, max };
  struct Step {
    Op op;
    double number = 0;     ///< of Op::number
    std::size_t name = 0;  ///< of constant and column: into names()
    RowIndex row = {};     ///< of column
  };
  /// A name where it stands: a column of the trace (with an index) or a constant (without).
  struct Name {
    std::string text;
    std::size_t position = 0;  ///< its first character, from 1
    bool column = false;
  };

  /// Throws UsageError "column 17: ..." for what is no formula.
  static Formula parse(const std::string& text);

  const std::string& text() const { return text_; }
  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<Name>& names() const { return names_; }
  bool uses_last() const;

 private:
  friend class FormulaParser;
  std::string text_;
  std::vector<Step> steps_;
  std::vector<Name> names_;
};

/// Two formulas and what is said of them.
struct Inequality {
  enum class Relation { at_most, at_least, below, above, equal };

  /// Throws UsageError "column 17: ..." for what is no inequality.
  static Inequality parse(const std::string& text);

  std::string text;
  Formula left, right;
  Relation relation = Relation::at_most;
  /// The names of both sides.
  std::vector<Formula::Name> names() const;
  bool uses_last() const { return left.uses_last() || right.uses_last(); }
};

/// A formula is at most this long, and parentheses lie at most this deep.
inline constexpr std::size_t kLongestFormula = 1000;
inline constexpr int kDeepestFormula = 50;

/// Names that are no columns and no parameters: the iteration and the number of training samples.
inline const std::vector<std::string> kFormulaConstants = {"k", "n"};

/// Whether a text may be the name of a metric: letters, digits and _, not beginning with a digit, and no word of the grammar.
bool is_formula_name(const std::string& text);

}  // namespace bcd
