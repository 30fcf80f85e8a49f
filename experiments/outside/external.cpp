#include "experiments/outside/external.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <system_error>

#include "algorithms/core/parallel.hpp"
#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/restorable.hpp"
#include "algorithms/registry.hpp"
#include "experiments/file/formulas.hpp"
#include "experiments/outside/child_process.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/npy.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kQuoted = 80;  // of a text that is wrong

/// A parameter of free text.
struct Text {
  std::string value;
  static Text parse(const std::string& text) { return {text}; }
  std::string text() const { return value; }
};

/// A parameter that is a JSON object.
struct Object {
  json value = json::object();
  static Object parse(const std::string& text) {
    std::string fault;
    json value;
    try {
      value = parse_json(text);
    } catch (const UsageError& e) {
      fault = std::string(" (") + e.what() + ")";
    }
    const std::string shown = printable(text.substr(0, kQuoted)) + (text.size() > kQuoted ? "..." : "");
    if (!value.is_object()) throw UsageError("write a JSON object, for example {\"eta\": 0.1}; got '" + shown + "'" + fault);
    return {std::move(value)};
  }
  std::string text() const { return json_text(value); }
};

/// A folder that goes with the object.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "bcdbench-external-XXXXXX").string();
    if (!text_fault(name).empty())  // the command hears of it in JSON
      throw std::runtime_error("the name of the temporary folder " + printable(name) + " " + text_fault(name) +
                               "; set TMPDIR to another one");
    if (::mkdtemp(name.data()) == nullptr)
      throw std::runtime_error("no temporary folder in " + fs::temp_directory_path().string() + ": " +
                               std::generic_category().message(errno));
    path = name;
    set_folder_to_remove(path.c_str());
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
    set_folder_to_remove(nullptr);
  }
  fs::path path;
};

/// The last lines of a file, at most `bytes` of it.
std::string tail(const fs::path& file, std::streamoff bytes) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const std::streamoff from = std::max<std::streamoff>(0, in.tellg() - bytes);
  in.seekg(from);
  std::ostringstream content;
  content << in.rdbuf();
  const std::string text = content.str();
  return from == 0 ? text : text.substr(text.find('\n') + 1);
}

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text.substr(text.rfind('\n') + 1);
}

json description(const Network& net) {
  json widths = {net.input}, activations = json::array(), skips = json::array();
  for (int i = 1; i <= net.N(); ++i) {
    widths.push_back(net.d(i));
    activations.push_back(net.sigma(i).text());
    skips.push_back(net.skip(i));
  }
  return {{"widths", widths}, {"activations", activations}, {"skip", skips}, {"bias", net.bias}};
}

/// What the command may not measure itself: columns of the trace that are the program's.
constexpr std::array kReserved = {"iteration",  "train_seconds", "evaluate_seconds", "record_seconds",
                                  "train_loss", "test_loss",     "train_accuracy",   "test_accuracy"};

bool is_column_name(const std::string& name) {
  return !name.empty() && std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end() &&
         !is_requested_column(name) &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
}

constexpr Index kLargestBlock = 1000000000;  // numbers

/// [rows, columns]; {0, 0} for what is no shape.
std::pair<Index, Index> shape_of(const json& shape) {
  if (!shape.is_array() || shape.size() != 2 || !shape[0].is_number_unsigned() || !shape[1].is_number_unsigned()) return {0, 0};
  const Index rows = shape[0].get<Index>(), columns = shape[1].get<Index>();
  return rows < 1 || columns < 1 || columns > kLargestBlock / rows ? std::pair<Index, Index>(0, 0) : std::pair(rows, columns);
}

/// A letter, then letters and digits; W1 and b1 are weights.
bool is_block_name(const std::string& name) {
  const auto alphanumeric = [](unsigned char c) { return std::isalnum(c); };
  if (name.empty() || name.size() > kQuoted || !std::isalpha(static_cast<unsigned char>(name[0])) ||
      !std::all_of(name.begin(), name.end(), alphanumeric))
    return false;
  return (name[0] != 'W' && name[0] != 'b') || name.size() == 1 || !std::isdigit(static_cast<unsigned char>(name[1]));
}

/// The numbers of an answer to "step"; null is a number that is missing.
Measurements measurements_of(const json& answer) {
  Measurements row;
  for (const auto& [name, value] : answer.items()) {
    if (name == "iteration") continue;
    if (!is_column_name(name))
      throw std::runtime_error("named a number '" + printable(name.substr(0, kQuoted)) +
                               "'; names are letters, digits, _ and ., and not those of the program");
    if (!value.is_number() && !value.is_null())
      throw std::runtime_error("gave " + printable(json_text(value).substr(0, kQuoted)) + " for '" + name +
                               "', which is not a number");
    row.emplace_back(name, value.is_null() ? std::nan("") : value.get<double>());
  }
  return row;
}

