// The stopping rules of a run, asked after each evaluated iteration.
#pragma once

#include <optional>

#include "algorithms/core/restorable.hpp"
#include "experiments/experiment.hpp"
#include "results/expression/table.hpp"

namespace bcd {

class StopRules {
 public:
  struct Verdict {
    std::string status, reason;
  };

  /// The trace is the run's, and grows.
  StopRules(const PlannedRun& planned, const Trace& trace, Index samples);

  /// Whether the last row of the trace ends the run; the reason names the rule.
  std::optional<Verdict> after_row();
  /// After the last iteration: Diverged where the training loss is out of all proportion to the first one, rule or not.
  std::optional<Verdict> at_the_end() const;
  /// Why `when` was not decided, for the reason of a run that no rule has ended; empty: it was.
  const std::string& undecided() const { return undecided_; }
  void members(Members& members) { members(smallest_, smallest_at_, undecided_); }

 private:
  double last(const std::string& column) const;

  const Stopping& stop_;
  const Trace& trace_;
  Table table_;
  double smallest_;
  std::int64_t smallest_at_ = 0;
  std::string undecided_;
};

}  // namespace bcd
