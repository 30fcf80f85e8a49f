// Who may include whom: the rule of CONTRIBUTING.md, over every #include of the tree.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "checkout.hpp"
#include "tests/support/catch.hpp"

namespace fs = std::filesystem;

namespace {

/// Folder -> folder it includes -> the includes, as "file: included".
using Includes = std::map<std::string, std::map<std::string, std::vector<std::string>>>;

/// "algorithms/zeng2019", "experiments/cli", "plots/kinds"; a file directly in a top folder belongs to that folder.
std::string folder_of(const fs::path& file) { return file.parent_path().generic_string(); }

Includes read_includes(const fs::path& root) {
  static const std::regex form("^#include \"([^\"]+)\"");
  Includes all;
  for (const char* top : {"algorithms", "datasets", "results", "plots", "experiments"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / top)) {
      const fs::path file = fs::relative(entry.path(), root);
      if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
      if (file.generic_string().find("/templates/") != std::string::npos) continue;
      std::ifstream in(entry.path());
      std::smatch match;
      for (std::string line; std::getline(in, line);)
        if (std::regex_search(line, match, form))
          all[folder_of(file)][folder_of(match[1].str())].push_back(file.generic_string() + ": " + match[1].str());
    }
  return all;
}

/// The height of a folder: it may include what is lower, or its own. Equal heights are strangers (two papers).
int height(const std::string& folder) {
  static const std::map<std::string, int> heights = {
      {"", 0},  // what the build writes
      {"algorithms/core", 1},
      {"algorithms", 3},
      {"datasets/embedded", 3},
      {"datasets", 4},
      {"datasets/file", 5},
      {"results", 4},
      {"results/statistics", 5},
      {"results/expression", 5},
      {"results/rates", 6},
      {"results/compare", 7},
      {"plots", 8},
      {"plots/kinds", 9},
      {"plots/report", 11},
      {"experiments/build", 12},
      {"experiments/toml", 13},
      {"experiments", 14},  // experiment.hpp; main.cpp is apart
      {"experiments/claims", 15},
      {"experiments/file", 16},
      {"experiments/run", 17},
      {"experiments/outside", 18},
      {"experiments/report", 18},
      {"experiments/cli", 19},
  };
  if (folder.starts_with("algorithms/") && folder != "algorithms/core") return 2;  // a paper
  const auto found = heights.find(folder);
  if (found == heights.end())
    FAIL("the folder " << folder << " has no place in the rule; give it one here and in CONTRIBUTING.md");
  return found->second;
}

/// Arrows that the order of the folders does not allow, in words.
std::vector<std::string> wrong_arrows(const Includes& includes) {
  std::vector<std::string> wrong;
  for (const auto& [from, targets] : includes)
    for (const auto& [to, lines] : targets) {
      if (from == to || height(to) < height(from)) continue;
      for (const std::string& line : lines)
        if (!line.starts_with("experiments/main.cpp:")) wrong.push_back(line);
    }
  return wrong;
}

/// Names of methods and papers in the sources of core, comments included.
std::vector<std::string> names_in_core(const fs::path& root, const std::regex& names) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(root / "algorithms/core")) {
    if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
    std::ifstream in(entry.path());
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      if (std::regex_search(line, names))
        found.push_back(entry.path().filename().string() + ":" + std::to_string(number) + ": " + line);
    }
  }
  return found;
}

const fs::path kRoot = BCDBENCH_SOURCE_DIR;

/// "experiments/run/run_loop", "results/expression/*": what the list of the core's parts names, without algorithms/core.
std::vector<std::string> parts_of_a_run(const std::string& list) {
  std::vector<std::string> parts;
  const std::regex form("(experiments|results)/[a-z_/*]+");
  for (std::sregex_iterator match(list.begin(), list.end(), form), end; match != end; ++match) parts.push_back(match->str());
  return parts;
}

