// Records as things: runs ls, show, rm, merge, gc; export; the reader for Python.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#ifdef BCDBENCH_SQLITE
#include <sqlite3.h>
#endif

#include "algorithms/core/text.hpp"
#include "checkout.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;
using nlohmann::json;

namespace {

fs::path csv(fs::path file) { return file.replace_extension(".csv"); }

/// Changes a record as another machine's program might have written it: its digest is that of what it says.
void rewrite(const fs::path& file, const std::function<void(bcd::RunRecord&)>& change) {
  bcd::RunRecord record = bcd::read_record(file);
  change(record);
  bcd::write_record(file.parent_path(), record);
}

std::string python() {
  for (const char* candidate : {"python3", "/usr/bin/python3"})
    if (std::system((std::string(candidate) + " -c 'import numpy' >/dev/null 2>&1").c_str()) == 0) return candidate;
  std::cout << "SKIPPED: needs python3 with NumPy (on Debian and Ubuntu: python3-numpy)\n";
  return {};
}

struct Made : Sandbox {
  Made() {
    write("tiny.toml", tiny("tiny"));
    REQUIRE(run("run tiny.toml").code == 0);
  }
};

}  // namespace

TEST_CASE("runs ls shows records under every name they were asked for, and filters", "[runs][cli]") {
  const Made sandbox;
  sandbox.write("other.toml", with(with(tiny("other"), "'slow'", "'gradient'"), "seeds = [1, 2]", "seeds = [1]"));
  REQUIRE(sandbox.run("run other.toml").code == 0);
  const auto rows = [&](const std::string& filter) {
    const Outcome outcome = sandbox.run("runs ls --format json " + filter);
    REQUIRE(outcome.code == 0);
    return json::parse(outcome.out);
  };
  CHECK(rows("").size() == 6);                    // four records, two of them under two names
  CHECK(rows("--variant gradient").size() == 2);  // one record, under both of its names
  CHECK(rows("--experiment other --variant gradient").size() == 2);
  CHECK(rows("--experiment other --variant slow").empty());  // the control: it has not these two together
  CHECK(rows("--algorithm adam").size() == 3);
  CHECK(rows("--status Failed").empty());
  CHECK(rows("--newer-than 1h").size() == 6);
  CHECK(rows("--older-than 1h").empty());
  rewrite(records(sandbox)[0], [](bcd::RunRecord& record) { record.provenance["date"] = "2020-01-01T00:00:00Z"; });
  CHECK(rows("--older-than 30d").size() >= 1);
  const Outcome table = sandbox.run("runs ls");
  CHECK_THAT(table.out, Contains("4 records") && Contains("gradient") && Contains("this"));
  check_misuse(sandbox.run("runs ls --older-than soon"), "write a number and s, m, h or d");
  check_misuse(sandbox.run("runs lst"), "did you mean 'ls'?");
  check_misuse(sandbox.run("runs ls --replace"), "--replace belongs to runs merge");
}

TEST_CASE("runs show takes the beginning of an id", "[runs][cli]") {
  const Made sandbox;
  const std::string id = records(sandbox)[0].stem().string();
  const Outcome shown = sandbox.run("runs show " + id.substr(0, 9));
  CHECK(shown.code == 0);
  CHECK_THAT(shown.out, Contains(id) && Contains("\"learning_rate\"") && Contains("train_loss") && Contains("MaxIterations"));
  check_misuse(sandbox.run("runs show zzz"), "no record begins with 'zzz'");
  check_misuse(sandbox.run("runs show"), "name records by their ids");
}

TEST_CASE("runs rm removes what is named and nothing else", "[runs][cli]") {
  const Made sandbox;
  check_misuse(sandbox.run("runs rm"), "or choose them with filters");
  CHECK_THAT(sandbox.run("runs rm --variant slow --dry-run").out, Contains("2 to remove"));
  CHECK(records(sandbox).size() == 4);
  CHECK(sandbox.run("runs rm --variant slow").code == 0);
  REQUIRE(records(sandbox).size() == 2);
  CHECK(files_in(sandbox.path("out/runs"), ".csv") == 2);
  for (const fs::path& file : records(sandbox)) CHECK(bcd::read_record(file).variant() == "quick");
}

