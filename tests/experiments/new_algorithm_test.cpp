// What new-algorithm writes and refuses. That it builds and passes the contract is tested in tests/example_plugin.
#include "experiments/outside/new_algorithm.hpp"

#include <fstream>
#include <sstream>

#include "algorithms/registry.hpp"
#include "checkout.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using bcd::UsageError;
using bcd::test::TemporaryFolder;
namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// The parts of the source tree that matter: registry, core, the folder of the tests.
struct Checkout : TemporaryFolder {
  Checkout() {
    const fs::path source = BCDBENCH_SOURCE_DIR;
    fs::create_directories(path / "algorithms");
    fs::create_directories(path / "tests/algorithms");
    fs::copy(source / "CMakeLists.txt", path);
    fs::copy(source / "algorithms/registry.cpp", path / "algorithms");
    fs::copy(source / "algorithms/core", path / "algorithms/core", fs::copy_options::recursive);
  }
  std::string registry() const { return read_text(path / "algorithms/registry.cpp"); }
  std::size_t entries() const {
    const fs::recursive_directory_iterator all(path);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
};

}  // namespace

TEST_CASE("a new algorithm stands in the registry at its place of the alphabet", "[new-algorithm]") {
  const std::string registry =
      "namespace adam { std::vector<Plugin> paper(); }\nnamespace sgd { std::vector<Plugin> paper(); }\n// clang-format on\n"
      "  add(\"adam\", adam::paper());\n  add(\"sgd\", sgd::paper());\n  return list;\n";
  const auto before = [&](const std::string& name, const std::string& first, const std::string& second) {
    const std::string text = bcd::registry_with(registry, name);
    CHECK_THAT(text, Contains(first + "namespace " + name + " { std::vector<Plugin> paper(); }\n"));
    CHECK_THAT(text, Contains(second + "  add(\"" + name + "\", " + name + "::paper());\n"));
    CHECK(text.size() > registry.size());
  };
  before("aaa", "", "// clang-format on\n");
  before("lbfgs", "namespace adam { std::vector<Plugin> paper(); }\n", "  add(\"adam\", adam::paper());\n");
  before("zzz", "namespace sgd { std::vector<Plugin> paper(); }\n", "  add(\"sgd\", sgd::paper());\n");
  CHECK_THROWS_WITH(bcd::registry_with("nothing\n", "lbfgs"), Contains("registry.cpp has no lines of algorithms"));
}

TEST_CASE("a new algorithm is five files and two lines of the registry", "[new-algorithm]") {
  const Checkout checkout;
  const auto written = bcd::write_new_algorithm(checkout.path, "block_newton_smith2027");
  REQUIRE(written.size() == 6);
  for (const fs::path& file : written) {
    CAPTURE(file);
    CHECK(fs::file_size(checkout.path / file) > 0);
  }
  CHECK_THAT(read_text(checkout.path / "algorithms/block_newton_smith2027/block_newton_smith2027.hpp"),
             Contains("class BlockNewtonSmith2027 final") && Contains("namespace bcd::block_newton_smith2027"));
  std::string lines = checkout.registry();
  for (const std::string line : {"namespace block_newton_smith2027 { std::vector<Plugin> paper(); }\n",
                                 "  add(\"block_newton_smith2027\", block_newton_smith2027::paper());\n"}) {
    const std::size_t at = lines.find(line);
    REQUIRE(at != std::string::npos);
    lines.erase(at, line.size());
  }
  CHECK(lines == read_text(fs::path(BCDBENCH_SOURCE_DIR) / "algorithms/registry.cpp"));
}

TEST_CASE("a name that will not do is refused and nothing is written", "[new-algorithm]") {
  const Checkout checkout;
  const std::string registry = checkout.registry();
  const std::size_t entries = checkout.entries();
  const auto refuses = [&](const std::string& name, const std::string& part) {
    CAPTURE(name);
    CHECK_THROWS_WITH(bcd::write_new_algorithm(checkout.path, name), Contains("'" + name + "'") && Contains(part));
    CHECK(checkout.registry() == registry);
    CHECK(checkout.entries() == entries);
  };
  for (const char* name : {"", "Newton", "2newton", "newton-cg", "newton_", "_newton", "a__b", "../newton", "n\n"})
    refuses(name, "is not snake case");
  refuses("class", "has a meaning in C++");
  refuses("co_await", "has a meaning in C++");
  refuses("bcd", "has a meaning in C++ or in this program");
  refuses("sgd", "is taken by an algorithm of the program");
  refuses("forward", "is used in algorithms/core");      // a function
  refuses("regulariser", "is used in algorithms/core");  // its class would hide another
}

TEST_CASE("what exists is not written over, and half of an algorithm does not stay", "[new-algorithm]") {
  const Checkout checkout;
  fs::create_directories(checkout.path / "algorithms/mine");
  CHECK_THROWS_WITH(bcd::write_new_algorithm(checkout.path, "mine"), Contains("taken: algorithms/mine exists"));
  std::ofstream(checkout.path / "tests/algorithms/yours_test.cpp") << "mine\n";
  CHECK_THROWS_WITH(bcd::write_new_algorithm(checkout.path, "yours"),
                    Contains("taken: tests/algorithms/yours_test.cpp exists"));
  CHECK(read_text(checkout.path / "tests/algorithms/yours_test.cpp") == "mine\n");

  fs::remove_all(checkout.path / "tests");
  std::ofstream(checkout.path / "tests") << "a file where a folder should be";
  CHECK_THROWS_AS(bcd::write_new_algorithm(checkout.path, "ours"), UsageError);
  CHECK_FALSE(fs::exists(checkout.path / "algorithms/ours"));
  CHECK(checkout.registry() == read_text(fs::path(BCDBENCH_SOURCE_DIR) / "algorithms/registry.cpp"));
  for (const auto& entry : fs::recursive_directory_iterator(checkout.path))
    CHECK_THAT(entry.path().filename().string(), !Contains(".tmp"));
}

TEST_CASE("the source checkout is found from within, and nowhere else", "[new-algorithm]") {
  const Checkout checkout;
  CHECK(bcd::source_checkout(checkout.path / "algorithms/core") == checkout.path);
  const TemporaryFolder elsewhere;
  CHECK_THROWS_WITH(bcd::source_checkout(elsewhere.path), Contains("not within a source checkout"));
}
