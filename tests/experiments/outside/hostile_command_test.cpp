// Commands that do what no command should: the run has failed, with a sentence, and the program goes on.
#include <sys/stat.h>

#include <chrono>
#include <fstream>

#include "experiments/outside/external.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
using bcd::testing::fake_cell;
namespace fs = std::filesystem;

namespace {

struct Bench {
  test::TemporaryFolder folder;
  Plugin plugin = external_plugin();

  RunOptions options() const {
    RunOptions how;
    how.out = folder.path / "out";
    return how;
  }
  PlannedRun planned(const std::string& command, const std::string& timeout, const std::string& given = "{}") const {
    return fake_cell(plugin, {{"command", command}, {"timeout", timeout}, {"options", given}},
                     [](PlannedRun& c) { c.algorithm = "external"; });
  }
  RunRecord run(const std::string& command, const std::string& timeout = "20", const std::string& given = "{}") const {
    return make_run(planned(command, timeout, given), plugin, options());
  }
};

/// Answers the start, and then every request with `answer`.
std::string answering(const std::string& answer) { return "read -r l; echo '{\"iteration\": 0}'; read -r l; " + answer; }

void check_failed(const RunRecord& record, const std::string& part) {
  CHECK(record.status == "Failed");
  CHECK_THAT(record.reason, Contains("the command '") && Contains(part));
  CHECK(record.reason.find('\n') == std::string::npos);
}

}  // namespace

TEST_CASE("a request larger than a pipe to a command that does not read ends at the timeout", "[external][fault]") {
  const Bench bench;
  const std::string large = "{\"pad\": \"" + std::string(1000000, 'x') + "\"}";
  const auto begin = std::chrono::steady_clock::now();
  check_failed(bench.run("exec sleep 600", "0.5", large), "did not read its request within 0.5 s");
  check_failed(bench.run("head -c 100000 >/dev/null; exec sleep 600", "0.5", large), "did not read its request within 0.5 s");
  CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 30);
  check_failed(bench.run("head -c 100000 >/dev/null; exit 4", "20", large), "ended with exit code 4");
  // One that reads slowly but reads is waited for.
  check_failed(bench.run("for i in 1 2 3; do head -c 300000 >/dev/null; sleep 0.1; done; read -r l; exit 5", "20", large),
               "ended with exit code 5");
}

TEST_CASE("an answer of any depth and any bytes is a failed run", "[external][fault]") {
  const Bench bench;
  check_failed(
      bench.run(answering("printf '{\"iteration\": 1, \"a\": '; head -c 400000 /dev/zero | tr '\\0' '['; echo; sleep 9")),
      "nested deeper than 100 levels");
  check_failed(bench.run(answering("head -c 400000 /dev/zero | tr '\\0' '['; echo; sleep 9")), "nested deeper than 100 levels");
  check_failed(bench.run(answering("printf '\\033[2J\\351\\n'; sleep 9")), "answered ' [2J?' to \"step\"");
  check_failed(bench.run(answering("echo '{\"iteration\": 1, \"loss\": 1e999}'; sleep 9")), "which is no JSON object");
  check_failed(bench.run(answering("printf '{\"iteration\": 1, \"a\\\\u0000b\": 0}\\n'; sleep 9")), "named a number 'a b'");
  check_failed(bench.run("printf '\\033]0;title\\007oops\\n' >&2; exit 3"), "it said:  ]0;title oops");
}

TEST_CASE("weights that are no files do not hold the program", "[external][fault]") {
  const Bench bench;
  const std::string folder = "folder=$(printf '%s' \"$l\" | sed 's/.*\"folder\":\"\\([^\"]*\\)\".*/\\1/'); ";
  const std::string weights = answering("echo '{\"iteration\": 1}'; read -r l; " + folder);
  check_failed(bench.run(weights + "mkfifo $folder/W1.npy; echo '{\"iteration\": 1}'; sleep 9"),
               "W1.npy: this is a pipe or a device");
  check_failed(bench.run(weights + "mkdir $folder/W1.npy; echo '{\"iteration\": 1}'; sleep 9"), "W1.npy: this is a folder");
  check_failed(bench.run(weights + "ln -s W1.npy $folder/W1.npy; echo '{\"iteration\": 1}'; sleep 9"), "W1.npy: ");
  check_failed(bench.run(weights + "ln -s /dev/zero $folder/W1.npy; echo '{\"iteration\": 1}'; sleep 9"), "a pipe or a device");
}

TEST_CASE("a run that failed for its surroundings is made again when it is asked for again", "[external][fault]") {
  const Bench bench;
  const std::string tool = (bench.folder.path / "tool").string();
  CHECK(bench.run(tool).status == "Failed");
  std::ofstream(tool) << "#!/bin/sh\nread -r l; echo '{\"iteration\": 0}'; exit 7\n";
  fs::permissions(tool, fs::perms::owner_all);
  const RunRecord again = bench.run(tool + " ");  // the same words, another text
  CHECK_THAT(again.reason, Contains("ended with exit code 7"));
  const RunRecord third = bench.run(tool + " ");
  REQUIRE_FALSE(third.provenance["warnings"].empty());
  CHECK_THAT(third.provenance["warnings"].back().get<std::string>(), Contains("run again after it had failed: "));
}

TEST_CASE("options are JSON of bounded depth", "[external][fault]") {
  const Bench bench;
  CHECK_THROWS_WITH(bench.planned("true", "1", std::string(400000, '[')), Contains("nested deeper than 100 levels"));
  CHECK_THROWS_WITH(bench.planned("true", "1", "{\"a\": " + std::string(400000, '[')), Contains("write a JSON object"));
  CHECK_THROWS_WITH(bench.planned("true", "1", ""), Contains("write a JSON object"));
}
