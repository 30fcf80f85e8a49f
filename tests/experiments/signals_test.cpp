// Ctrl-C, SIGTERM, SIGHUP, SIGXCPU, a pipe whose reader went away, a file that may not grow: through the real program.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "experiments/run/interrupt.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;

namespace {

struct Stop {
  const char* name;
  int code;
};
const Stop kStops[] = {{"INT", 130}, {"TERM", 143}, {"HUP", 129}, {"XCPU", 152}};

/// One run of an external command that, in its first step, notes its number and that of a process it has started, and sleeps.
std::string sleeper(const std::string& before_sleep) {
  return "id = 'sleeper'\npaper = 'test'\ntitle = 't'\ndescription = 'd'\n"
         "dataset = { name = 'teacher-student', d_in = 3, n = 20, n_test = 10 }\nrun = { iterations = 3, seeds = [1, 2, 3] }\n"
         "[[variant]]\nlabel = 'v'\nalgorithm = 'external'\nparameters.command = '''sleep 10000 & echo $$ $! >>pids; " +
         before_sleep + "sleep 10000'''\n";
}

/// How many of the numbers in the file are processes that still run, once they had the time to end.
int survivors(const Sandbox& sandbox, int expected) {
  std::istringstream numbers(sandbox.read("pids"));
  int count = 0, seen = 0;
  for (pid_t pid = 0; numbers >> pid; ++seen) {
    for (int i = 0; i < 3000 && bcd::test::runs(pid); ++i) usleep(20000);
    count += bcd::test::runs(pid);
  }
  CHECK(seen >= expected);
  return count;
}

int remains(const Sandbox& sandbox) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(sandbox.path("scratch"))) count += entry.exists();
  return count;
}

/// Shell: the program in the background; a program that does not end is stopped, with 124.
const std::string kStart =
    "timeout --kill-after 10 200 \"$@\" & guard=$!\n"
    "until pid=$(ps --ppid $guard -o pid= | head -n 1) && [ -n \"$pid\" ]; do sleep 0.02; done\n";

