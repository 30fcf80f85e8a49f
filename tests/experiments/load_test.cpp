#include "experiments/file/load.hpp"

#include <fstream>
#include <map>
#include <set>

#include "algorithms/registry.hpp"
#include "checkout.hpp"
#include "experiments/run/run_name.hpp"
#include "experiments/run/runner.hpp"
#include "tests/experiments/sample.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
using namespace bcd::test;
namespace fs = std::filesystem;

TEST_CASE("an experiment file resolves to one run per variant and seed, overlays from general to particular", "[spec]") {
  const Loaded load;
  const Experiment quick = load();
  CHECK(quick.id == "sample");
  REQUIRE(quick.runs.size() == 6);
  const PlannedRun &a = quick.runs[0], &b = quick.runs[3];
  CHECK(a.variant == "A");
  CHECK(a.seed == 5);
  CHECK(quick.runs[2].seed == 10);
  CHECK(a.hidden == std::vector<Index>{7, 7});
  CHECK(a.activations.front().text() == "tanh");
  CHECK(a.output_activation.text() == "linear");
  CHECK(a.loss.mean);
  CHECK(a.init.kind == Initialisation::Kind::he);
  CHECK(a.init.scale == 1.0);
  CHECK(a.init.bias == 0.1);
  CHECK(a.precision == "f32");
  CHECK(a.iterations == 4);
  CHECK(a.dataset_options == DatasetOptions{{"d_in", "4"}, {"n", "30"}});
  CHECK(a.parameters.at("momentum") == "0.75");
  CHECK(a.config["parameters"]["momentum"] == 0.75);
  CHECK(a.config["parameters"]["learning_rate"] == 0.5);
  CHECK(a.config["parameters"].contains("batch_size"));  // resolved, although not in the file
  CHECK(b.hidden == std::vector<Index>{3});

  Overrides paper;
  paper.scale = "paper";
  const Experiment full = load(paper);
  CHECK(full.runs[0].iterations == 20);
  CHECK(full.runs[0].dataset_options.at("n") == "50");
  CHECK(full.runs[0].parameters.at("momentum") == "0.25");
  CHECK(full.runs[3].iterations == 99);
}

TEST_CASE("an overlay that names another dataset drops the options of the first", "[spec]") {
  const Experiment e = Loaded()();
  CHECK(e.runs[3].dataset == "bodyfat");
  CHECK(e.runs[3].dataset_options.empty());
}

TEST_CASE("figures and claims are read with their keys", "[spec]") {
  const Experiment e = Loaded()();
  REQUIRE(e.figures.size() == 1);
  CHECK(e.figures[0].id == "sample-loss");
  CHECK(e.figures[0].panels[0].x == "iteration");
  CHECK(e.figures[0].panels[0].log_y);
  REQUIRE(e.claims.size() == 1);
  CHECK(e.claims[0].text.at("baseline") == "B");
  CHECK(e.claims[0].number.at("at") == 3);
  CHECK(e.claims[0].variants == std::vector<std::string>{"A"});
}

namespace {

/// The sample's panel with printed points, at the paper's scale.
std::string with_points(const std::string& points) {
  return with("variants = [\"A\"] }]", "variants = [\"A\"], points = [" + points + "] }]");
}

}  // namespace

TEST_CASE("what a paper prints belongs to its own scale, as one mark or many", "[spec][points]") {
  const Loaded load(
      with_points("{ variant = 'A', x = [1, 2], y = [0.5, 0.25], source = 'Table 1' }, "
                  "{ label = 'C', x = 3, y = 0.125, source = 'Table 2' }"));
  Overrides paper;
  paper.scale = "paper";
  const std::vector<PrintedPoints> points = load(paper).figures[0].panels[0].points;
  REQUIRE(points.size() == 2);
  CHECK(points[0].label == "A, as printed");
  CHECK(points[0].variant == "A");
  CHECK(points[0].y == std::vector<double>{0.5, 0.25});
  CHECK(points[1].label == "C");
  CHECK(points[1].variant.empty());
  CHECK(points[1].x == std::vector<double>{3});
  CHECK(points[1].source == "Table 2");
  CHECK(load().figures[0].panels[0].points.empty());  // quick: of other data
}

