// No bit of a result depends on the number of threads: of every algorithm, for the trace with its audit and for every iterate.
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "algorithms/core/parallel.hpp"
#include "algorithms/registry.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/dump.hpp"
#include "experiments/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;
using test::TemporaryFolder;

namespace {

/// Everything is shared out, however small it is; restored at the end of the scope.
struct EverythingShared {
  int threads_before = threads();
  double work_before = work_of_a_thread();
  EverythingShared() { set_work_of_a_thread(0); }
  EverythingShared(const EverythingShared&) = delete;
  EverythingShared& operator=(const EverythingShared&) = delete;
  ~EverythingShared() {
    set_threads(threads_before);
    set_work_of_a_thread(work_before);
  }
};

struct Shape {
  const char* what;
  int inputs, samples;
  const char* hidden;
};
/// Five leaves of samples (core/parallel.hpp) in a small network; and few samples in layers of several pieces of rows and columns,
/// which are those that Akiyama's methods take.
const std::vector<Shape> kShapes = {{"many samples", 6, 1100, "[5, 4]"}, {"wide layers", 120, 40, "[120, 120]"}};

PlannedRun planned(const TemporaryFolder& folder, const std::string& algorithm, const Shape& shape,
                   const std::string& activation, bool bias, const std::string& precision, int seed = 1) {
  const fs::path file = folder.path / "threads.toml";
  std::ofstream(file) << "id = 'threads'\npaper = 'test'\ntitle = 't'\ndescription = 'd'\n[dataset]\nname = 'teacher-student'\n"
                      << "d_in = " << shape.inputs << "\nn = " << shape.samples
                      << "\nn_test = 300\n[network]\nhidden = " << shape.hidden << "\nactivation = '" << activation
                      << "'\nbias = " << (bias ? "true" : "false")
                      << "\n[init]\nkind = 'fan_in'\nscale = 1\n[run]\niterations = 3\nseeds = [" << seed << "]\nprecision = '"
                      << precision << "'\naudit = 'block'\n[[variant]]\nlabel = 'v'\nalgorithm = '" << algorithm << "'\n";
  return load_experiment(file.string()).runs.at(0);
}

/// Every number of the trace but the seconds, by its bits, and every file of the dump but run.json, which holds the date.
std::map<std::string, std::string> all_bits(const PlannedRun& run, const RunRecord& record, const fs::path& folder) {
  std::map<std::string, std::string> found;
  for (const std::string& column : record.trace.columns) {
    if (column.ends_with("_seconds")) continue;
    const std::vector<double> numbers = record.trace.column(column);
    found[column].assign(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(double));
  }
  dump_run(run, {{0, 1, 2, 3}, folder});
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".npy") {
      std::ostringstream content;
      content << std::ifstream(entry.path(), std::ios::binary).rdbuf();
      found[fs::relative(entry.path(), folder).string()] = content.str();
    }
  return found;
}

std::map<std::string, std::string> bits_with(int count, const PlannedRun& run, const TemporaryFolder& folder) {
  set_threads(count);
  RunOptions options;
  options.keep = false;
  const RunRecord record = make_run(run, options);
  INFO(record.status << ": " << record.reason);
  CHECK(record.trace.rows.size() == 4);
  const fs::path dump = folder.path / "dump";
  fs::remove_all(dump);
  return all_bits(run, record, dump);
}

bool applies(const PlannedRun& run) {
  RunOptions options;
  options.keep = false;
  PlannedRun first = run;
  first.iterations = 1;
  first.audit = "off";
  const std::string status = make_run(first, options).status;
  return status == "MaxIterations";
}

}  // namespace

TEST_CASE("no bit of the trace or of an iterate depends on the number of threads", "[threads]") {
  const EverythingShared scope;
  const TemporaryFolder folder;
  for (const Plugin& plugin : plugins()) {
    int tried = 0;
    for (const Shape& shape : kShapes) {
      if (plugin.name == "bsum_ghauch2018" && shape.inputs > 100) continue;  // a Hessian of 14520 rows
      for (const std::string precision : {"f64", "f32"})
        for (const std::string activation : {"tanh", "relu", "sigmoid", "leaky_relu:0.5"})
          for (const bool bias : {true, false}) {
            const PlannedRun run = planned(folder, plugin.name, shape, activation, bias, precision);
            set_threads(1);
            if (!bias && tried > 0) continue;  // without a bias only where none is accepted
            if (!applies(run)) continue;
            ++tried;
            INFO(plugin.name << ", " << shape.what << ", " << activation << ", " << precision);
            const auto one = bits_with(1, run, folder), two = bits_with(2, run, folder), three = bits_with(3, run, folder);
            REQUIRE(one.size() > 8);
            for (const auto& [name, bits] : one) {
              INFO(name);
              CHECK(two.at(name) == bits);
              CHECK(three.at(name) == bits);
            }
          }
    }
    INFO(plugin.name);
    CHECK(tried > 0);
  }
}

TEST_CASE("the comparison of bits sees another seed and the last bit", "[threads]") {
  const EverythingShared scope;
  const TemporaryFolder folder;
  const auto one = bits_with(1, planned(folder, "sgd", kShapes[0], "tanh", true, "f64", 1), folder);
  const auto other = bits_with(1, planned(folder, "sgd", kShapes[0], "tanh", true, "f64", 2), folder);
  CHECK(one.at("train_loss") != other.at("train_loss"));
  CHECK(one.at("iter_00003/W1.npy") != other.at("iter_00003/W1.npy"));

  // The order of a sum over leaves is in its last bits: three leaves from left to right are not three leaves by halves.
  const std::vector<double> leaves = {1, 0x1p-53, 0x1p-53, 0x1p-53};
  CHECK(((leaves[0] + leaves[1]) + leaves[2]) + leaves[3] != (leaves[0] + leaves[1]) + (leaves[2] + leaves[3]));
}
