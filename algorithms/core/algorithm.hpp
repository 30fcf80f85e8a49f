// The interface every plugin implements. The runner owns loop, clocks, stopping, recording and judging; an algorithm owns its
// state and one outer iteration. It never prints, times, reads options, opens files or knows a dataset's name.
#pragma once

#include <memory>
#include <optional>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/problem.hpp"
#include "algorithms/core/promise.hpp"
#include "algorithms/core/rng.hpp"
#include "algorithms/core/state.hpp"

namespace bcd {

/// Told about every block update, so that descent can be judged block by block. Its time is not training time.
class BlockObserver {
 public:
  virtual ~BlockObserver() = default;
  virtual void after(const Block& block) = 0;
};

/// What one step costs, counted from the shapes: the same on every machine, unlike seconds.
struct StepCost {
  double products = 0;  ///< products of matrices over all samples (W V, G V', V V'); a mini-batch of m counts as m/n of one
  double flops = 0;     ///< floating-point operations of products (2mnk), Gram matrices (half of it), factorisations and solves
};

template <class T>
class Algorithm {
 public:
  virtual ~Algorithm() = default;

  /// The parameters, bound to this object. Set them before initialise().
  virtual ParameterList parameters() = 0;
  /// Empty if the algorithm can work on the problem with its present parameters, else the reason in one sentence.
  virtual std::string not_applicable(const Problem<T>& problem) const {
    (void)problem;
    return {};
  }
  /// Starts from the weights w0 (same for every algorithm of an experiment). `problem` outlives the algorithm.
  virtual void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) = 0;
  /// One outer iteration: a sweep over all blocks, an epoch. Calls observer->after(block) after each block if it is not null.
  virtual void step(BlockObserver* observer) = 0;
  /// The network's present weights.
  virtual const Weights<T>& weights() const = 0;
  /// Windows on the whole state; writing through them replaces it (restart from a dump). A run goes on from them bit for bit; what
  /// else an algorithm carries from step to step (a count) it names as a Restorable (restorable.hpp).
  virtual State<T> state() = 0;
  /// Told after the state was replaced through those windows; for an algorithm that keeps copies of it.
  virtual void state_replaced() {}
  /// False where weights() has to fetch them from elsewhere: the runner then asks for them at evaluated iterations only.
  virtual bool weights_at_hand() const { return true; }
  /// Adds cheap quantities of the algorithm's own to the trace's row (not the potential: that is the audit's).
  virtual void measure(Measurements& row) const { (void)row; }
  /// The end of what the algorithm, or what works for it, has said during the run; kept in the record.
  virtual std::string messages() const { return {}; }
  /// The cost of a step, after initialise(); nothing where it is not counted or depends on the data (inner iterations).
  virtual std::optional<StepCost> cost() const { return std::nullopt; }
};

/// The windows W1, b1, ..., WN, bN (b only with a bias) on a set of weights.
template <class T>
State<T> weight_state(const Network& net, Weights<T>& weights) {
  State<T> state;
  for (int i = 1; i <= net.N(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    state.add("W", i, weights.W[at]);
    if (net.bias) state.add("b", i, weights.b[at]);
  }
  return state;
}

}  // namespace bcd
