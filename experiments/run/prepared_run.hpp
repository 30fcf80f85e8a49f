// A run made ready: its data, network, problem and algorithm. Shared by the runner and the dump.
#pragma once

#include <memory>

#include "algorithms/core/plugin.hpp"
#include "experiments/experiment.hpp"

namespace bcd {

/// The problem points into the dataset, the algorithm may point to the problem: a prepared is neither copied nor moved.
template <class T>
struct PreparedRun {
  /// Loads the data (runs that follow each other and use the same data share it), builds the network (d_0 and d_N from the
  /// data) and the algorithm with the run's parameters. Throws UsageError for missing data or wrong parameters.
  PreparedRun(const PlannedRun& planned, const Plugin& plugin);
  PreparedRun(const PreparedRun&) = delete;
  PreparedRun& operator=(const PreparedRun&) = delete;

  /// Draws the first weights and initialises the algorithm.
  void start(const PlannedRun& planned);

  std::shared_ptr<const Dataset<T>> data;
  Problem<T> problem;
  std::unique_ptr<Algorithm<T>> algorithm;
};

/// W_i as the initialisation says, each in column-major order from the stream (seed, "init"); b_i constant.
template <class T>
Weights<T> draw_weights(const Network& net, const Initialisation& init, std::uint64_t seed);

/// Writes every matrix of the state to folder/<name>.npy; creates the folder.
template <class T>
void write_state(const std::filesystem::path& folder, const State<T>& state);
/// Reads the matrices that have a file in the folder. Throws UsageError if a weight (W or b) has none, or a file does not fit;
/// the state is changed only when everything fits.
template <class T>
void read_state(const std::filesystem::path& folder, State<T> state);
/// Hash over the names and contents of a folder's .npy files. Throws UsageError if it is no folder or has none.
std::string state_digest(const std::filesystem::path& folder);

}  // namespace bcd
