#include "experiments/run/dump.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "experiments/file/load.hpp"
#include "experiments/run/npy.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/run_name.hpp"
#include "experiments/run/runner.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
using namespace bcd::testing;
namespace fs = std::filesystem;

namespace {

Matrix<double> counting(Index rows, Index cols) {
  Matrix<double> M(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i) M(i, j) = static_cast<double>(10 * i + j) + 0.1;
  return M;
}

/// Writes what NumPy 1.x writes for an array of the machine's default order.
void write_by_hand(const fs::path& file, const std::string& header, const std::vector<double>& values) {
  std::ofstream out(file, std::ios::binary);
  out.write("\x93NUMPY\x01\x00", 8);
  out.put(static_cast<char>(header.size())).put('\0');
  out << header;
  out.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(double)));
}

/// The first Python that has NumPy; empty if there is none.
std::string numpy_interpreter() {
  for (const std::string candidate : {"python3", "/usr/bin/python3"})
    if (std::system((candidate + " -c 'import numpy' > /dev/null 2>&1").c_str()) == 0) return candidate;
  return {};
}

/// Runs a Python script; its exit code says whether its assertions held.
bool holds(const std::string& interpreter, const fs::path& folder, const std::string& script) {
  std::ofstream(folder / "check.py") << script;
  return std::system((interpreter + " '" + (folder / "check.py").string() + "' '" + folder.string() + "'").c_str()) == 0;
}

}  // namespace

TEST_CASE("a matrix reads back from .npy bit for bit, also a window with an outer stride", "[npy]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "M.npy";
  const Matrix<double> M = counting(5, 4);
  write_npy<double>(file, M);
  CHECK(read_npy<double>(file, 5, 4) == M);
  write_npy<double>(file, M.block(1, 1, 3, 2));
  CHECK(read_npy<double>(file, 3, 2) == M.block(1, 1, 3, 2));
  const Matrix<float> F = M.cast<float>();
  write_npy<float>(file, F);
  CHECK(read_npy<float>(file, 5, 4) == F);
  CHECK(folder.files() == 1);
}

TEST_CASE("arrays by rows and one-dimensional arrays are read", "[npy]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "M.npy";
  write_by_hand(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }\n", {1, 2, 3, 4, 5, 6});
  Matrix<double> expected(2, 3);
  expected << 1, 2, 3, 4, 5, 6;
  CHECK(read_npy<double>(file, 2, 3) == expected);
  write_by_hand(file, "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }\n", {7, 8, 9});
  CHECK(read_npy<double>(file, 3, 1) == Vector<double>(Eigen::Vector3d(7, 8, 9)));
}

TEST_CASE("a .npy file that does not fit is refused with file, expected and found", "[npy][errors]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "M.npy";
  write_npy<double>(file, counting(5, 4));
  CHECK_THROWS_WITH(read_npy<double>(file, 4, 5), Contains(file.string()) && Contains("expected shape 4 x 5, found 5 x 4"));
  CHECK_THROWS_WITH(read_npy<float>(file, 5, 4), Contains("'<f8'") && Contains("'<f4'"));
  fs::resize_file(file, fs::file_size(file) - 1);
  CHECK_THROWS_WITH(read_npy<double>(file, 5, 4), Contains("cut"));
  fs::resize_file(file, fs::file_size(file) + 9);
  CHECK_THROWS_WITH(read_npy<double>(file, 5, 4), Contains("bytes after its data"));
  std::ofstream(file) << "hello";
  CHECK_THROWS_WITH(read_npy<double>(file, 5, 4), Contains("not a .npy file"));
  CHECK_THROWS_WITH(read_npy<double>(folder.path / "none.npy", 5, 4), Contains("no such file"));
}

