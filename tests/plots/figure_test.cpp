// Figures of hand-made runs, drawn by the real gnuplot.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <sstream>

#include "algorithms/core/usage_error.hpp"
#include "plots/axis.hpp"
#include "plots/draw.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/palette.hpp"
#include "results/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

using Folder = bcd::test::TemporaryFolder;

/// Sets the search path of programs for the life of the object.
struct SearchPath {
  std::string old = std::getenv("PATH");
  explicit SearchPath(const std::string& value) { setenv("PATH", value.c_str(), 1); }
  ~SearchPath() { setenv("PATH", old.c_str(), 1); }
};

RunRecord run(std::uint64_t seed, const std::vector<double>& loss) {
  RunRecord r;
  r.config = {{"variant", "a"}, {"seed", seed}};
  r.status = "MaxIterations";
  for (std::size_t k = 0; k < loss.size(); ++k)
    r.trace.append({{"iteration", static_cast<double>(k)}, {"train_loss", loss[k]}});
  return r;
}

Figure losses(bool log_y = false) {
  Figure figure;
  figure.id = "toy";
  figure.title = "It's a loss";  // the quote has to survive gnuplot's own quoting
  Panel panel;
  panel.y = "train_loss";
  panel.log_y = log_y;
  figure.panels = {panel};
  return figure;
}

std::vector<fs::path> draw_figure(const Figure& figure, const std::vector<Series>& series, const fs::path& folder,
                                  const std::vector<std::string>& formats,
                                  const std::vector<std::string>& widths = {"screen"}) {
  return draw_chart(chart_of(figure, series), folder, formats, widths);
}

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The numbers of a CSV file below its header; an empty field is NaN.
std::vector<std::vector<double>> numbers(const fs::path& file) {
  std::vector<std::vector<double>> rows;
  std::istringstream lines(text_of(file));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');)
      rows.back().push_back(field.empty() ? std::numeric_limits<double>::quiet_NaN() : std::stod(field));
  }
  return rows;
}

std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no UsageError";
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a figure comes with its pictures, its data and its script, and nothing else", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2, 1});
  const auto pictures = draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg", "pdf", "png"});
  REQUIRE(pictures.size() == 3);
  CHECK(contains(text_of(folder.path / "toy.svg"), "<svg"));
  CHECK(text_of(folder.path / "toy.pdf").rfind("%PDF", 0) == 0);
  CHECK(text_of(folder.path / "toy.png").rfind("\x89PNG", 0) == 0);
  CHECK(contains(text_of(folder.path / "toy.svg"), "It's a loss"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"toy.csv", "toy.gp", "toy.pdf", "toy.png", "toy.svg"});
}

TEST_CASE("the data file holds the median, the minimum and the maximum over the seeds at every iteration", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 8, 1}), b = run(1, {5, 2, 3}), c = run(2, {9, 4, 2});
  draw_figure(losses(), {{"a", {&a, &b, &c}}}, folder.path, {"svg"});
  // Columns: iteration, median, lowest, highest; sorted by hand: (4 5 9), (2 4 8), (1 2 3).
  CHECK(numbers(folder.path / "toy.csv") == std::vector<std::vector<double>>{{0, 5, 4, 9}, {1, 4, 2, 8}, {2, 2, 1, 3}});
}

TEST_CASE("the median of an even number of seeds is the mean of the middle two", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {1}), b = run(1, {2}), c = run(2, {4}), d = run(3, {100});
  draw_figure(losses(), {{"a", {&a, &b, &c, &d}}}, folder.path, {"svg"});
  CHECK(numbers(folder.path / "toy.csv") == std::vector<std::vector<double>>{{0, 3, 1, 100}});
}

TEST_CASE("an iteration at which nothing was measured leaves no point", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, std::numeric_limits<double>::quiet_NaN(), 1});
  draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"});
  CHECK(numbers(folder.path / "toy.csv") == std::vector<std::vector<double>>{{0, 4, 4, 4}, {2, 1, 1, 1}});
}