TEST_CASE("printed points that make no sense are refused, and where they stand is said", "[spec][points][errors]") {
  const auto refused = [](const std::string& points) { return error_of(with_points(points)); };
  CHECK_THAT(refused("{ variant = 'A', x = 1, y = 1 }"), Contains("[[points]] number 1: the key 'source' is missing"));
  CHECK_THAT(refused("{ variant = 'A', x = 1, y = 1, source = '' }"), Contains("must not be empty"));
  CHECK_THAT(refused("{ x = 1, y = 1, source = 's' }"), Contains("label"));
  CHECK_THAT(refused("{ variant = 'AA', x = 1, y = 1, source = 's' }"), Contains("unknown variant 'AA'"));
  CHECK_THAT(refused("{ variant = 'B', x = 1, y = 1, source = 's' }"), Contains("the panel does not show the variant 'B'"));
  CHECK_THAT(refused("{ variant = 'A', x = [1, 2], y = 1, source = 's' }"),
             Contains("as many numbers as each other, got 2 and 1"));
  CHECK_THAT(refused("{ variant = 'A', x = [], y = [], source = 's' }"), Contains("as many numbers"));
  CHECK_THAT(refused("{ variant = 'A', x = 'one', y = 1, source = 's' }"), Contains("x must be a number or a list of numbers"));
  CHECK_THAT(refused("{ variant = 'A', x = nan, y = 1, source = 's' }"), Contains("x must be a number"));
  CHECK_THAT(refused("{ variant = 'A', x = 1, y = 0, source = 's' }"), Contains("y must be > 0 on a logarithmic axis"));
  CHECK_THAT(refused("{ variant = 'A', x = 1, y = 1, source = 's', z = 1 }"), Contains("'z'"));
  CHECK_THAT(
      error_of(with("caption = \"Lower is better.\"\npanel = [{ y = \"train_loss\", log_y = true, variants = [\"A\"] }]",
                    "kind = \"rates\"\npanel = [{ y = \"gap\", points = [{ variant = 'A', x = 1, y = 1, source = 's' }] }]")),
      Contains("points belong to a figure of kind"));
}

TEST_CASE("a scale may have titles of its own", "[spec][points]") {
  std::string text = with("caption = \"Lower is better.\"", "caption = \"Lower is better.\"\nquick = { title = \"Small\" }");
  text.replace(text.find("[scale.quick]"), 13, "[scale.quick]\ntitle = \"A small sample\"");
  const Loaded load(text);
  Overrides paper;
  paper.scale = "paper";
  CHECK(load().title == "A small sample");
  CHECK(load().figures[0].title == "Small");
  CHECK(load().figures[0].caption == "Lower is better.");
  CHECK(load(paper).title == "A sample");
  CHECK(load(paper).figures[0].title == "Loss");
  CHECK_THAT(error_of(with("caption = \"Lower is better.\"", "paper = { titel = \"x\" }")), Contains("'title'"));
}

TEST_CASE("every hidden layer may have its own activation", "[spec][activations]") {
  const auto listed = [](const std::string& list) {
    std::string text = with("activation = \"tanh\"", "activation = " + list);
    const std::string narrow = "hidden = [3]";
    return text.replace(text.find(narrow), narrow.size(), "hidden = [3, 3]");
  };
  const PlannedRun mixed = Loaded(listed(R"(["leaky_relu:0.5", "tanh"])"))().runs[0];
  REQUIRE(mixed.activations.size() == 2);
  CHECK(mixed.activations[0].slope == 0.5);
  CHECK(mixed.config["network"]["activation"] == nlohmann::json{"leaky_relu:0.5", "tanh"});
  // What it was before there were lists, so that the names of the runs stay.
  CHECK(Loaded()().runs[0].config["network"]["activation"] == "tanh");
  CHECK(Loaded(listed(R"(["tanh", "tanh"])"))().runs[0].config == Loaded()().runs[0].config);
  Overrides command_line = set("network.activation", R"(["relu", "tanh"])");
  command_line.variants = {"A"};
  CHECK(Loaded()(command_line).runs[0].activations.size() == 2);
  CHECK_THAT(error_of(kText, set("network.activation", R"(["relu", "tanh"])")),
             Contains("2 entries for 1 hidden layers") && Contains("variant 'B'"));
  Overrides grid;
  grid.grid = {R"(network.activation="relu",["relu","tanh"])"};
  grid.variants = {"A"};
  const std::vector<PlannedRun> runs = Loaded()(grid).runs;
  CHECK(runs.front().activations.size() == 1);
  CHECK(runs.back().activations.size() == 2);

  CHECK_THAT(error_of(listed(R"(["relu"])")),
             Contains("[network]") && Contains("activation has 1 entries for 2 hidden layers"));
  CHECK_THAT(error_of(listed(R"(["relu", "tanh", "tanh"])")),
             Contains("3 entries for 2 hidden layers") && Contains("'output'"));
  CHECK_THAT(error_of(listed(R"(["relu", "tahn"])")), Contains("[network]") && Contains("did you mean 'tanh'?"));
  CHECK_THAT(error_of(listed("[\"relu\", 3]")), Contains("activation must be a list of texts"));
}

