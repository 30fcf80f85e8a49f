// Texts of files in pictures and pages: they are drawn, linked and shown, and never do anything else.
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "algorithms/core/usage_error.hpp"
#include "plots/axis.hpp"
#include "plots/draw.hpp"
#include "plots/report/html.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

/// A chart of one curve whose every text is `text`.
Chart chart_with(const std::string& text) {
  Chart chart{"toy", text, {{text, line_style(0)}}, {}};
  ChartPanel panel{text, text, text, text + "!", text, {Axis("x", false, 0), Axis("y", false, 0.05)}, {}};
  panel.curves.push_back({text, 0, {{"x", {0, 1}}, {"y", {1, 2}}}, {{Mark::line, 0, 1}}});
  panel.axes.x.cover({0, 1});
  panel.axes.y.cover({1, 2});
  panel.axes.x.close();
  panel.axes.y.close();
  chart.panels.push_back(std::move(panel));
  return chart;
}

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::string script_of(double low, double high, bool log) {
  Axis axis("y", log, 0.05);
  axis.cover({low, high});
  axis.close();
  return axis.script();
}

}  // namespace

TEST_CASE("no text of a chart is a command of gnuplot", "[figure][text]") {
  const test::TemporaryFolder folder;
  const std::string ran = (folder.path / "ran").string(), command = "system('touch " + ran + "')";
  for (const std::string& text : std::vector<std::string>{"a\n" + command + "\nb",
                                                          "a\r" + command,
                                                          "a\\",
                                                          "a'\n" + command + "\n'",
                                                          "'; " + command + "; '",
                                                          "`touch " + ran + "`",
                                                          "a\"; " + command + "; \"",
                                                          "'; " + command + " #",
                                                          "'`touch " + ran + "`",
                                                          "it's \\140touch " + ran + "\\140 \"",
                                                          "}\n" + command,
                                                          "} " + command + " {",
                                                          "{{{",
                                                          "}}}",
                                                          "@" + command,
                                                          "q",
                                                          "a\nquit",
                                                          "# " + command,
                                                          "x \\\n" + command,
                                                          std::string("a\0b", 3),
                                                          std::string("d\xE9p\xF4t"),
                                                          std::string("{/:Bold a"),
                                                          std::string("&{a} ~b @c ^d _e"),
                                                          std::string(2000, 'x'),
                                                          std::string("\xE2\x80\xAE") + "tfel ot thgir"}) {
    CAPTURE(text.substr(0, 80));
    const auto pictures = draw_chart(chart_with(text), folder.path / "figures", {"svg"});
    REQUIRE(pictures.size() == 1);
    CHECK_THAT(content(pictures.front()), Contains("</svg>"));
    CHECK_FALSE(fs::exists(ran));
  }
}

TEST_CASE("the id of a figure names files in its folder and nothing else", "[figure][text]") {
  const test::TemporaryFolder folder;
  for (const char* id : {"../up", "a/b", "-e", "", ".", "a\nb"}) {
    Chart chart = chart_with("a");
    chart.id = id;
    CHECK_THROWS_WITH(draw_chart(chart, folder.path / "figures", {"svg"}), Contains("the figure's id"));
  }
  CHECK(folder.files() == 0);
  for (const char* id : {"x#1", "a b", "it's", "größe", "100%"}) {
    Chart chart = chart_with("a");
    chart.id = id;
    CHECK(draw_chart(chart, folder.path / "figures", {"svg"}).size() == 1);
  }
}

TEST_CASE("neighbouring numbers are one number to an axis", "[axis]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const double x : {1.0, 0.3, 1e-29, 1e29, 12345.678})
    for (const bool log : {false, true}) {
      CAPTURE(x, log);
      const std::string script = script_of(x, std::nextafter(x, inf), log);
      CHECK(script.size() < 400);
      CHECK(script_of(x, x * (1 + 1e-9), log).size() < 400);
    }
  for (const double x : {0.0, -1.0, 5e-324, -1e29}) CHECK(script_of(x, std::nextafter(x, inf), false).size() < 400);
  Axis fixed("y", true, 0.05);
  fixed.fix(1, std::nextafter(1, 2));
  fixed.close();
  CHECK(fixed.high() - fixed.low() > 0.1);
}

TEST_CASE("tics that are close together have the digits that tell them apart", "[axis]") {
  CHECK_THAT(script_of(1, 1.00001, false), Contains("'%.7g'"));
  CHECK_THAT(script_of(1, 2, false), Contains("'%h'"));
}

TEST_CASE("mathematics in a text of any length", "[report][text]") {
  using html::mathematics;
  CHECK(mathematics("x^2 + P^{k-1}") == "x<sup>2</sup> + P<sup>k-1</sup>");
  CHECK(mathematics("V_N, W_{i-1}^k, train_loss, a_b_c") == "V<sub>N</sub>, W<sub>i-1</sub><sup>k</sup>, train_loss, a_b_c");
  CHECK(mathematics("10^-12, a^-x, x^12a, x^, _a") == "10<sup>-12</sup>, a^-x, x^12a, x^, _a");
  CHECK(mathematics("V_{<b>}") == "V<sub>&lt;b&gt;</sub>");
  CHECK(mathematics("^{" + std::string(1000000, 'a') + "}").size() == 1000003);  // too long for an exponent: as it is
  CHECK(mathematics("V_{" + std::string(100000, '{')).size() == 100003);
  CHECK(mathematics(std::string(1000000, '^')).size() == 1000000);
}

TEST_CASE("names in addresses and ids", "[report][text]") {
  CHECK(html::address("figures/x#1 a?b%c/x.svg") == "figures/x%231%20a%3Fb%25c/x.svg");
  CHECK(html::address("figures/wang2018-fig1a.svg") == "figures/wang2018-fig1a.svg");
  CHECK(html::address("ö\"") == "%C3%B6%22");
  CHECK(html::anchor("wang2018-fig1a") == "wang2018-fig1a");
  CHECK(html::anchor("x#1") == "x~231");
  CHECK(html::anchor("a b") != html::anchor("a_b"));
}
