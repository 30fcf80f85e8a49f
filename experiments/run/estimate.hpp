// What a run will take: time and memory, before it is made.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "experiments/experiment.hpp"

namespace bcd {

/// What a run takes, in seconds of a processor that does nothing else.
struct Needs {
  double first = 0;                                    ///< evaluation before the first iteration
  double training = 0, evaluation = 0, recording = 0;  ///< of one iteration; recording with what the audit does in each
  double bytes = 0;                                    ///< of memory, about; 0: not known
  double ends = 0;                                     ///< the iteration at which it diverged or converged; 0: it goes on
};

/// What was measured on this machine, kept from call to call: one file for a processor, a number of threads and a version of the
/// program, in the user's cache folder (~/.cache/bcdbench/calibration). Without such a folder it lives as long as the object.
class Calibration {
 public:
  Calibration();

  /// With the present number of threads; seconds are NaN if the run ends before its first iteration. What is not known is measured
  /// from the first iterations, made now, without a record. `anew`: measured although it is known.
  const Needs& needs(const PlannedRun& planned, bool anew = false);
  /// How many runs had to be measured.
  std::size_t measured() const { return measured_now_.size(); }
  /// Keeps what was measured; a folder that cannot be written is no error.
  void save() const;

 private:
  std::filesystem::path file_;
  std::map<std::string, Needs> known_;  ///< by what is computed, whatever the seed and the number of iterations
  std::set<std::string> measured_now_;
};

/// Seconds that the whole run will take.
double total_seconds(const Needs& one, const PlannedRun& planned);

/// Bytes that the run needs, about: its data and its state, of which a few samples tell how they grow with the samples, with half
/// as much again for what its updates need. 0: not known.
double memory_needed(const PlannedRun& planned);
/// "3.2 GiB", "14 MiB".
std::string memory_text(double bytes);
/// Throws UsageError if the run needs more memory than there may be.
void require_memory(const PlannedRun& planned);

}  // namespace bcd
