// The real program, killed (SIGKILL) at random moments and called again until its runs are done: the records are those of a
// program that nobody killed, bit for bit.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <map>
#include <thread>

#include "algorithms/core/rng.hpp"
#include "tests/contract/same_run.hpp"
#include "tests/support/program.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

constexpr int kKills = 100;   // at least
constexpr int kResumed = 20;  // at least: how often a kill meets a checkpoint depends on the machine's speed
constexpr int kMostKills = 800;
constexpr std::uint64_t kSeed = 14;

const char* const kExperiment = R"(id = 'killed'
paper = 'test'
title = 't'
description = 'd'
dataset = { name = 'teacher-student', d_in = 6, n = 200, n_test = 50 }
network = { hidden = [8, 8], activation = 'relu' }
loss = { name = 'squared' }
init = { kind = 'he' }
run = { iterations = 300, seeds = [1], audit = 'block', measure = ['gradient2', 'step2'] }
[[variant]]
label = 'bcd3'
algorithm = 'bcd3_zeng2019'
[[variant]]
label = 'mdlam'
algorithm = 'mdlam_wang2022'
[[variant]]
label = 'bsum'
algorithm = 'bsum_ghauch2018'
network.activation = 'sigmoid'
[[variant]]
label = 'admm'
algorithm = 'admm_taylor2016'
run.precision = 'f32'
[[variant]]
label = 'adam'
algorithm = 'adam'
parameters = { shuffle = true, batch_size = 32 }
run.iterations = 2000
)";

/// Starts the program in the sandbox; --checkpoint 0.0001: every 6 ms.
pid_t start(const Sandbox& sandbox, const std::string& out) {
  std::fflush(nullptr);  // what is buffered is the parent's to write
  const pid_t child = fork();
  if (child != 0) return child;
  const std::string log = sandbox.path(out + ".log").string();
  if (chdir(sandbox.path("").c_str()) != 0 || !freopen(log.c_str(), "a", stdout) || !freopen(log.c_str(), "a", stderr))
    _exit(99);
  execl(BCDBENCH_PROGRAM, "bcdbench", "run", "killed.toml", "--threads", "1", "--checkpoint", "0.0001", "--out", out.c_str(),
        static_cast<char*>(nullptr));
  _exit(99);
}

std::map<std::string, RunRecord> records_of(const Sandbox& sandbox, const std::string& out) {
  std::map<std::string, RunRecord> found;
  for (const fs::path& file : records(sandbox, out)) found[file.stem()] = read_record(file);
  return found;
}

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace

TEST_CASE("the records of a program that is killed 100 times at random moments are those of one that is not", "[checkpoint]") {
  const Sandbox sandbox;
  sandbox.write("killed.toml", kExperiment);
  const double before = now();
  int status = 0;
  REQUIRE(waitpid(start(sandbox, "whole"), &status, 0) > 0);
  INFO(sandbox.read("whole.log"));
  REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  const double alone = now() - before;
  const auto whole = records_of(sandbox, "whole");
  REQUIRE(whole.size() == 5);

  Rng rng(kSeed, "kills");
  int kills = 0, campaigns = 0;
  std::size_t resumed = 0;
  const auto enough = [&] { return (kills >= kKills && resumed >= kResumed) || kills >= kMostKills; };
  while (!enough()) {
    const std::string out = "killed" + std::to_string(++campaigns);
    for (bool done = false; !done;) {
      const pid_t child = start(sandbox, out);
      REQUIRE(child > 0);
      std::this_thread::sleep_for(std::chrono::duration<double>(rng.uniform(0, 0.7 * alone)));
      if (kills < kMostKills) kill(child, SIGKILL);  // the last campaign ends in peace
      REQUIRE(waitpid(child, &status, 0) == child);
      done = WIFEXITED(status);
      kills += WIFSIGNALED(status);
      INFO(sandbox.read(out + ".log"));
      if (done) REQUIRE(WEXITSTATUS(status) == 0);
    }
    const auto pieces = records_of(sandbox, out);
    REQUIRE(pieces.size() == whole.size());
    for (const auto& [id, record] : whole) {
      CAPTURE(record.variant(), kills);
      CHECK(difference(record, pieces.at(id)) == "");
      resumed += pieces.at(id).provenance.value("resumed_at", nlohmann::json::array()).size();
    }
    CHECK(files_in(sandbox.path(out) / "runs", ".checkpoint") == 0);
  }
  CHECK(kills >= kKills);
  CHECK(resumed >= kResumed);
  WARN(kills << " kills in " << campaigns << " campaigns; runs went on from a checkpoint " << resumed << " times");
}
