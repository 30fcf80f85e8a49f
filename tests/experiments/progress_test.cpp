// Texts that people read: progress, tables, wrapping.
#include "experiments/run/progress.hpp"

#include <cmath>
#include <sstream>

#include "experiments/cli/cli.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

TEST_CASE("the time left is that of the remaining iterations at the pace so far", "[progress]") {
  CHECK(seconds_left({5, 20, 10.0, ""}) == 30.0);
  CHECK(seconds_left({20, 20, 10.0, ""}) == 0.0);
  CHECK(std::isnan(seconds_left({0, 20, 1.0, ""})));
}

TEST_CASE("durations are short to read", "[progress]") {
  CHECK(duration_text(0.44) == "0.4 s");
  CHECK(duration_text(12.4) == "12 s");
  CHECK(duration_text(185) == "3 min 05 s");
  CHECK(duration_text(7800) == "2 h 10 min");
}

TEST_CASE("the bar fills from empty to full and never beyond", "[progress]") {
  CHECK(bar_text(0, 4) == "[....]");
  CHECK(bar_text(0.5, 4) == "[##..]");
  CHECK(bar_text(1, 4) == "[####]");
  CHECK(bar_text(1.5, 4) == "[####]");
}

TEST_CASE("a log gets whole lines, at most one every ten seconds", "[progress]") {
  std::ostringstream log;
  ProgressReporter reporter(log, 0);
  reporter.start("[1/2] fig1 BCD seed 8");
  for (int second = 1; second <= 25; ++second) reporter.update({second, 50, static_cast<double>(second), "train_accuracy 0.7"});
  reporter.finish("MaxIterations");
  CHECK(log.str() ==
        "[1/2] fig1 BCD seed 8: started\n"
        "[1/2] fig1 BCD seed 8: 10/50, ETA 40 s, train_accuracy 0.7\n"
        "[1/2] fig1 BCD seed 8: 20/50, ETA 30 s, train_accuracy 0.7\n"
        "[1/2] fig1 BCD seed 8: MaxIterations\n");
}

TEST_CASE("on a terminal the bar stays on one line", "[progress]") {
  std::ostringstream screen;
  ProgressReporter reporter(screen, 40);
  reporter.start("a");
  reporter.update({1, 2, 1.0, "a headline that is far too long for this narrow terminal"});
  const std::string bar = screen.str().substr(screen.str().rfind("\033[K") + 3);
  CHECK(bar.size() == 39);
  CHECK(bar.find('\n') == std::string::npos);
  CHECK(bar.rfind("a: [##########..........] 1/2, ETA 1.0 s", 0) == std::string::npos);  // cut before its end
  reporter.finish("done");
  CHECK(screen.str().ends_with("\r\033[Ka: done\n"));
}

TEST_CASE("tables are aligned and long texts are wrapped", "[cli]") {
  CHECK(table({"a", "b"}, {{"long", "1"}, {"x", ""}}) == "a     b\nlong  1\nx\n");
  CHECK(wrapped("one two three", 2, 9) == "  one two\n  three\n");
  CHECK(wrapped("").empty());
  CHECK(split_list("format", "svg,pdf") == std::vector<std::string>{"svg", "pdf"});
  CHECK_THROWS_AS(split_list("format", "svg,"), UsageError);
}
