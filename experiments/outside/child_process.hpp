// A command of the user's as a process that answers lines with lines.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>

namespace bcd {

/// Runs `/bin/sh -c COMMAND` in a process group of its own: requests go to its standard input, answers come from its standard
/// output, one line each; its standard error goes to a file. The whole group ends with this object, and at once if this program
/// is killed. Every fault of the command is a std::runtime_error whose text continues the sentence "the command ...".
class ChildProcess {
 public:
  /// folder: where the command is run. environment: variables added to this program's own, or in place of them.
  ChildProcess(const std::string& command, const std::filesystem::path& folder,
               const std::map<std::string, std::string>& environment, const std::filesystem::path& error_file);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Closes the command's standard input, gives it `kGrace` seconds to end by itself, then kills what is left of its group.
  ~ChildProcess();

  /// Sends a line (without its newline). Throws if the command has ended, has written something since its last answer, or does
  /// not read the line within `timeout` seconds, or on Ctrl-C; the group is then killed at once.
  void send(const std::string& line, double timeout);
  /// The next line of the answer. Throws if there is none within `timeout` seconds, if the command ends, if the line is longer
  /// than `kLongestLine`, or on Ctrl-C (experiments/run/interrupt.hpp); the group is then killed at once.
  std::string receive(double timeout);

  static constexpr double kGrace = 2;
  static constexpr std::size_t kLongestLine = 1 << 20;

 private:
  [[noreturn]] void fail(const std::string& what);
  /// "ended with exit code 3", waiting for the end for a moment; for a command whose output has ended.
  std::string ending();
  bool ended_within(double seconds);
  void kill_group();
  bool readable(double seconds) const;
  bool wait_for(int fd, short event, double left, const char* what, double timeout);

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;  ///< this program's ends of the command's standard input and output
  std::string buffer_;      ///< read, but not yet part of an answer
};

}  // namespace bcd