TEST_CASE("every unknown key is an error that names place, valid keys and the nearest", "[spec][errors]") {
  CHECK_THAT(error_of(with("activation =", "activatoin =")),
             Contains("sample.toml: [network]") && Contains("'activatoin'; did you mean 'activation'?") && Contains("hidden"));
  CHECK_THAT(error_of(with("title = \"A sample\"", "title = \"A sample\"\ncolour = 1")),
             Contains("sample.toml: unknown key 'colour'"));
  CHECK_THAT(error_of(with("d_in = 4", "d_inn = 4")),
             Contains("option of dataset teacher-student 'd_inn'; did you mean 'd_in'?"));
  CHECK_THAT(error_of(with("label = \"B\"", "label = \"B\"\nparamters = {}")),
             Contains("[[variant]] number 2") && Contains("'parameters'"));
  CHECK_THAT(error_of(with("log_y = true", "logy = true")), Contains("[[panel]] number 1") && Contains("'log_y'"));
  CHECK_THAT(error_of(with("at = 3", "tolerance = 3")), Contains("[[claim]] number 1") && Contains("'tolerance'"));
  CHECK_THAT(error_of(with("[scale.quick]", "[scale.qick]")), Contains("[scale]") && Contains("'quick'"));
  CHECK_THAT(error_of(with("momentum = 0.25", "momentun = 0.25")),
             Contains("[parameters]") && Contains("did you mean 'momentum'?"));
}

TEST_CASE("unknown names are errors that list the valid ones", "[spec][errors]") {
  CHECK_THAT(error_of(with("algorithm = \"sgd\"", "algorithm = \"sdg\"")),
             Contains("[[variant]] number 1") && Contains("did you mean 'sgd'?"));
  CHECK_THAT(error_of(with("\"teacher-student\"", "\"teacher-studnt\"")),
             Contains("[dataset]") && Contains("'teacher-student'"));
  CHECK_THAT(error_of(with("\"tanh\"", "\"tanhh\"")), Contains("[network]") && Contains("tanh"));
  CHECK_THAT(error_of(with("kind = \"he\"", "kind = \"hee\"")), Contains("[init]") && Contains("xavier"));
  CHECK_THAT(error_of(with("kind = \"order\"", "kind = \"ordre\"")), Contains("did you mean 'order'?"));
  CHECK_THAT(error_of(with("variants = [\"A\"] }", "variants = [\"C\"] }")), Contains("unknown variant 'C'"));
  Overrides o;
  o.scale = "full";
  CHECK_THAT(error_of(kText, o), Contains("unknown scale 'full'"));
  o.scale = "quick";
  o.variants = {"Z"};
  CHECK_THAT(error_of(kText, o), Contains("unknown variant 'Z'") && Contains("A, B"));
  CHECK_THROWS_WITH(load_experiment("no-such-experiment"), Contains("unknown experiment 'no-such-experiment'"));
}

