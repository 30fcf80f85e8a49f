// What a person sees while runs are made: a bar with the time left on a terminal, plain lines in a log.
#pragma once

#include <ostream>
#include <string>

#include "experiments/run/runner.hpp"

namespace bcd {

class ProgressReporter {
 public:
  /// Seconds between two lines of a log, and between two drawings of the bar.
  static constexpr double kLogInterval = 10, kBarInterval = 0.1;

  /// width: columns of the terminal; 0: not a terminal, write a log.
  ProgressReporter(std::ostream& out, int width) : out_(out), width_(width) {}
  /// Writes to stderr, as a bar if that is a terminal.
  static ProgressReporter for_stderr();

  /// Begins a run. label: "[3/8] zeng2019-fig1 BCD seed 8".
  void start(const std::string& label);
  /// A run that need not be made: one line and nothing else.
  void skip(const std::string& label, const std::string& outcome);
  /// Shows the state unless something was shown a moment ago; time is read from `progress`.
  void update(const Progress& progress);
  /// Ends the run with one line that stays: the label and the outcome.
  void finish(const std::string& outcome);

 private:
  std::ostream& out_;
  int width_;
  std::string label_;
  double shown_at_ = 0;
};

/// "0.4 s", "12 s", "3 min 05 s", "2 h 10 min".
std::string duration_text(double seconds);
/// "[#####.....]" with `width` places.
std::string bar_text(double fraction, int width);
/// Time left if the remaining iterations take as long as the finished ones; NaN before the first.
double seconds_left(const Progress& progress);

}  // namespace bcd
