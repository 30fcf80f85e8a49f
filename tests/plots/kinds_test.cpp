// What each kind of figure makes of hand-made runs, as data; and charts made of data alone, drawn by the real gnuplot.
#include <cmath>
#include <fstream>
#include <limits>
#include <set>

#include "algorithms/core/usage_error.hpp"
#include "plots/draw.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/kinds/profile.hpp"
#include "plots/kinds/rates.hpp"
#include "results/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;

namespace {

using Values = std::vector<double>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

RunRecord run(const std::vector<double>& loss) {
  RunRecord r;
  r.config = {{"experiment", "toy"}, {"variant", "a"}};
  r.status = "MaxIterations";
  for (std::size_t k = 0; k < loss.size(); ++k) r.trace.append({{"iteration", static_cast<double>(k)}, {"loss", loss[k]}});
  return r;
}

Figure figure_of(const std::string& kind, const std::vector<std::string>& ys) {
  Figure figure;
  figure.id = "toy";
  figure.kind = kind;
  figure.title = "Toy";
  for (const std::string& y : ys) figure.panels.emplace_back().y = y;
  return figure;
}

/// f_k = 0.9^k, whose subgradient has norm sqrt(f): a linear rate with KL exponent 1/2, and A1 with a constant.
RunRecord geometric_run() {
  RunRecord r;
  r.config = {{"experiment", "toy"}, {"variant", "a"}};
  r.status = "MaxIterations";
  for (int k = 0; k <= 300; ++k) {
    const double f = std::pow(0.9, k);
    r.trace.append({{"iteration", k}, {"potential", f}, {"subgradient_norm2", f}, {"step_norm2", f}});
  }
  return r;
}

Figure rates_figure(const std::vector<std::string>& ys) {
  Figure figure = figure_of("rates", ys);
  rates::Options options;
  options.limit = rates::LimitKind::zero;
  figure.options = figure_options(options);
  return figure;
}

std::vector<Mark> marks(const Curve& curve) {
  std::vector<Mark> list;
  for (const Layer& layer : curve.layers) list.push_back(layer.mark);
  return list;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

TEST_CASE("every kind of figure has a name of its own, a help text and a chart", "[figure][kind]") {
  std::set<std::string> names;
  for (const FigureKind& kind : figure_kinds()) {
    CHECK(names.insert(kind.name).second);
    CHECK_FALSE(kind.help.empty());
    CHECK(kind.chart);
    CHECK(find_figure_kind(kind.name) == &kind);
    CHECK(kind.reading.empty() == kind.said_by.empty());
  }
  CHECK(names == std::set<std::string>{"curves", "rates"});
  CHECK(find_figure_kind("curve") == nullptr);
  CHECK_THROWS_WITH(figure_kind("curve"), Contains("unknown kind of figure 'curve'") && Contains("curves, rates"));
}

TEST_CASE("kind curves: median, lowest and highest over the seeds as columns; a band where there are several",
          "[figure][kind]") {
  const RunRecord a = run({4, 8}), b = run({5, 2}), c = run({9, 3});
  const Chart chart = chart_of(figure_of("curves", {"loss"}), {{"a", {&a, &b, &c}}, {"b", {&c}}, {"c", {}}});
  CHECK(chart.id == "toy");
  CHECK(chart.title == "Toy");
  REQUIRE(chart.legend.size() == 3);
  CHECK(chart.legend[2].label == "c (not run)");
  REQUIRE(chart.panels.size() == 1);
  REQUIRE(chart.panels[0].curves.size() == 2);
  const Curve &several = chart.panels[0].curves[0], &one = chart.panels[0].curves[1];
  const std::vector<std::string> names = {"a: iteration", "a: loss median", "a: loss low", "a: loss high"};
  const std::vector<Values> values = {{0, 1}, {5, 3}, {4, 2}, {9, 8}};
  REQUIRE(several.columns.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(several.columns[i].name == names[i]);
    CHECK(several.values(i) == values[i]);
  }
  CHECK(marks(several) == std::vector<Mark>{Mark::band, Mark::line});
  CHECK(several.y() == values[1]);
  CHECK(several.values(several.layer(Mark::band)->high) == values[3]);
  CHECK(marks(one) == std::vector<Mark>{Mark::line});
  CHECK(one.entry == 1);
}

TEST_CASE("kind curves: a panel shows its variants with its own range, and a curve ends with its shortest run",
          "[figure][kind]") {
  const RunRecord a = run({4, 2, 1});
  RunRecord b = run({5, 3});
  b.status = "Failed";
  Figure figure = figure_of("curves", {"loss", "loss"});
  figure.panels[1].variants = {"b"};
  figure.panels[1].y_max = 7;
  const Chart chart = chart_of(figure, {{"a", {&a}}, {"b", {&a, &b}}});
  CHECK(chart.panels[0].curves.size() == 2);
  CHECK_FALSE(chart.panels[0].axes.y.fixed());
  REQUIRE(chart.panels[1].curves.size() == 1);
  CHECK(chart.panels[1].curves[0].entry == 1);
  CHECK(chart.panels[1].curves[0].early);
  CHECK(chart.panels[1].curves[0].x() == Values{0, 1});
  CHECK(chart.panels[1].axes.y.fixed());
  CHECK(chart.panels[1].axes.y.high() == 7);
}

TEST_CASE("kind rates: gaps with their fit, the slope of the exponent, the constants of A1", "[figure][kind]") {
  const RunRecord a = geometric_run();
  const Chart chart = chart_of(rates_figure({"gap", "kl", "a1"}), {{"a", {&a}, 4}});
  REQUIRE(chart.legend.size() == 1);
  CHECK(contains(chart.legend[0].label, "a: linear, 1 - 0.1 per iteration; theta = 0.5"));
  CHECK(chart.legend[0].style.colour == line_style(4).colour);
  REQUIRE(chart.panels.size() == 3);
  for (const ChartPanel& panel : chart.panels) {
    REQUIRE(panel.curves.size() == 1);
    CHECK(panel.curves[0].columns.size() == 6);
    CHECK_FALSE(panel.title.empty());
  }

  const Curve &gap = chart.panels[0].curves[0], &kl = chart.panels[1].curves[0], &a1 = chart.panels[2].curves[0];
  CHECK(gap.columns[3].name == "a gap: fit");
  CHECK(marks(gap) == std::vector<Mark>{Mark::band, Mark::line, Mark::fit});
  for (std::size_t i = 0; i < gap.x().size(); ++i)
    if (!std::isnan(gap.y()[i])) REQUIRE(gap.y()[i] == Approx(std::pow(0.9, gap.x()[i])));
  const Layer fit = *gap.layer(Mark::fit);
  for (std::size_t i = 0; i < gap.values(fit.x).size(); ++i)
    REQUIRE(gap.values(fit.y)[i] == Approx(std::pow(0.9, gap.values(fit.x)[i])).epsilon(0.02));

  CHECK(marks(kl) == std::vector<Mark>{Mark::band, Mark::dots, Mark::fit});
  for (std::size_t i = 0; i < kl.values(0).size(); ++i) REQUIRE(kl.values(1)[i] == Approx(std::sqrt(kl.values(0)[i])));

  CHECK(marks(a1) == std::vector<Mark>{Mark::joined, Mark::circles});
  CHECK(a1.values(0) == Values{1, 2, 3, 4, 5, 6, 7, 8});
}

TEST_CASE("kind rates: a variant without an objective is left out, and its neighbours keep their colours", "[figure][kind]") {
  const RunRecord a = geometric_run(), none = run({1, 2});
  const Chart chart = chart_of(rates_figure({"gap"}), {{"none", {&none}}, {"a", {&none, &a}}});
  REQUIRE(chart.legend.size() == 1);
  CHECK(chart.legend[0].style.colour == line_style(1).colour);
  CHECK(chart.panels[0].curves[0].entry == 0);
}

TEST_CASE("kind rates refuses an unknown panel, and runs without an objective", "[figure][kind]") {
  const RunRecord a = geometric_run(), none = run({1, 2});
  CHECK_THROWS_WITH(chart_of(rates_figure({"gab"}), {{"a", {&a}}}),
                    Contains("unknown panel of a figure of kind rates 'gab'; did you mean 'gap'? Valid: gap, kl, a1"));
  CHECK_THROWS_WITH(chart_of(rates_figure({"gap"}), {{"a", {&none}}}),
                    Contains("the figure toy needs runs with a column potential (audit = \"sweep\"); none has it"));
}

TEST_CASE("a performance profile is two columns per variant, from 0 to 1, a hidden one dashed", "[figure][kind]") {
  Profile profile;
  profile.problems = 2;
  profile.curves = {{"a", {1, 4}, {0.5, 1}}, {"b", {1, 4}, {0.5, 1}}, {"c", {1, 4}, {0.5, 0.5}}};
  const Chart chart = profile_chart(profile, "Profile", "seconds relative to the best variant");
  CHECK(chart.id == "profile");
  REQUIRE(chart.panels.size() == 1);
  const ChartPanel& panel = chart.panels[0];
  CHECK(panel.x_label == "seconds relative to the best variant");
  CHECK(panel.axes.x.log());
  CHECK(panel.axes.y.low() == 0);
  CHECK(panel.axes.y.high() == 1.02);
  REQUIRE(panel.curves.size() == 3);
  CHECK(panel.curves[2].columns.size() == 2);
  CHECK(panel.curves[2].y() == Values{0.5, 0.5});
  CHECK(chart.legend[0].style.dash.empty());
  CHECK(chart.legend[1].style.dash == "9,9");
  CHECK(chart.legend[2].style.dash.empty());
}

TEST_CASE("the CSV file has every column, quotes doubled, nothing where there is no value", "[figure]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Chart chart{"toy", "", {}, {}};
  ChartPanel panel{"x", "y", "", "", "", {Axis("x", false, 0), Axis("y", false, 0)}, {}};
  panel.curves = {Curve{"a", 0, {{"a \"1\"", {1, 2}}, {"b", {nan}}}, {}}};
  chart.panels = {panel, panel};
  CHECK(chart_csv(chart) == "\"a \"\"1\"\"\",\"b\",\"a \"\"1\"\"\",\"b\"\n1,,1,\n2,,2,\n");
}

TEST_CASE("a chart of data alone is drawn: every mark from its own columns, bands behind all else", "[figure]") {
  const bcd::test::TemporaryFolder folder;
  Chart chart{"toy", "Toy", {{"a", line_style(0)}, {"b", line_style(1)}}, {}};
  ChartPanel panel{"x", "y", "", "", "", {Axis("x", false, 0), Axis("y", false, 0.1)}, {}};
  panel.axes.x.fix(0, 2);
  panel.axes.y.fix(0, 4);
  const std::vector<Column> columns = {{"x", {0, 1, 2}}, {"y", {1, 2, 3}}, {"high", {2, 3, 4}}};
  panel.curves = {Curve{"a", 0, columns, {{Mark::line, 0, 1}, {Mark::fit, 0, 2}}},
                  Curve{"b", 1, columns, {{Mark::band, 0, 1, 2}, {Mark::dots, 0, 1}, {Mark::joined, 0, 1}}}};
  chart.panels.push_back(panel);
  panel.curves = {Curve{"b", 1, columns, {{Mark::circles, 0, 1}}}};
  chart.panels.push_back(panel);
  draw_chart(chart, folder.path, {"svg"});
  CHECK(contains(text_of(folder.path / "toy.svg"), "<svg"));
  const std::string script = text_of(folder.path / "toy.gp");
  const std::vector<std::string> parts = {"using 4:5:6 with filledcurves fc rgb '#D55E00'",
                                          "using 1:2 with lines lw 2.2 lc rgb '#0072B2'",
                                          "using 1:3 with lines lw 1.6 dt (6,5) lc rgb '#222222'",
                                          "using 4:5 with points pt 7 ps 0.35 lc rgb '#D55E00'",
                                          "using 4:5 with linespoints pt 7",
                                          "using 7:8 with points pt 6"};
  std::size_t from = 0;
  for (const std::string& part : parts) {  // in this order
    INFO(part);
    const std::size_t at = script.find(part, from);
    REQUIRE(at != std::string::npos);
    from = at;
  }
}

TEST_CASE("a page on the screen is as wide as the longest text of its legend", "[figure]") {
  Chart chart{"toy", "Toy", {{std::string(200, 'm'), line_style(0)}}, {}};
  chart.panels.push_back({"x", "y", "", "", "", {Axis("x", false, 0), Axis("y", false, 0.1)}, {}});
  chart.panels[0].axes.x.fix(0, 1);
  chart.panels[0].axes.y.fix(0, 1);
  const std::string script = page_script(chart, page_format("screen")), start = "terminal svg size ";
  CHECK(std::stoi(script.substr(script.find(start) + start.size())) > 1900);
}
