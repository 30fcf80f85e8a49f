// Runs the real program in a folder of its own, as a user would.
#pragma once

#include <sys/wait.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

#ifndef BCDBENCH_PROGRAM
#include "checkout.hpp"
#endif

namespace bcd::test {

namespace fs = std::filesystem;

struct Outcome {
  int code = -1;
  std::string out, err;
};

/// A folder that is removed at the end. The program sees no datasets but its own: neither the user's cache nor $BCDBENCH_DATA.
class Sandbox {
 public:
  fs::path path(const std::string& name) const { return folder_.path / name; }
  void write(const std::string& name, const std::string& content) const { std::ofstream(path(name)) << content; }
  std::string read(const fs::path& file) const {
    std::ostringstream text;
    text << std::ifstream(file.is_absolute() ? file : folder_.path / file).rdbuf();
    return text.str();
  }
  /// prefix: what stands before the program, for instance "timeout 5".
  Outcome run(const std::string& arguments, const std::string& prefix = "") const {
    const std::string command = "cd '" + folder_.path.string() + "' && env BCDBENCH_DATA='" + folder_.path.string() +
                                "/none' HOME='" + folder_.path.string() + "' XDG_CACHE_HOME='" + folder_.path.string() +
                                "/cache' " + prefix + " '" BCDBENCH_PROGRAM "' " + arguments + " >stdout.txt 2>stderr.txt";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("stdout.txt"), read("stderr.txt")};
  }

 private:
  TemporaryFolder folder_;
};

/// Two variants with two seeds, three iterations; one claim whose verdict is certain: a squared loss is below 1e6 here.
inline std::string tiny(const std::string& id, const std::string& expect = "holds", const std::string& more = "") {
  return "id = '" + id + R"('
paper = 'test'
title = 'A small experiment'
description = 'Three iterations on synthetic data.'
[dataset]
name = 'teacher-student'
d_in = 3
n = 20
n_test = 10
[network]
hidden = [4]
[run]
iterations = 3
seeds = [1, 2]
[[variant]]
label = 'slow'
algorithm = 'sgd'
[[variant]]
label = 'quick'
algorithm = 'adam'
[[figure]]
title = 'Loss'
caption = 'Lower is better.'
[[figure.panel]]
y = 'train_loss'
[[claim]]
id = 'test.loss'
item = 'Figure 1'
statement = 'The loss is below a million.'
kind = 'value'
metric = 'train_loss'
op = '<'
value = 1e6
expect = ')" +
         expect + "'\n" + more;
}

/// Whether a process runs (one that has ended and waits for its parent does not).
inline bool runs(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);
  return !text.empty() && text.find(") Z") == std::string::npos;
}

inline int files_in(const fs::path& folder, const std::string& extension) {
  int count = 0;
  if (fs::exists(folder))
    for (const auto& entry : fs::directory_iterator(folder)) count += entry.path().extension() == extension;
  return count;
}

inline int occurrences(const std::string& text, const std::string& word) {
  int count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + word.size())) ++count;
  return count;
}

/// The text with its first `from` replaced; there must be one.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

/// The records of an output folder, sorted by name.
inline std::vector<fs::path> records(const Sandbox& sandbox, const std::string& out = "out") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(sandbox.path(out) / "runs"))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

inline void check_misuse(const Outcome& outcome, const std::string& part) {
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err, StartsWith("bcdbench: ") && Contains(part));
  CHECK(occurrences(outcome.err, "\n") == 1);
}

}  // namespace bcd::test
