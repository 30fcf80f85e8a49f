// The judge of a run's promises: it evaluates both sides of each inequality at every iteration (or after every block update),
// in double, apart from the code of the updates.
#pragma once

#include <initializer_list>
#include <map>

#include "algorithms/core/promise.hpp"
#include "algorithms/core/state.hpp"

namespace bcd {

class Members;

/// The numbers that the sides of an inequality are made of, by name, for whoever checks it by hand: {{"a", a}, {"|D|^2", q}}.
using Terms = std::initializer_list<std::pair<const char*, double>>;

/// Collects checks during a run. Not thread safe; used by one audit.
class CheckLog {
 public:
  explicit CheckLog(std::vector<Promise> promises);

  /// One evaluation: the promise holds if slack >= -allowance. allowance: derived rounding bound, > 0. A NaN slack violates;
  /// slack = inf (the right side bounds nothing) is no check. left: the side that is bounded, without what stands on both sides
  /// (of a descent the promised decrease); where rounding leaves two digits of it, the log keeps how loose the bound is. The
  /// first violation is kept with both sides and the terms.
  void check(const std::string& id, int iteration, const Block& block, double slack, double allowance, double left = 0,
             Terms terms = {});
  void not_applicable(const std::string& id, const std::string& reason);
  void inconclusive(const std::string& id, const std::string& reason);

  const std::vector<PromiseResult>& results() const { return results_; }
  /// Smallest slack per promise since the last call, for the trace's slack columns; promises without a check are absent.
  std::map<std::string, double> take_slacks();
  /// What was found so far (restorable.hpp).
  void members(Members& members);

 private:
  PromiseResult& at(const std::string& id);
  std::vector<PromiseResult> results_;
  std::map<std::string, double> slacks_;
};

/// The judge of one run. Works on double copies of the state, whatever the algorithm's precision. A run whose audit is no
/// Restorable (restorable.hpp) has no checkpoints.
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
