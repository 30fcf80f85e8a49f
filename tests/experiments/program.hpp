// Runs the real program in a folder of its own, as a user would.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace bcd::test {

namespace fs = std::filesystem;

struct Outcome {
  int code = -1;
  std::string out, err;
};

/// A folder that is removed at the end. The program sees no datasets but its own: neither the user's cache nor $BCDBENCH_DATA.
class Sandbox {
 public:
  Sandbox() {
    std::string pattern = (fs::temp_directory_path() / "bcdbench-cli-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder_ = pattern;
  }
  ~Sandbox() { fs::remove_all(folder_); }
  Sandbox(const Sandbox&) = delete;

  fs::path path(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& content) const { std::ofstream(path(name)) << content; }
  std::string read(const fs::path& file) const {
    std::ostringstream text;
    text << std::ifstream(file.is_absolute() ? file : folder_ / file).rdbuf();
    return text.str();
  }
  /// prefix: what stands before the program, for instance "timeout 5".
  Outcome run(const std::string& arguments, const std::string& prefix = "") const {
    const std::string command = "cd '" + folder_.string() + "' && env BCDBENCH_DATA='" + folder_.string() + "/none' HOME='" +
                                folder_.string() + "' XDG_CACHE_HOME='" + folder_.string() + "/cache' " + prefix +
                                " '" BCDBENCH_PROGRAM "' " + arguments + " >stdout.txt 2>stderr.txt";
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read("stdout.txt"), read("stderr.txt")};
  }

 private:
  fs::path folder_;
};

}  // namespace bcd::test