TEST_CASE("the script draws the picture again by itself in a folder that holds only script and data", "[figure]") {
  const Folder folder, copy;
  const RunRecord a = run(0, {4, 2, 1}), b = run(1, {5, 2, 3});
  draw_figure(losses(true), {{"a", {&a, &b}}}, folder.path, {"svg"});
  for (const char* name : {"toy.csv", "toy.gp"}) fs::copy_file(folder.path / name, copy.path / name);
  REQUIRE(std::system(("cd '" + copy.path.string() + "' && gnuplot toy.gp").c_str()) == 0);
  CHECK(text_of(copy.path / "toy.svg") == text_of(folder.path / "toy.svg"));
}

TEST_CASE("a diverged run is marked where its curve ends; a finished one is not", "[figure]") {
  const Folder folder;
  RunRecord a = run(0, {4, 8, 16});
  draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"});
  CHECK_FALSE(contains(text_of(folder.path / "toy.gp"), "point pt 2"));
  a.status = "Diverged";
  draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"});
  CHECK(contains(text_of(folder.path / "toy.gp"), "at 2,16 point pt 2"));
}

TEST_CASE("a variant keeps its colour in a panel that leaves the first variant out", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2}), b = run(0, {5, 3});
  Figure figure = losses();
  figure.panels.push_back(figure.panels.front());
  figure.panels[1].variants = {"b"};
  draw_figure(figure, {{"a", {&a}}, {"b", {&b}}}, folder.path, {"svg"});
  const std::string script = text_of(folder.path / "toy.gp");
  const std::string second = script.substr(script.rfind("using"));  // the last curve drawn is b, alone in panel 2
  CHECK(contains(second, "#D55E00"));
  CHECK_FALSE(contains(second.substr(0, second.find('\n')), "#0072B2"));
}

TEST_CASE("long traces are thinned for drawing and keep both ends", "[figure]") {
  const Folder folder;
  std::vector<double> loss;
  for (int k = 0; k <= 5000; ++k) loss.push_back(5000 - k);
  const RunRecord a = run(0, loss);
  draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"});
  const auto rows = numbers(folder.path / "toy.csv");
  CHECK(rows.size() > 500);
  CHECK(rows.size() <= 1000);
  CHECK(rows.front()[0] == 0);
  CHECK(rows.back()[0] == 5000);
  for (const auto& row : rows) REQUIRE(row[1] == 5000 - row[0]);  // points are chosen, not averaged
}

TEST_CASE("a logarithmic axis is thinned evenly in the logarithm and keeps both ends", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, std::vector<double>(5001, 1.0));
  Figure figure = losses();
  figure.panels[0].log_x = true;
  draw_figure(figure, {{"a", {&a}}}, folder.path, {"svg"});
  const auto rows = numbers(folder.path / "toy.csv");
  CHECK(rows.size() <= 1001);
  CHECK(rows.back()[0] == 5000);
  for (std::size_t k = 0; k < 50; ++k) REQUIRE(rows[k][0] == static_cast<double>(k));  // the first points lie furthest apart
}

TEST_CASE("a variant without an iteration has no curve, and the legend says why", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2});
  RunRecord none = run(0, {});
  none.status = "NotApplicable";
  draw_figure(losses(), {{"a", {&a}}, {"b", {&none}}}, folder.path, {"svg"});
  CHECK(contains(text_of(folder.path / "toy.svg"), "b (NotApplicable)"));
  CHECK(numbers(folder.path / "toy.csv").front().size() == 4);  // x, median, low, high of a
}

TEST_CASE("a curve that would hide another is dashed, and only that one", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2, 1}), b = run(0, {4, 3, 2}), c = run(0, {4, 2, 1});
  draw_figure(losses(), {{"a", {&a}}, {"b", {&b}}, {"c", {&c}}}, folder.path, {"svg"});
  const std::string script = text_of(folder.path / "toy.gp");
  CHECK(contains(script, "with lines lw 2.2 lc rgb '#0072B2' dt 1"));
  CHECK(contains(script, "with lines lw 2.2 lc rgb '#D55E00' dt 1"));
  CHECK(contains(script, "with lines lw 2.2 lc rgb '#009E73' dt (9,9)"));
}

