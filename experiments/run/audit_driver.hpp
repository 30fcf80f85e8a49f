// The audit's place in a run: double copies of data and state, the log, and the hook after each block update.
#pragma once

#include <memory>

#include "algorithms/core/plugin.hpp"
#include "algorithms/core/restorable.hpp"
#include "experiments/run/clock.hpp"

namespace bcd {

/// A State<double> that follows an algorithm's state: windows on it (double) or owned copies (float).
template <class T>
class StateMirror {
 public:
  explicit StateMirror(Algorithm<T>& algorithm);
  const State<double>& state() const { return mirror_; }
  /// Brings the mirror up to date; its windows keep their place in memory.
  void refresh();

 private:
  Algorithm<T>& algorithm_;
  std::vector<Matrix<double>> copies_;  // float only
  State<double> mirror_;
};

/// Everything the runner needs of an audit. Does nothing when the plugin has none or the run asks for none.
template <class T>
class AuditDriver final : public BlockObserver {
 public:
  /// mode: off, sweep, block. The algorithm has been initialised.
  AuditDriver(const Plugin& plugin, Algorithm<T>& algorithm, const Problem<T>& problem, const std::string& mode);

  void start();
  /// Announces sweep k and returns the observer for it (null unless auditing per block); `observed` is its time so far.
  BlockObserver* before_sweep(int k);
  void after(const Block& block) override;
  void after_sweep(int k, Measurements& row);
  void finish();

  /// Adds the smallest slack of each promise since the last call as "slack:<promise id>".
  void add_slacks(Measurements& row);
  /// Seconds spent in after(), which lie within the algorithm's step.
  double observed_seconds() const { return observed_.seconds(); }
  /// What the audit has to keep, and what it has found. When reading: after start(), the algorithm's state being in place.
  void members(Members& members);
  /// Why the audit cannot go on in the middle of a run; empty: it can.
  std::string not_restorable() const;
  std::vector<PromiseResult> results() const { return log_ ? log_->results() : std::vector<PromiseResult>{}; }

 private:
  Matrix<double> X_, Y_;  // float only
  Problem<double> problem_;
  std::unique_ptr<StateMirror<T>> mirror_;
  std::unique_ptr<Audit> audit_;
  std::unique_ptr<CheckLog> log_;
  bool per_block_ = false;
  int sweep_ = 0;
  Clock observed_;
};

}  // namespace bcd
