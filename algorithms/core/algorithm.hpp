// The interface every plugin implements. The runner owns loop, clocks, stopping, recording and judging; an algorithm owns its
// state and one outer iteration. It never prints, times, reads options, opens files or knows a dataset's name.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/problem.hpp"
#include "algorithms/core/property.hpp"
#include "algorithms/core/rng.hpp"

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
  /// Windows on the whole state; writing through them replaces it (restart from a dump).
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
    state.push_back({"W" + std::to_string(i), {weights.W[at].data(), weights.W[at].rows(), weights.W[at].cols()}});
    if (net.bias) state.push_back({"b" + std::to_string(i), {weights.b[at].data(), weights.b[at].rows(), 1}});
  }
  return state;
}

/// A demonstration that needs no training run: a counter-example, a Monte Carlo check. Part of the claims table.
struct StudyResult {
  bool holds = false;    ///< whether the study's statement was confirmed
  double measured = 0;   ///< the number that decides
  std::string evidence;  ///< one or two sentences with the numbers
};
/// Data that a study speaks of, by name and options (datasets/README.md); whoever runs the study loads it, with real targets.
struct StudyData {
  std::string name;
  std::map<std::string, std::string> options;
};
struct Study {
  std::string id;         ///< "zeng2019.theorem1.algorithm1-relu"
  std::string source;     ///< paper and number
  std::string statement;  ///< what is shown
  std::function<StudyResult()> run;
  StudyData data = {};  ///< of a study on a paper's own data, which has run_on instead of run
  std::function<StudyResult(const Matrix<double>& X, const Matrix<double>& Y)> run_on = {};
};

/// One line of the registry: what a plugin folder exports.
struct Plugin {
  std::string name;      ///< folder name: <method>_<authorYear>, or the method alone for baselines
  std::string title;     ///< one line
  std::string citation;  ///< paper and algorithm number
  std::function<std::unique_ptr<Algorithm<float>>()> make_f32;
  std::function<std::unique_ptr<Algorithm<double>>()> make_f64;
  std::vector<Promise> promises;  ///< what its paper promises; none for baselines
  /// The judge of these promises for one run; empty where there are none.
  std::function<std::unique_ptr<Audit>(const ParameterList& parameters, const Problem<double>& problem)> make_audit;
  std::vector<Study> studies;
  /// The files that a run depends on beyond the program and the data (path, SHA-256); part of the run's name. Empty: none.
  std::function<std::map<std::string, std::string>(const ParameterList& parameters)> files;
  std::string library;                ///< the shared library the plugin came from; empty: part of the program
  std::vector<std::string> warnings;  ///< what a reader of its results should know; kept in the record

  template <class T>
  std::unique_ptr<Algorithm<T>> make() const {
    if constexpr (std::is_same_v<T, float>)
      return make_f32();
    else
      return make_f64();
  }
};

}  // namespace bcd