TEST_CASE("runs merge takes over what is whole and never overwrites in silence", "[runs][cli]") {
  const Made sandbox;
  fs::copy(sandbox.path("out"), sandbox.path("there"), fs::copy_options::recursive);
  const auto theirs = records(sandbox, "there"), ours = records(sandbox);
  fs::remove(ours[0]);  // ours lacks it
  fs::remove(csv(ours[0]));
  rewrite(theirs[1], [](bcd::RunRecord& record) { record.provenance["cpu"] = "another"; });
  rewrite(theirs[2], [](bcd::RunRecord& record) { record.trace.rows[1].back() += 1; });
  std::ofstream(csv(theirs[3])) << "iteration\n";  // damaged
  const auto files = [&] {
    std::string all;
    for (const fs::path& file : records(sandbox)) all += sandbox.read(file) + sandbox.read(csv(file));
    return all;
  };
  const std::string before = files();
  CHECK_THAT(sandbox.run("runs merge there --dry-run").out, Contains("1 to take over"));
  CHECK(files() == before);
  const Outcome merged = sandbox.run("runs merge there");
  CHECK(merged.code == 1);
  CHECK_THAT(merged.out, Contains("1 taken over, 0 there already, 1 there with the same numbers") &&
                             Contains("1 with other numbers, 1 damaged") && Contains("OTHER NUMBERS"));
  CHECK(sandbox.read(ours[0]) == sandbox.read(theirs[0]));
  CHECK(sandbox.read(csv(ours[2])) != sandbox.read(csv(theirs[2])));  // ours stays
  CHECK_NOTHROW(bcd::read_record(ours[3]));
  CHECK(sandbox.run("runs merge there --replace").code == 1);  // what is damaged is still so
  CHECK(sandbox.read(csv(ours[2])) == sandbox.read(csv(theirs[2])));
  CHECK_NOTHROW(bcd::read_record(ours[3]));
  check_misuse(sandbox.run("runs merge nowhere"), "no folder nowhere");
  check_misuse(sandbox.run("runs merge out"), "is --out itself");
  CHECK(sandbox.run("run tiny.toml").err.find("started") == std::string::npos);  // all four are records of this program
}

TEST_CASE("runs gc removes what killed programs left, and more on request", "[runs][cli]") {
  const Made sandbox;
  const auto old = [&](const std::string& name) {
    sandbox.write("out/runs/" + name, "x");
    fs::last_write_time(sandbox.path("out/runs/" + name), fs::file_time_type::clock::now() - std::chrono::hours(1));
  };
  old("0123.json.tmp12-3");
  old("lonely.csv");
  sandbox.write("out/runs/fresh.csv.tmp1-1", "x");  // somebody writes it
  const auto files = records(sandbox);
  std::ofstream(csv(files[0])) << "iteration\n";
  CHECK_THAT(sandbox.run("runs gc").out, Contains("2 removed"));
  CHECK(fs::exists(sandbox.path("out/runs/fresh.csv.tmp1-1")));
  CHECK(records(sandbox).size() == 4);
  CHECK_THAT(sandbox.run("runs gc --other-versions").out, Contains("0 removed"));
  fs::remove(files[1]);
  json record = json::parse(sandbox.read(files[2]));
  const std::string id = record["id"].get<std::string>().substr(0, 16) + "-00000000";
  record["id"] = id;
  record.erase("digest");
  fs::copy(csv(files[2]), sandbox.path("out/runs/" + id + ".csv"));
  sandbox.write("out/runs/" + id + ".json", record.dump());
  CHECK_THAT(sandbox.run("runs gc --other-versions").out, Contains("1 removed") && Contains(id));
  CHECK_THAT(sandbox.run("runs gc --damaged").out, Contains("1 removed") && Contains(files[0].stem().string()));
}