TEST_CASE("a figure for a paper is as wide as a column, with embedded fonts, from the same data", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2, 1}), b = run(0, {4, 3, 2});
  Figure figure = losses();
  figure.panels.push_back(figure.panels.front());
  const auto pictures =
      draw_figure(figure, {{"a", {&a}}, {"b", {&b}}}, folder.path, {"pdf"}, {"screen", "one-column", "two-column"});
  REQUIRE(pictures.size() == 3);
  CHECK(pictures[1].filename() == "toy-one-column.pdf");
  for (const auto& [width, inches] :
       std::vector<std::pair<std::string, std::string>>{{"one-column", "3.25in"}, {"two-column", "6.75in"}}) {
    const std::string script = text_of(folder.path / ("toy-" + width + ".gp"));
    INFO(width);
    CHECK(contains(script, "pdfcairo size " + inches));
    CHECK(contains(script, "'toy.csv' using"));
    CHECK_FALSE(contains(script, "It's a loss"));  // a paper has its title in the caption
    // Cairo writes the fonts it uses as font files within the PDF.
    CHECK(contains(text_of(folder.path / ("toy-" + width + ".pdf")), "/FontFile"));
  }
  CHECK(contains(message_of([&] { draw_figure(figure, {{"a", {&a}}}, folder.path, {"pdf"}, {"one-colum"}); }), "one-column"));
}

TEST_CASE("a style given to a variant outdoes its place in the figure", "[figure][palette]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2}), b = run(0, {5, 3});
  draw_figure(losses(), {{"a", {&a}, 4}, {"b", {&b}, 10}}, folder.path, {"svg"});
  const std::string script = text_of(folder.path / "toy.gp");
  CHECK(contains(script, "lc rgb '" + line_style(4).colour + "' dt 1"));
  CHECK(contains(script, "lc rgb '" + line_style(1).colour + "' dt (14,5,3,5)"));  // nine colours, then they are dashed
}

TEST_CASE("zero, infinity and equal values leave a picture on either scale", "[figure]") {
  const double inf = std::numeric_limits<double>::infinity();
  for (const bool log_y : {false, true})
    for (const std::vector<double>& values :
         std::vector<std::vector<double>>{{0, 0}, {1, 0}, {3, 3}, {1, inf}, {1, 1e308}, {-1, -2}}) {
      const Folder folder;
      const RunRecord a = run(0, values), b = run(1, values);
      INFO(log_y << " " << values[0] << " " << values[1]);
      CHECK_NOTHROW(draw_figure(losses(log_y), {{"a", {&a, &b}}}, folder.path, {"svg"}));
      CHECK(contains(text_of(folder.path / "toy.svg"), "train_loss"));
    }
}

TEST_CASE("an axis covers what it can show and leaves room at the ends", "[figure][axis]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Axis linear("y", false, 0.1);
  linear.cover({-1, nan, 4});
  linear.close();
  CHECK(linear.low() == Approx(-1.5));
  CHECK(linear.high() == Approx(4.5));
  CHECK(linear.place(1.5) == Approx(0.5));
  CHECK(linear.clamped(1e9) == linear.high());
  Axis accuracy("y", false, 0.1);
  accuracy.cover({0.1, 1});
  accuracy.close();
  CHECK(accuracy.low() == 0);  // data that begin a little above zero are shown from zero
  Axis log("y", true, 0);
  log.cover({0, -3, 1, 10000});
  log.close();
  CHECK(log.low() == 1);
  CHECK(log.high() == 10000);
  CHECK(log.place(100) == Approx(0.5));
}

TEST_CASE("tics stand at round numbers, as many as can be read", "[figure][axis]") {
  const auto script = [](bool log, double low, double high) {
    Axis axis("y", log, 0);
    axis.fix(low, high);
    return axis.script();
  };
  CHECK(contains(script(false, 0, 1), "set ytics 0.2\n"));
  CHECK(contains(script(false, 0, 30), "set ytics 5\n"));
  CHECK(contains(script(false, -250, 10), "set ytics 50\n"));
  CHECK(contains(script(true, 0.3, 12), "set ytics 1e1\n"));     // 1.6 decades
  CHECK(contains(script(true, 1e-2, 1e12), "set ytics 1e3\n"));  // 14 decades
  CHECK(contains(script(true, 0.4, 6), "set ytics (0.5, 1, 2, 5)\n"));
  CHECK(contains(script(true, 0.13, 4.6), "set ytics (0.2, 0.5, 1, 2)\n"));  // 1.5 decades with one power of ten
  CHECK(contains(script(true, 30, 42), "set ytics (30, 32, 34, 36, 38, 40, 42)\n"));
}