TEST_CASE("wrong types and ranges are errors that show what was found", "[spec][errors]") {
  CHECK_THAT(error_of(with("iterations = 20", "iterations = 2.5")),
             Contains("[run]") && Contains("iterations must be a whole number") && Contains("2.5"));
  CHECK_THAT(error_of(with("iterations = 20", "iterations = -1")), Contains(">= 0") && Contains("-1"));
  CHECK_THAT(error_of(with("mean = true", "mean = 1")), Contains("[loss]") && Contains("true or false"));
  CHECK_THAT(error_of(with("hidden = [7, 7]", "hidden = [7, 0]")), Contains("hidden must be") && Contains(">= 1"));
  CHECK_THAT(error_of(with("hidden = [7, 7]", "hidden = 7")), Contains("list of whole numbers"));
  CHECK_THAT(error_of(with("seeds = [5, 8, 10]", "seeds = [5, 5]")), Contains("seeds holds 5 twice"));
  CHECK_THAT(error_of(with("learning_rate = 0.5", "learning_rate = -1")), Contains("'learning_rate' must be > 0, got -1"));
  CHECK_THAT(error_of(with("precision = \"f32\"", "precision = \"f16\"")), Contains("f32, f64"));
  CHECK_THAT(error_of(with("[dataset]", "[[dataset]]")), Contains("dataset must be a table"));
  CHECK_THAT(error_of(with("label = \"B\"", "label = \"A\"")), Contains("'A' is taken"));
}

TEST_CASE("a mistake in the scale that is not run is found too", "[spec][errors]") {
  CHECK_THAT(error_of(with("iterations = 99", "iteration = 99")), Contains("did you mean 'iterations'?"));
}

TEST_CASE("a syntax error names file and line", "[spec][errors]") {
  CHECK_THAT(error_of(with("name = \"teacher-student\"", "name = teacher")), Contains("sample.toml:7"));
}

TEST_CASE("the id must be the file's name", "[spec][errors]") {
  CHECK_THAT(error_of(with("id = \"sample\"", "id = \"other\"")), Contains("must be the file's name, 'sample'"));
}

TEST_CASE("the option --set changes a parameter of every variant that has it, over all overlays", "[spec][set]") {
  const Loaded load;
  const Experiment momentum = load(set("momentum", "0.125"));
  CHECK(momentum.runs[0].config["parameters"]["momentum"] == 0.125);
  CHECK_FALSE(momentum.runs[3].config["parameters"].contains("momentum"));
  const Experiment rate = load(set("learning_rate", "2"));
  CHECK(rate.runs[0].config["parameters"]["learning_rate"] == 2.0);
  CHECK(rate.runs[3].config["parameters"]["learning_rate"] == 2.0);
}

TEST_CASE("the option --set with a dot changes a place in the file", "[spec][set]") {
  const Loaded load;
  CHECK(load(set("run.iterations", "7")).runs[0].iterations == 7);
  CHECK(load(set("network.hidden", "[30, 20]")).runs[3].hidden == std::vector<Index>{30, 20});
  CHECK(load(set("network.activation", "leaky_relu:0.5")).runs[0].activations.front().slope == 0.5);
  CHECK_FALSE(load(set("loss.mean", "false")).runs[0].loss.mean);
  const Experiment other = load(set("dataset.name", "mnist-10k"));
  CHECK(other.runs[0].dataset == "mnist-10k");
  CHECK(other.runs[0].dataset_options.empty());
}

TEST_CASE("the option --set reports what does not exist or does not fit", "[spec][set][errors]") {
  CHECK_THAT(error_of(kText, set("momentm", "1")),
             Contains("unknown parameter 'momentm'; did you mean 'momentum'?") && Contains("initial_accumulator"));
  CHECK_THAT(error_of(kText, set("momentum", "1")), Contains("momentum") && Contains("got 1"));
  CHECK_THAT(error_of(kText, set("rnu.iterations", "1")), Contains("unknown table 'rnu'; did you mean 'run'?"));
  CHECK_THAT(error_of(kText, set("run.iteration", "1")), Contains("did you mean 'iterations'?"));
}

TEST_CASE("the option --seeds keeps the first seeds or goes on after the largest", "[spec][seeds]") {
  const Loaded load;
  Overrides o;
  o.variants = {"A"};
  const auto seeds = [&](std::int64_t n) {
    o.seeds = n;
    std::vector<std::uint64_t> list;
    for (const PlannedRun& planned : load(o).runs) list.push_back(planned.seed);
    return list;
  };
  CHECK(seeds(2) == std::vector<std::uint64_t>{5, 8});
  CHECK(seeds(5) == std::vector<std::uint64_t>{5, 8, 10, 11, 12});
  o.seeds = 0;
  CHECK_THROWS_WITH(load(o), Contains("--seeds must be at least 1"));
}