TEST_CASE("export writes one row for every iteration with every setting, and what the columns are", "[runs][cli]") {
  const Made sandbox;
  sandbox.write("other.toml", with(tiny("other"), "'slow'", "'a, \"b\"'"));
  const Outcome made = sandbox.run("export --format csv,jsonl");
  CHECK(made.code == 0);
  const std::string table = sandbox.read("out/export/iterations.csv");
  CHECK(occurrences(table, "\n") == 1 + 4 * 4);  // the header; four runs, iterations 0 to 3
  const std::string header = table.substr(0, table.find('\n'));
  CHECK_THAT(header, StartsWith("record,experiment,variant,algorithm,seed,status,other_version,") &&
                         Contains("parameters.learning_rate") && Contains("dataset.d_in") && Contains("network.hidden") &&
                         Contains(",iteration,train_seconds") && Contains("train_loss"));
  const std::string units = sandbox.read("out/export/columns.csv");
  CHECK_THAT(units, Contains("train_seconds,measured,s,") && Contains("parameters.learning_rate,setting,,step length"));
  CHECK(occurrences(units, "\n") == occurrences(header, ",") + 2);
  std::istringstream lines(sandbox.read("out/export/iterations.jsonl"));
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const json row = json::parse(line);
    CHECK(row.at("iteration") == count % 4);
    CHECK(row.at("dataset.n") == "20");
  }
  CHECK(count == 16);
  // Under the labels of the experiment that asks, quoted where they need it.
  CHECK(sandbox.run("export other.toml --to mine").code == 0);
  CHECK(occurrences(sandbox.read("mine/iterations.csv"), "other,\"a, \"\"b\"\"\",sgd") == 8);
  check_misuse(sandbox.run("export --format sqlit"), "unknown format 'sqlit'; did you mean 'sqlite'?");
  check_misuse(sandbox.run("export tiny.toml --set run.iterations=9"), "no records of tiny.toml");
}

TEST_CASE("export names the columns that are measured on request", "[runs][cli]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml", with(tiny("tiny"), "seeds = [1, 2]",
                                  "seeds = [1]\nmeasure = ['step2', 'norm2.W1', 'gradient2', 'rounding:train_loss']"));
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  REQUIRE(sandbox.run("export").code == 0);
  CHECK_THAT(
      sandbox.read("out/export/columns.csv"),
      Contains("step2,measured,weight^2,squared length of the last step of the weights\n") &&
          Contains("norm2.W1,measured,W1^2,squared norm of W1\n") &&
          Contains("gradient2,measured,(loss/weight)^2,squared norm of the gradient of the training risk in the weights\n") &&
          Contains("rounding:train_loss,measured,as train_loss,bound on the rounding error of train_loss\n"));
}

#ifdef BCDBENCH_SQLITE
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// What a query finds, as texts; NULL is "NULL".
Rows query(const fs::path& file, const std::string& sql) {
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  Rows rows;
  while (sqlite3_step(statement) == SQLITE_ROW) {
    rows.emplace_back();
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      const unsigned char* text = sqlite3_column_text(statement, i);
      rows.back().emplace_back(text ? reinterpret_cast<const char*>(text) : "NULL");
    }
  }
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return rows;
}

}  // namespace