int code_of(const std::function<void()>& child) {
  const pid_t pid = fork();
  if (pid == 0) {
    child();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace

TEST_CASE("Ctrl-C, SIGTERM, SIGHUP and SIGXCPU remove what an external command has started and left", "[signals]") {
  for (const Stop& stop : kStops)
    for (const std::string jobs : {"1", "2"}) {
      INFO(stop.name << ", " << jobs << " jobs");
      const Sandbox sandbox;
      fs::create_directory(sandbox.path("scratch"));
      sandbox.write("sleeper.toml", sleeper(""));
      sandbox.write("stop.sh", kStart + "until [ $(cat pids 2>/dev/null | wc -l) = " + jobs +
                                   " ]; do sleep 0.05; done\nls scratch >seen\nkill -" + stop.name + " $pid; wait $guard\n");
      const Outcome outcome =
          sandbox.run("run sleeper.toml --jobs " + jobs, "env --default-signal=HUP TMPDIR=scratch bash stop.sh");
      CHECK(outcome.code == stop.code);
      CHECK_THAT(outcome.err, Contains("interrupted; the records of finished runs are kept"));
      CHECK_FALSE(sandbox.read("seen").empty());
      CHECK(remains(sandbox) == 0);
      CHECK(survivors(sandbox, 2 * std::stoi(jobs)) == 0);
      CHECK(files_in(sandbox.path("out/runs"), ".json") == 0);
    }
}

TEST_CASE("a second signal leaves nothing behind either", "[signals]") {
  for (const std::string jobs : {"1", "2"}) {
    INFO(jobs << " jobs");
    const Sandbox sandbox;
    fs::create_directory(sandbox.path("scratch"));
    sandbox.write("sleeper.toml", sleeper(""));
    sandbox.write("stop.sh", kStart + "until [ $(cat pids 2>/dev/null | wc -l) = " + jobs +
                                 " ]; do sleep 0.05; done\nls scratch >seen\nkill -TERM $pid; kill -INT $pid; wait $guard\n");
    const Outcome outcome = sandbox.run("run sleeper.toml --jobs " + jobs, "env TMPDIR=scratch bash stop.sh");
    CHECK((outcome.code == 130 || outcome.code == 143));
    CHECK_FALSE(sandbox.read("seen").empty());
    CHECK(remains(sandbox) == 0);
    CHECK(survivors(sandbox, 2 * std::stoi(jobs)) == 0);
  }
}

TEST_CASE("dump cleans up behind an external command, too", "[signals]") {
  const Sandbox sandbox;
  fs::create_directory(sandbox.path("scratch"));
  sandbox.write("sleeper.toml", sleeper("kill -TERM $PPID; "));
  const Outcome outcome = sandbox.run("dump sleeper.toml --out d", "env TMPDIR=scratch timeout 200");
  CHECK(outcome.code == 143);
  CHECK(remains(sandbox) == 0);
  CHECK(survivors(sandbox, 2) == 0);
}

TEST_CASE("a signal while the runs of --jobs load their data is not lost", "[signals]") {
  std::string text = tiny("slow");
  text.replace(text.find("n = 20"), 6, "n = 60000");
  text.replace(text.find("d_in = 3"), 8, "d_in = 40");
  text.replace(text.find("iterations = 3"), 14, "iterations = 1000000000");
  for (const std::string delay : {"0", "0.05", "0.1", "0.2", "0.4"}) {
    INFO("after " << delay << " s");
    const Sandbox sandbox;
    sandbox.write("slow.toml", text);
    sandbox.write("stop.sh", kStart + "until [ $(ps --ppid $pid -o pid= | wc -l) = 2 ]; do sleep 0.01; done\nsleep " + delay +
                                 "\nkill -INT $pid; wait $guard\n");
    const Outcome outcome = sandbox.run("run slow.toml --jobs 2", "bash stop.sh");
    CHECK(outcome.code == 130);
    CHECK(files_in(sandbox.path("out/runs"), ".json") == 0);
  }
}

TEST_CASE("a run whose processor time is up keeps a checkpoint; where it is one of several, the others go on", "[signals]") {
  std::string text = tiny("long");
  text.replace(text.find("iterations = 3"), 14, "iterations = 1000000000\nevaluate_every = 1000000");
  const Sandbox sandbox;
  sandbox.write("long.toml", text);
  sandbox.write("limit.sh", "ulimit -S -t 1\nexec \"$@\"\n");
  const Outcome alone = sandbox.run("run long.toml --seeds 1", "sh limit.sh");
  CHECK(alone.code == 152);
  CHECK_THAT(alone.err, Contains("interrupted; the records of finished runs are kept"));
  CHECK(files_in(sandbox.path("out/runs"), ".checkpoint") == 1);
  const Outcome two = sandbox.run("run long.toml --seeds 1 --jobs 2 --out two", "sh limit.sh");
  CHECK(two.code == 1);
  CHECK_THAT(two.out, Contains("Failed: stopped by the signal 'CPU time limit exceeded'"));
  CHECK(files_in(sandbox.path("two/runs"), ".checkpoint") == 2);
}

TEST_CASE("where SIGHUP is ignored, as by nohup, it stays ignored", "[signals]") {
  const Sandbox sandbox;
  const std::string command = "while read line; do kill -HUP $PPID; exit 4; done";
  sandbox.write("hup.toml",
                "id = 'hup'\npaper = 'test'\ntitle = 't'\ndescription = 'd'\n"
                "dataset = { name = 'teacher-student', d_in = 3, n = 20, n_test = 10 }\n"
                "run = { iterations = 1, seeds = [1] }\n[[variant]]\nlabel = 'v'\nalgorithm = 'external'\n"
                "parameters.command = '" +
                    command + "'\n");
  sandbox.write("ignore.sh", "trap '' HUP\nexec \"$@\"\n");
  const Outcome ignored = sandbox.run("run hup.toml", "sh ignore.sh");
  CHECK(ignored.code == 1);  // the command failed, nothing more
  CHECK_THAT(ignored.out, Contains("ended with exit code 4"));
  CHECK(sandbox.run("run hup.toml --force", "env --default-signal=HUP").code == 129);  // the tests may run under nohup
}

TEST_CASE("a reader that goes away ends neither the runs nor the program in noise", "[signals]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("deaf.sh", "{ \"$@\" 2>&1; echo $? >code; } | head -n 1 >first\n");
  sandbox.run("run tiny.toml", "sh deaf.sh");
  CHECK(files_in(sandbox.path("out/runs"), ".json") == 4);
  CHECK(sandbox.read("code") == "0\n");
  sandbox.write("quiet.sh", "\"$@\" 2>said | head -n 1 >first\n");
  sandbox.run("list experiments", "sh quiet.sh");
  CHECK(sandbox.read("said").empty());
}

TEST_CASE("a file that may not grow is an error with an exit code, and leaves no temporary file", "[signals]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", tiny("tiny"));
  sandbox.write("limit.sh", "ulimit -f 1\nexec \"$@\"\n");
  const Outcome outcome = sandbox.run("run tiny.toml", "bash limit.sh");
  CHECK(outcome.code == 2);
  CHECK_THAT(outcome.err, Contains("bcdbench: cannot write "));
  for (const auto& entry : fs::recursive_directory_iterator(sandbox.path("out")))
    CHECK(entry.path().filename().string().find(".tmp") == std::string::npos);
}

TEST_CASE("the first signal asks, the second one ends the program and the group it has started", "[signals]") {
  CHECK(code_of([] {
          const bcd::InterruptGuard guard;
          raise(SIGTERM);
          const bcd::InterruptGuard inner;  // does not forget
          if (!inner.asked() || bcd::interrupt_signal() != SIGTERM) _exit(1);
          const pid_t group = fork();
          if (group == 0) {
            setpgid(0, 0);
            pause();
          }
          setpgid(group, group);
          bcd::set_group_to_kill(group);
          std::ofstream("/dev/null") << group;
          raise(SIGINT);
          _exit(2);
        }) == 130);
  CHECK(code_of([] {
          const bcd::InterruptGuard guard;
          bcd::interrupts_are_passed_on(true);
          for (int i = 0; i < 3; ++i) raise(SIGTERM);
          _exit(bcd::interrupt_count() == 3 ? 7 : 8);
        }) == 7);
  CHECK(code_of([] {
          { const bcd::InterruptGuard guard; }
          raise(SIGTERM);  // what was there before is back
        }) == -SIGTERM);
}