TEST_CASE("a column that no run has is refused with the columns there are, and nothing is written", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2});
  Figure figure = losses();
  figure.panels[0].y = "train_los";
  const std::string message = message_of([&] { draw_figure(figure, {{"a", {&a}}}, folder.path, {"svg"}); });
  CHECK(contains(message, "train_los"));
  CHECK(contains(message, "iteration, train_loss"));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("an unknown kind or format is refused with the valid ones", "[figure]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2});
  Figure figure = losses();
  CHECK(contains(message_of([&] { draw_figure(figure, {{"a", {&a}}}, folder.path, {"jpg"}); }), "png"));
  figure.kind = "curve";
  CHECK(contains(message_of([&] { draw_figure(figure, {{"a", {&a}}}, folder.path, {"svg"}); }), "curves"));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("without gnuplot the error names the package to install, and nothing is left behind", "[figure]") {
  const Folder folder, empty;
  const RunRecord a = run(0, {4, 2});
  const SearchPath none(empty.path.string());
  CHECK(contains(message_of([&] { draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"}); }), "gnuplot-nox"));
  CHECK(fs::is_empty(folder.path));
}

TEST_CASE("when gnuplot fails its own words are in the error, and the old picture stays", "[figure]") {
  const Folder folder, programs;
  const RunRecord a = run(0, {4, 2});
  draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"});
  const std::string before = text_of(folder.path / "toy.svg");
  std::ofstream(programs.path / "gnuplot") << "#!/bin/sh\necho 'no such terminal' >&2\nexit 3\n";
  fs::permissions(programs.path / "gnuplot", fs::perms::owner_all);
  const SearchPath broken(programs.path.string() + ":/bin:/usr/bin");
  CHECK(contains(message_of([&] { draw_figure(losses(), {{"a", {&a}}}, folder.path, {"svg"}); }), "no such terminal"));
  CHECK(text_of(folder.path / "toy.svg") == before);
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator{}) == 3);
}

TEST_CASE("what a paper prints is a hollow mark in its variant's colour, with its source in the data", "[figure][points]") {
  const Folder folder;
  const RunRecord a = run(0, {4, 2, 1});
  Figure figure = losses();
  figure.note = "Scale paper: mnist, n = 60000.";
  figure.panels[0].points = {{"a", "a, as printed", "Table 1", {1, 2}, {3, 8}},
                             {"", "b", "Section 2", {2}, {0.5}},
                             {"absent", "absent, as printed", "Table 3", {1}, {1}}};
  const Chart chart = chart_of(figure, {{"a", {&a}}});
  REQUIRE(chart.legend.size() == 3);
  CHECK_FALSE(chart.legend[0].printed);
  CHECK(chart.legend[1].label == "a, as printed");
  CHECK(chart.legend[1].printed);
  CHECK(chart.legend[1].style.colour == chart.legend[0].style.colour);
  CHECK(chart.legend[2].style.colour != chart.legend[0].style.colour);
  CHECK(chart.panels[0].axes.y.high() > 8);  // the axis shows them
  draw_figure(figure, {{"a", {&a}}}, folder.path, {"svg"});
  const std::string csv = text_of(folder.path / "toy.csv"), script = text_of(folder.path / "toy.gp");
  CHECK(contains(csv, "\"a, as printed (Table 1): train_loss\""));
  CHECK(contains(csv, "\"b (Section 2): train_loss\""));
  const auto rows = numbers(folder.path / "toy.csv");
  REQUIRE(rows.size() == 3);
  CHECK(rows[1][5] == 8);
  CHECK(contains(script, "with points pt 6 ps 0.9 lw 1.8 lc rgb '" + chart.legend[0].style.colour + "'"));
  CHECK(contains(script, "Scale paper: mnist, n = 60000."));
  CHECK(contains(text_of(folder.path / "toy.svg"), "Scale paper: mnist, n = 60000."));
  CHECK_FALSE(contains(page_script(chart, page_format("one-column")), "Scale paper"));  // a paper has its own caption
}