TEST_CASE("export writes an SQLite database that the library reads", "[runs][cli][sqlite]") {
  const Sandbox sandbox;
  sandbox.write("tiny.toml",
                with(with(tiny("tiny"), "'slow'", "'a \"b\"'"), "seeds = [1, 2]", "seeds = [1, 9007199254740993]") +
                    "[[promise]]\nid = \"x') DROP TABLE runs; --\"\nholds = 'F[k] <= 1e6'\n");
  check_misuse(sandbox.run("export --format sqlite"), "no records");
  REQUIRE(sandbox.run("run tiny.toml").code == 0);
  const Outcome made = sandbox.run("export tiny.toml --format sqlite");
  INFO(made.err);
  REQUIRE(made.code == 0);
  const fs::path file = sandbox.path("out/export/runs.sqlite");
  CHECK(query(file, "PRAGMA integrity_check") == Rows{{"ok"}});
  CHECK(query(file, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") ==
        Rows{{"columns"}, {"promises"}, {"runs"}, {"trace"}});
  CHECK(query(file, "SELECT variant, count(*) FROM runs GROUP BY variant ORDER BY variant") ==
        Rows{{"a \"b\"", "2"}, {"quick", "2"}});
  CHECK(query(file, "SELECT DISTINCT seed, typeof(seed) FROM runs ORDER BY 1") ==
        Rows{{"1", "integer"}, {"9007199254740993", "integer"}});
  CHECK(query(file, "SELECT DISTINCT \"parameters.momentum\" FROM runs WHERE variant = 'quick'") == Rows{{"NULL"}});
  CHECK(query(file, "SELECT count(*), min(iteration), max(iteration) FROM trace") == Rows{{"16", "0", "3"}});
  CHECK(query(file, "SELECT id, verdict, checks, violations, first_iteration FROM promises") ==
        Rows(4, {"x') DROP TABLE runs; --", "holds", "4", "0", "NULL"}));
  CHECK(query(file, "SELECT \"table\", unit FROM columns WHERE name = 'train_seconds'") == Rows{{"trace", "s"}});
  // The numbers are the records', to the last bit.
  for (const fs::path& json_file : records(sandbox)) {
    const bcd::RunRecord record = bcd::read_record(json_file);
    const Rows losses = query(file, "SELECT printf('%!.17g', train_loss) FROM trace JOIN runs USING (run) WHERE record = '" +
                                        record.id + "' ORDER BY iteration");
    const std::vector<double> expected = record.trace.column("train_loss");
    REQUIRE(losses.size() == expected.size());
    for (std::size_t k = 0; k < expected.size(); ++k) CHECK(std::stod(losses[k][0]) == expected[k]);
  }
  // Written again as a whole; nothing else lies there.
  CHECK(sandbox.run("export tiny.toml --format sqlite").code == 0);
  CHECK(query(file, "SELECT count(*) FROM runs") == Rows{{"4"}});
  CHECK(std::distance(fs::directory_iterator(sandbox.path("out/export")), fs::directory_iterator()) == 2);
  fs::remove(file);
  fs::create_directory(file);
  CHECK(sandbox.run("export tiny.toml --format sqlite").code == 2);
}
#else
TEST_CASE("without SQLite export says how to get it", "[runs][cli][sqlite]") {
  check_misuse(Sandbox().run("export --format sqlite"), "built without SQLite; install libsqlite3-dev");
}
#endif

TEST_CASE("bcdbench.R reads what the records hold", "[runs][r]") {
  if (std::system("Rscript -e 1 >/dev/null 2>&1") != 0) {
    std::cout << "SKIPPED: needs Rscript (on Debian and Ubuntu: r-base-core, and r-cran-jsonlite for the records themselves)\n";
    return;
  }
  const Made sandbox;
  sandbox.write("other.toml",
                with(with(tiny("other"), "seeds = [1, 2]", "seeds = [9007199254740993]"), "'slow'", "'dédé, \"x\"'") +
                    "[[variant]]\nlabel = 'none'\nalgorithm = 'external'\nparameters = { command = 'false' }\n");
  sandbox.run("run other.toml");  // one fails before its first row
  REQUIRE(sandbox.run("export").code == 0);
  const bcd::RunRecord record = bcd::read_record(records(sandbox)[0]);
  std::string numbers;
  for (const double x : record.trace.column("train_loss")) numbers += (numbers.empty() ? "" : ", ") + bcd::number_text(x);
  sandbox.write("check.R", "source('" BCDBENCH_SOURCE_DIR "/results/readers/bcdbench.R')\n" + std::string(R"r(
check <- function(runs) {
  stopifnot(nrow(runs) == 24, setequal(unique(runs$iteration), 0:3), is.numeric(runs$train_loss))
  stopifnot('9007199254740993' %in% runs$seed, 'd\u00e9d\u00e9, "x"' %in% enc2utf8(runs$variant))
  stopifnot(is.logical(runs$network.bias), is.numeric(runs$dataset.n), all(is.na(runs$parameters.beta1[runs$algorithm == 'sgd'])))
  one <- runs[runs$record == ')r") +
                               record.id + "', ]\n  stopifnot(identical(one$train_loss[order(one$iteration)], c(" + numbers +
                               ")))\n}\n" + R"r(
check(load_bcdbench('out/export/iterations.csv'))
if (requireNamespace('jsonlite', quietly = TRUE)) {
  check(load_bcdbench('out'))
  writeLines('{', list.files('out/runs', '[.]json$', full.names = TRUE)[1])  # the control: a damaged record is left out and named
  said <- NULL
  rest <- withCallingHandlers(load_bcdbench('out'), warning = function(w) { said <<- conditionMessage(w); invokeRestart('muffleWarning') })
  stopifnot(grepl('left out', said), nrow(rest) <= 24)
} else {
  stopifnot(grepl('jsonlite', tryCatch(load_bcdbench('out'), error = conditionMessage)))
}
)r");
  const std::string command = "cd '" + sandbox.path(".").string() + "' && LC_ALL=C.UTF-8 Rscript check.R";
  CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("bcdbench.py reads what the records hold", "[runs][python]") {
  const std::string interpreter = python();
  if (interpreter.empty()) return;
  const Made sandbox;
  sandbox.write("other.toml", with(tiny("other"), "'slow'", "'gradient'"));
  REQUIRE(sandbox.run("run other.toml").code == 0);
  const bcd::RunRecord record = bcd::read_record(records(sandbox)[0]);
  std::ostringstream numbers;
  for (const double x : record.trace.column("train_loss")) numbers << bcd::number_text(x) << ", ";
  // Without pandas, then with something that stands for it.
  sandbox.write("check.py", "import sys, warnings\nsys.path.insert(0, '" BCDBENCH_SOURCE_DIR "/results/readers')\n" +
                                std::string("sys.modules['pandas'] = None\nimport numpy as np, bcdbench\n") +
                                "warnings.simplefilter('error')\nruns = bcdbench.load('out')\nassert len(runs) == 8, runs\n" +
                                "run = [r for r in runs if r.id == '" + record.id + "' and r.experiment == 'tiny'][0]\n" +
                                "assert run.variant == '" + record.variant() +
                                "' and run.seed == " + std::to_string(record.seed()) + "\n" +
                                "assert list(run.trace['train_loss']) == [" + numbers.str() + "]\n" + R"py(
assert [r.seed for r in bcdbench.load('out', experiment='other', variant=['gradient'])] == [1, 2]
assert bcdbench.load('out', status='Failed') == []
table = bcdbench.table(runs)
assert all(len(column) == 32 for column in table.values())
assert table['seed'].dtype.kind == 'i' and table['train_loss'].dtype == float
assert 'parameters.learning_rate' in table and 'dataset.n' in table
for k in range(4):
    assert set(table['iteration'][k::4]) == {k}
sys.modules['pandas'] = type('pandas', (), {'DataFrame': staticmethod(lambda columns: ('frame', columns))})
assert bcdbench.table(runs)[0] == 'frame'
with open('out/runs/' + run.id + '.csv', 'a') as trace:
    trace.write('9,9\n')  # the control: a changed trace is no run
warnings.simplefilter('ignore')
assert len(bcdbench.load('out')) == 6
try:
    bcdbench.load('nowhere')
    assert False
except FileNotFoundError as fault:
    assert 'nowhere' in str(fault)
)py");
  const std::string command = "cd '" + sandbox.path(".").string() + "' && " + interpreter + " check.py";
  CHECK(std::system(command.c_str()) == 0);
}