/// The words of a command of the shell, as far as they may be names of files.
std::vector<std::string> words_of(std::string command) {
  std::replace_if(
      command.begin(), command.end(), [](char c) { return std::string_view("'\"=;&|()<>").find(c) != std::string_view::npos; },
      ' ');
  std::vector<std::string> words;
  std::istringstream text(command);
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

/// Records of before there was the parameter have none: the present folder, as it was then.
fs::path place_of_command(const std::string& folder) { return folder.empty() ? fs::path(".") : fs::path(folder); }

/// What to say of a command that failed where its file lies in the present folder and not where it is run.
std::string elsewhere(const std::string& command, const std::string& folder) {
  std::error_code ignored;
  for (const std::string& word : words_of(command))
    if (fs::path(word).is_relative() && fs::is_regular_file(word, ignored) &&
        !fs::exists(place_of_command(folder) / word, ignored))
      return "; '" + printable(word) +
             "' lies in the present folder, but paths in a command are relative to the experiment file, here " +
             printable(folder);
  return "";
}

template <class T>
class External final : public Algorithm<T>, public Restorable {
 public:
  ParameterList parameters() override {
    ParameterList list;
    list.parsed("command", command_, "a command of the shell", "runs the method; it is told what to do on its standard input");
    list.parsed("folder", folder_of_command_, "a folder",
                "where the command is run, relative to the experiment file; default: the file's own folder");
    list.parsed("options", options_, "a JSON object", "handed to the command as it is");
    list.number("timeout", timeout_, Range::positive(), "seconds to wait for an answer before the run has failed");
    return list;
  }

  std::string not_applicable(const Problem<T>&) const override {
    return command_.value.empty() ? "the parameter 'command' is empty: it says what to run, for example 'python3 method.py'"
                                  : "";
  }

  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) override {
    problem_ = &problem;
    weights_ = w0;
    folder_.emplace();
    seed_ = rng.bits() >> 32;
    write_npy<T>(folder_->path / "X.npy", *problem.X);
    write_npy<T>(folder_->path / "Y.npy", *problem.Y);
    start();
  }
  void state_replaced() override { start(); }

  void step(BlockObserver*) override {
    row_ = said([&] { return measurements_of(ask("step", k_ + 1, {})); });
    ++k_;
    fresh_ = false;
  }

  const Weights<T>& weights() const override {
    fetch();
    return weights_;
  }
  State<T> state() override {
    fetch();
    return whole();
  }
  bool weights_at_hand() const override { return fresh_; }
  void members(Members&) override {}
  std::string not_restorable() const override { return "what the command keeps of its own is not known"; }
  void measure(Measurements& row) const override { row.insert(row.end(), row_.begin(), row_.end()); }
  std::string messages() const override { return folder_ ? tail(error_file(), 4096) : ""; }

 private:
  fs::path error_file() const { return folder_->path / "stderr.txt"; }

  /// A new process, which starts from the present weights.
  void start() {
    child_.reset();
    k_ = 0;
    fresh_ = true;
    row_.clear();
    const fs::path start = folder_->path / "start";
    write_state<T>(start, whole());
    const std::string count = std::to_string(threads());
    const json answer = said([&] {
      child_ = std::make_unique<ChildProcess>(
          command_.value, place_of_command(folder_of_command_.value),
          std::map<std::string, std::string>{
              {"OMP_NUM_THREADS", count}, {"OPENBLAS_NUM_THREADS", count}, {"MKL_NUM_THREADS", count}},
          error_file());
      return ask("start", 0,
                 {{"folder", start.string()},
                  {"X", (folder_->path / "X.npy").string()},
                  {"Y", (folder_->path / "Y.npy").string()},
                  {"network", description(problem_->net)},
                  {"loss", {{"name", problem_->loss.name()}, {"mean", problem_->loss.mean}}},
                  {"precision", sizeof(T) == 4 ? "f32" : "f64"},
                  {"seed", seed_},
                  {"options", options_.value}});
    });
    said([&] { return declare(answer.value("blocks", json::object())); });
  }

  /// The weights, then the command's own blocks.
  State<T> whole() const {
    State<T> state = weight_state(problem_->net, weights_);
    for (auto& [name, value] : blocks_) state.add({name, {value.data(), value.rows(), value.cols()}});
    return state;
  }

  /// The blocks of variables beside the weights: {"V1": [rows, columns], ...}. Their values are fetched with the weights.
  bool declare(const json& blocks) {
    if (!blocks.is_object()) throw std::runtime_error("gave \"blocks\" that are no object: {\"V1\": [rows, columns]}");
    std::map<std::string, Matrix<T>> declared;
    for (const auto& [name, shape] : blocks.items()) {
      const auto [rows, columns] = shape_of(shape);
      if (!is_block_name(name) || rows == 0)
        throw std::runtime_error("gave the block '" + printable(name.substr(0, kQuoted)) +
                                 "': " + printable(json_text(shape).substr(0, kQuoted)) +
                                 "; a block has a name like V1, not that of a weight, and a shape [rows, columns] of at most " +
                                 std::to_string(kLargestBlock) + " numbers");
      declared[name] = Matrix<T>(rows, columns);
    }
    const bool same = declared.size() == blocks_.size() &&
                      std::equal(declared.begin(), declared.end(), blocks_.begin(), [](const auto& a, const auto& b) {
                        return a.first == b.first && a.second.rows() == b.second.rows() && a.second.cols() == b.second.cols();
                      });
    if (same) return true;
    if (!blocks_.empty()) throw std::runtime_error("gave other blocks when it was started again");
    blocks_ = std::move(declared);
    fresh_ = false;
    return false;
  }

  /// The weights of iteration k, which the command writes when it is asked to.
  void fetch() const {
    if (fresh_) return;
    const fs::path folder = folder_->path / "weights";
    fs::remove_all(folder);  // files of an earlier iteration must not pass for those of this one
    fs::create_directory(folder);
    said([&] {
      ask("weights", k_, {{"folder", folder.string()}});
      for (NamedMatrix<T>& part : whole())
        part.value = read_npy<T>(folder / (part.name + ".npy"), part.value.rows(), part.value.cols());
      return 0;
    });
    fresh_ = true;
  }

  /// One request, one answer: a JSON object that repeats the iteration.
  json ask(const char* what, std::int64_t k, json request) const {
    request["do"] = what;
    request["iteration"] = k;
    child_->send(json_text(request), timeout_);
    const std::string line = child_->receive(timeout_);
    const std::string shown =
        "answered '" + printable(line.substr(0, kQuoted)) + (line.size() > kQuoted ? "..." : "") + "' to \"" + what + "\", ";
    const json answer = [&] {
      try {
        return parse_json(line);
      } catch (const UsageError& e) {
        throw std::runtime_error(shown + "which is no JSON object: " + e.what() + " (a missing number is null, not NaN)");
      }
    }();
    if (!answer.is_object()) throw std::runtime_error(shown + "which is no JSON object (a missing number is null, not NaN)");
    if (answer.value("iteration", json()) != k) throw std::runtime_error(shown + "without \"iteration\": " + std::to_string(k));
    return answer;
  }

  /// Runs `body`; what it complains about becomes a sentence on the command, with the last line of its standard error.
  template <class Body>
  auto said(Body&& body) const {
    try {
      return body();
    } catch (const std::exception& e) {
      const std::string last = printable(last_line(tail(error_file(), 1024)));
      throw std::runtime_error("the command '" + printable(command_.value) + "' " + printable(e.what()) +
                               (last.empty() ? "" : "; it said: " + last) +
                               elsewhere(command_.value, folder_of_command_.value));
    }
  }

  Text command_, folder_of_command_;
  Object options_;
  double timeout_ = 600;
  const Problem<T>* problem_ = nullptr;
  std::uint64_t seed_ = 0;
  std::optional<ScratchFolder> folder_;
  std::unique_ptr<ChildProcess> child_;  // after the folder: ends before it goes
  std::int64_t k_ = 0;
  Measurements row_;
  // The last weights that were fetched: a cache, filled by weights().
  mutable Weights<T> weights_;
  mutable std::map<std::string, Matrix<T>> blocks_;  ///< what the command has beside weights
  mutable bool fresh_ = true;
};

/// The words of the command that name files: a script that was edited makes another run.
std::map<std::string, std::string> files_of_command(const ParameterList& parameters) {
  const auto values = parameters.values();
  const fs::path folder = place_of_command(std::get<std::string>(values.at("folder")));
  std::map<std::string, std::string> files;
  std::error_code ignored;
  for (const std::string& word : words_of(std::get<std::string>(values.at("command"))))
    if (fs::is_regular_file(folder / word, ignored)) files[word] = file_checksum(folder / word);
  return files;
}

}  // namespace

Plugin external_plugin() {
  Plugin p = describe<External>("external", "A command in any language that trains on request",
                                "'bcdbench help external' shows the protocol");
  p.files = files_of_command;
  return p;
}

void register_external() {
  static const bool once = (add_plugin(external_plugin()), true);
  (void)once;
}

}  // namespace bcd