/// What those parts include, from experiments/ and results/, and is no part itself.
std::set<std::string> left_out(const std::vector<std::string>& parts) {
  const auto is_part = [&](const std::string& stem) {
    return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
      return part.ends_with("/*") ? stem.starts_with(part.substr(0, part.size() - 1)) : stem == part;
    });
  };
  std::set<std::string> outside;
  const std::regex form("^#include \"((experiments|results)/[^\"]+)\\.hpp\"");
  for (const char* top : {"experiments", "results"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const fs::path file = fs::relative(entry.path(), kRoot);
      if (!is_part(fs::path(file).replace_extension().generic_string())) continue;
      std::ifstream in(entry.path());
      std::smatch match;
      for (std::string line; std::getline(in, line);)
        if (std::regex_search(line, match, form) && !is_part(match[1].str())) outside.insert(match[1].str());
    }
  return outside;
}

}  // namespace

TEST_CASE("includes go one way: from the command line down to the core, never from paper to paper", "[contract][dependency]") {
  for (const std::string& line : wrong_arrows(read_includes(kRoot))) FAIL_CHECK(line);
}

TEST_CASE("the rule about includes catches an arrow up and an arrow between papers", "[contract][dependency]") {
  Includes bad;
  bad["results"]["experiments/run"] = {"results/a.cpp: experiments/run/b.hpp"};
  bad["algorithms/zeng2019"]["algorithms/wang2018"] = {"algorithms/zeng2019/a.cpp: algorithms/wang2018/b.hpp"};
  bad["algorithms/core"]["algorithms/zeng2019"] = {"algorithms/core/a.cpp: algorithms/zeng2019/b.hpp"};
  bad["experiments/cli"]["algorithms/core"] = {"experiments/cli/a.cpp: algorithms/core/b.hpp"};
  CHECK(wrong_arrows(bad).size() == 3);
}

TEST_CASE("the core names no folder of a paper and none of their methods", "[contract][dependency]") {
  const std::regex names("algorithms/(?!core|registry)[a-z]|\\b(bcd2|bcd3|bcd_resnet|dlam|mdlam|bsum|admm)_");
  for (const std::string& line : names_in_core(kRoot, names)) FAIL_CHECK(line);
}

TEST_CASE("every folder of the tree says what it is for", "[contract][dependency]") {
  for (const char* top : {"algorithms", "datasets", "experiments", "plots", "results", "tests"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kRoot / top)) {
      const std::string path = fs::relative(entry.path(), kRoot).generic_string();
      const bool data = path.find("vendor") != std::string::npos || path.find("embedded") != std::string::npos ||
                        path.find("gallery") != std::string::npos || path.find("templates") != std::string::npos ||
                        path.find("refused") != std::string::npos || path.starts_with("results/archive/") ||
                        path.find("__pycache__") != std::string::npos;  // Python writes it beside a module
      if (!entry.is_directory() || data) continue;
      CAPTURE(path);
      CHECK(fs::is_regular_file(entry.path() / "README.md"));
    }
}

TEST_CASE("what decides the numbers of a run counts for its name", "[contract][dependency]") {
  std::ifstream in(kRoot / "experiments/build/code_version.cmake");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t begin = text.find("code_files(core");
  REQUIRE(begin != std::string::npos);
  std::vector<std::string> parts = parts_of_a_run(text.substr(begin, text.find(')', begin) - begin));
  // Descriptions; what makes the configuration, which is in the name itself; what passes numbers on without making any.
  const std::set<std::string> without_numbers = {"experiments/experiment",
                                                 "experiments/claims/read",
                                                 "experiments/claims/words",
                                                 "experiments/file/columns",
                                                 "experiments/file/resolve",
                                                 "experiments/file/stopping",
                                                 "experiments/toml/section",
                                                 "experiments/run/checkpoint",
                                                 "experiments/run/clock",
                                                 "experiments/run/interrupt",
                                                 "experiments/run/npy",
                                                 "results/record",
                                                 "results/json"};
  for (const std::string& stem : left_out(parts)) {
    CAPTURE(stem);
    CHECK(without_numbers.contains(stem));
  }
  std::erase(parts, "experiments/run/evaluator");  // a part that is forgotten is seen
  CHECK(left_out(parts).contains("experiments/run/evaluator"));
}
