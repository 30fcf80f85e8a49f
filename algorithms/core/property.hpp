// Theorems as data: a promise is declared beside the algorithm that makes it, and an audit evaluates both sides of its
// inequality at every iteration (or after every block update), in double, apart from the code of the updates.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/core/problem.hpp"

namespace bcd {

/// One block of variables, by the paper's letter and layer: {"V", 3}, {"Wb", 1}. Layer 0: not tied to a layer.
struct Block {
  std::string name;
  int layer = 0;
  std::string text() const { return layer == 0 ? name : name + std::to_string(layer); }
};

/// A named window on a part of an algorithm's state: "W1", "b1", "U1", "V1", ... The matrix stays the algorithm's.
template <class T>
struct NamedMatrix {
  std::string name;
  Eigen::Map<Matrix<T>> value;
};

/// All of an algorithm's state. The names and shapes never change after initialise().
template <class T>
using State = std::vector<NamedMatrix<T>>;

/// What a paper promises about a run. The constant is evaluated from the run's own parameters by the audit.
struct Promise {
  std::string id;         ///< "descent.block"; unique within a plugin
  std::string source;     ///< paper and number: "Zeng et al. 2019, Lemma 1"
  std::string statement;  ///< the inequality, in one line
  std::string constant;   ///< the formula of the constant, or empty
  std::string assumes;    ///< hypotheses, in words, or empty
};

/// The outcome of one promise over one run.
struct PromiseResult {
  Promise promise;
  std::int64_t checks = 0;      ///< how often both sides were evaluated
  std::int64_t violations = 0;  ///< how often slack < -allowance
  double worst_slack = 0;       ///< smallest slack (right minus left) seen
  double worst_ratio = 0;       ///< smallest slack/allowance seen; below -1 is a violation
  int worst_iteration = 0;
  std::string worst_block;
  int first_iteration = -1;  ///< first violation, or -1
  std::string first_block;
  double first_slack = 0;
  std::string not_applicable;  ///< reason, when a hypothesis is unmet
  std::string inconclusive;    ///< reason, when the run cannot decide

  /// "holds", "violated", "inconclusive" or "not applicable"; unmet hypotheses are never "holds".
  std::string verdict() const;
};

/// Collects checks during a run. Not thread safe; used by one audit.
class CheckLog {
 public:
  explicit CheckLog(std::vector<Promise> promises);

  /// One evaluation: the promise holds if slack >= -allowance. allowance: derived rounding bound, > 0. A NaN slack violates.
  void check(const std::string& id, int iteration, const Block& block, double slack, double allowance);
  void not_applicable(const std::string& id, const std::string& reason);
  void inconclusive(const std::string& id, const std::string& reason);

  const std::vector<PromiseResult>& results() const { return results_; }
  /// Smallest slack per promise since the last call, for the trace's slack columns; promises without a check are absent.
  std::map<std::string, double> take_slacks();

 private:
  PromiseResult& at(const std::string& id);
  std::vector<PromiseResult> results_;
  std::map<std::string, double> slacks_;
};

/// Named numbers of one iteration, in the order they were put.
using Measurements = std::vector<std::pair<std::string, double>>;

/// The judge of one run. Works on double copies of the state, whatever the algorithm's precision.
class Audit {
 public:
  virtual ~Audit() = default;
  /// After initialise(); `state` stays valid and is refreshed before each later call. May declare promises not applicable.
  virtual void start(const State<double>& state, CheckLog& log) = 0;
  /// After one block update of sweep k (k = 1, 2, ...); only with per-block auditing.
  virtual void after_block(int k, const Block& block, CheckLog& log) { (void)k, (void)block, (void)log; }
  /// After sweep k; may add measurements (potential, step, subgradient) to the trace's row.
  virtual void after_sweep(int k, CheckLog& log, Measurements& row) = 0;
  /// After the last sweep: bounds on sums and averages, final verdicts.
  virtual void finish(CheckLog& log) { (void)log; }
};

}  // namespace bcd