TEST_CASE("the option --precision and --time-limit override the file", "[spec]") {
  Overrides o;
  o.precision = "f64";
  o.time_limit = 2.5;
  const PlannedRun planned = Loaded()(o).runs[0];
  CHECK(planned.precision == "f64");
  CHECK(planned.config["run"]["time_limit"] == 2.5);
}

TEST_CASE("the name of a run depends on what is configured, not on how it is written", "[spec][hash]") {
  const Loaded one, same(with("learning_rate = 0.5, momentum = 0.25", "momentum = 0.25, learning_rate = 5e-1"));
  const std::string id = run_id(one().runs[0]);
  CHECK(run_id(same().runs[0]) == id);
  CHECK(run_id(one(set("learning_rate", "0.50")).runs[0]) == id);  // the value it has
  CHECK(run_id(one(set("batch_size", "17")).runs[0]) != id);
  CHECK(run_id(one(set("run.iterations", "5")).runs[0]) != id);
  CHECK(run_id(one(set("dataset.name", "mnist-10k")).runs[0]) != id);
  CHECK(run_id(one().runs[1]) != id);  // another seed
}

TEST_CASE("a record is a recipe: loading it gives the same run", "[spec][record]") {
  const Loaded load;
  const PlannedRun planned = load().runs[1];
  RunRecord record;
  record.id = run_id(planned);
  record.config = planned.config;
  record.status = "MaxIterations";
  write_record(load.folder.path, record);
  const std::string file = (load.folder.path / (record.id + ".json")).string();

  const Experiment again = load_experiment(file);
  REQUIRE(again.runs.size() == 1);
  CHECK(again.runs[0].config == planned.config);
  CHECK(run_id(again.runs[0]) == record.id);
  CHECK(load_experiment(file, set("momentum", "0.5")).runs[0].config["parameters"]["momentum"] == 0.5);

  std::ofstream(load.folder.path / "bad.json") << "[1, 2]";
  CHECK_THROWS_WITH(load_experiment((load.folder.path / "bad.json").string()), Contains("not a run record"));
}

TEST_CASE("every shipped experiment loads at both scales", "[spec][shipped]") {
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(BCDBENCH_SOURCE_DIR "/experiments/papers"))
    files += entry.path().extension() == ".toml" && entry.path().stem() != "paper";
  CHECK(experiment_ids().size() == files);
  for (const std::string& id : experiment_ids()) {
    INFO(id);
    const Experiment e = load_experiment(id);  // checks the other scale too
    CHECK(e.id == id);
    CHECK((!e.runs.empty() || !e.claims.empty()));
  }
}

namespace {

/// What is drawn, as far as a paper's title would speak of it.
nlohmann::json data_and_size(const PlannedRun& planned) {
  return {planned.config.at("dataset"), planned.config.at("network").at("hidden")};
}

/// Whether a title passes for one of the paper's figures.
bool wears_a_figures_title(const std::string& title) {
  return title.find("Figure ") != std::string::npos && !title.starts_with("Small version of ") &&
         !title.starts_with("Trial of ");
}

}  // namespace

TEST_CASE("no quick figure of other data or another size wears the title of the paper's", "[spec][shipped][points]") {
  CHECK(wears_a_figures_title("Figure 2: Fashion-MNIST"));  // negative controls
  CHECK_FALSE(wears_a_figures_title("Small version of Figure 2: 500 digits"));
  int other = 0;
  for (const std::string& id : experiment_ids()) {
    INFO(id);
    Overrides at_paper;
    at_paper.scale = "paper";
    const Experiment quick = load_experiment(id), paper = load_experiment(id, at_paper);
    std::map<std::string, nlohmann::json> of_paper;
    for (const PlannedRun& planned : paper.runs) of_paper[planned.variant] = data_and_size(planned);
    std::set<std::string> data;
    bool smaller = false;
    for (const PlannedRun& planned : quick.runs) {
      smaller = smaller || data_and_size(planned) != of_paper[planned.variant];
      data.insert(planned.dataset);
    }
    if (!smaller) continue;
    ++other;
    std::vector<std::string> titles = {quick.title};
    for (const Figure& figure : quick.figures) titles.push_back(figure.title);
    for (const std::string& title : titles) {
      INFO(title);
      CHECK_FALSE(wears_a_figures_title(title));
      CHECK((title.find("Fashion") == std::string::npos || data.contains("fashion-mnist")));
    }
  }
  CHECK(other >= 6);
}