TEST_CASE("a dump holds problem, iterates and recipe, and NumPy recomputes the iterates", "[dump][numpy]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned = fake_cell(plugin);
  dump_run(planned, plugin, {{0, 2}, folder.path});
  for (const char* name :
       {"problem/X.npy", "problem/Y.npy", "iter_00000/W1.npy", "iter_00000/b1.npy", "iter_00002/W1.npy", "run.json"})
    CHECK(fs::exists(folder.path / name));
  CHECK_FALSE(fs::exists(folder.path / "iter_00001"));
  std::ifstream in(folder.path / "run.json");
  CHECK(nlohmann::json::parse(in)["config"] == planned.config);
  const std::string python = numpy_interpreter();
  if (python.empty()) {
    WARN("no python3 with numpy: the comparison with NumPy is skipped");
    return;
  }
  CHECK(holds(python, folder.path, R"(import sys, numpy as np
load = lambda name: np.load(sys.argv[1] + "/" + name + ".npy")
X, Y, W, b = load("problem/X"), load("problem/Y"), load("iter_00000/W1"), load("iter_00000/b1")
assert X.shape == (5, 40) and Y.shape == (3, 40) and W.shape == (3, 5) and b.shape == (3, 1) and X.dtype == np.float64
for k in range(2):
    R = W @ X + b - Y
    W, b = W - 0.1 / 40 * R @ X.T, b - 0.1 / 40 * R.sum(axis=1, keepdims=True)
assert np.allclose(W, load("iter_00002/W1"), rtol=1e-12, atol=1e-14)
assert np.allclose(b, load("iter_00002/b1"), rtol=1e-12, atol=1e-14)
)"));
}

TEST_CASE("a run from a dumped state goes on exactly as the run it was taken from", "[dump][restart]") {
  const auto precision = GENERATE(std::string("f32"), std::string("f64"));
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const auto planned = [&](std::int64_t iterations) {
    return fake_cell(plugin, {}, [&](PlannedRun& c) { c.iterations = iterations, c.precision = precision; });
  };
  RunOptions options;
  options.out = folder.path;
  const RunRecord whole = make_run(planned(5), plugin, options);
  dump_run(planned(5), plugin, {{2}, folder.path / "dump"});
  options.init_from = (folder.path / "dump" / "iter_00002").string();
  const RunRecord rest = make_run(planned(3), plugin, options);
  CHECK(rest.id != run_id(planned(3), plugin));  // another start is another run
  for (const char* name : {"train_loss", "test_loss", "train_accuracy"}) {
    const std::vector<double> all = whole.trace.column(name);
    CHECK(rest.trace.column(name) == std::vector<double>(all.begin() + 2, all.end()));
  }
  CHECK_THROWS_WITH(load_experiment((folder.path / "runs" / (rest.id + ".json")).string()), Contains("--init-from"));
}

TEST_CASE("a start from incomplete or foreign state files is refused and nothing is written", "[dump][restart][errors]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned = fake_cell(plugin);
  const fs::path state = folder.path / "dump" / "iter_00000";
  dump_run(planned, plugin, {{0}, folder.path / "dump"});
  RunOptions options;
  options.out = folder.path / "out";
  options.init_from = state.string();
  SECTION("a missing weight") {
    fs::remove(state / "b1.npy");
    CHECK_THROWS_WITH(make_run(planned, plugin, options), Contains("these files are missing: b1.npy"));
  }
  SECTION("another shape") {
    write_npy<double>(state / "W1.npy", counting(3, 6));
    CHECK_THROWS_WITH(make_run(planned, plugin, options), Contains("W1.npy") && Contains("expected shape 3 x 5, found 3 x 6"));
  }
  SECTION("no such folder") {
    options.init_from = (folder.path / "none").string();
    CHECK_THROWS_WITH(make_run(planned, plugin, options), Contains("no such folder"));
  }
  CHECK_FALSE(fs::exists(options.out));
}

TEST_CASE("a dump into the folder of an earlier one is refused, and the earlier one stays", "[dump][errors]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  const PlannedRun planned = fake_cell(plugin);
  dump_run(planned, plugin, {{0, 1}, folder.path});
  const auto before = folder.files();
  CHECK_THROWS_WITH(dump_run(planned, plugin, {{2}, folder.path}),
                    Contains("holds an earlier dump") && Contains(folder.path.string()));
  CHECK(folder.files() == before);
  CHECK_FALSE(fs::exists(folder.path / "iter_00002"));
}

TEST_CASE("a dump without iterates, of a negative one or of a refused problem writes nothing", "[dump][errors]") {
  const TemporaryFolder folder;
  const Plugin plugin = fake_plugin();
  CHECK_THROWS_WITH(dump_run(fake_cell(plugin), plugin, {{}, folder.path}), Contains("--iterations"));
  CHECK_THROWS_WITH(dump_run(fake_cell(plugin), plugin, {{0, -1}, folder.path}), Contains("got -1"));
  CHECK_THROWS_WITH(dump_run(fake_cell(plugin, {{"refuse", "true"}}), plugin, {{0}, folder.path}),
                    Contains("it was asked to refuse"));
  CHECK(folder.files() == 0);
}
