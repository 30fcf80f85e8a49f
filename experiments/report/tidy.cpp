#include "experiments/report/tidy.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/file/formulas.hpp"
#include "experiments/report/sqlite.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// The settings of a run by dotted names, "parameters.alpha"; a list is its JSON text.
void flatten(const json& value, const std::string& name, std::map<std::string, json>& settings) {
  if (value.is_object())
    for (const auto& [key, inner] : value.items()) flatten(inner, name.empty() ? key : name + "." + key, settings);
  else
    settings[name] = value.is_array() ? json(json_text(value)) : value;
}

/// The field of a table: texts with commas, quotes or line ends in quotes.
std::string field(const json& value) {
  const std::string text = value.is_null()           ? ""
                           : value.is_string()       ? value.get<std::string>()
                           : value.is_number_float() ? number_text(value.get<double>())
                                                     : json_text(value);
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_line(const std::vector<json>& row) {
  std::string line;
  for (const json& value : row) line += (&value == &row.front() ? "" : ",") + field(value);
  return line;
}

std::string json_line(const std::vector<std::string>& columns, const std::vector<json>& row) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < row.size(); ++i)
    if (!row[i].is_null()) object[columns[i]] = row[i];
  return json_text(object);
}

/// The infinities are texts, which JSON lacks.
json number(double x) { return std::isnan(x) ? json() : std::isfinite(x) ? json(x) : json(number_text(x)); }

const std::map<std::string, ColumnMeaning>& known_columns() {
  static const std::map<std::string, ColumnMeaning> list = {
      {"record", {"", "id of the record"}},
      {"experiment", {"", "experiment that asked for the run"}},
      {"variant", {"", "label of the variant"}},
      {"algorithm", {"", "algorithm"}},
      {"seed", {"", "seed of the run"}},
      {"status", {"", "how the run ended"}},
      {"other_version", {"", "whether another version of the code made the record"}},
      {"archive", {"", "who made the record, where it is from the archive"}},
      {"iteration", {"1", "sweeps or epochs done"}},
      {"train_seconds", {"s", "time within the algorithm's step, from the start"}},
      {"evaluate_seconds", {"s", "time of evaluator, audit and measurements, from the start"}},
      {"record_seconds", {"s", "time of keeping the trace, from the start"}},
      {"train_loss", {"of the loss", "training risk as the loss defines it"}},
      {"test_loss", {"of the loss", "mean loss over the test samples"}},
      {"train_accuracy", {"1", "share of the training samples whose largest output is their class"}},
      {"test_accuracy", {"1", "the same over the test samples"}},
      {"matrix_products", {"1", "products of matrices over all samples so far"}},
      {"flops", {"flop", "floating-point operations so far"}},
      {"run.time_limit", {"s", "limit on the training time; 0: none"}}};
  return list;
}

/// step2, norm2, gradient2, and those of one part: step2.V1.
ColumnMeaning requested_meaning(const std::string& column) {
  const std::size_t dot = column.find('.');
  const std::string kind = column.substr(0, dot);
  const std::string part = dot == std::string::npos ? "the weights" : column.substr(dot + 1);
  if (kind == "gradient2") return {"(loss/weight)^2", "squared norm of the gradient of the training risk in " + part};
  const std::string unit = dot == std::string::npos ? "weight^2" : part + "^2";
  return {unit, kind == "step2" ? "squared length of the last step of " + part : "squared norm of " + part};
}

/// What the algorithms of the runs say of a parameter.
std::string help_of(const std::string& parameter, const std::set<std::string>& algorithms) {
  for (const Plugin& plugin : plugins()) {
    if (!algorithms.contains(plugin.name)) continue;
    const auto algorithm = plugin.make<double>();
    const ParameterList list = algorithm->parameters();
    for (const Parameter& own : list.all())
      if (own.name == parameter) return own.help;
  }
  return "parameter of the algorithm";
}

/// A file that is written row by row and gets its name at the end.
class Rows {
 public:
  explicit Rows(const fs::path& file) : file_(file), unfinished_(file.string() + ".tmp"), out_(unfinished_) {}
  std::ostream& operator()() { return out_; }
  void publish() {
    out_.close();
    if (!out_) throw UsageError("cannot write " + file_.string() + "; is the folder writable and the disk not full?");
    fs::rename(unfinished_, file_);
  }

 private:
  fs::path file_, unfinished_;
  std::ofstream out_;
};

std::string header_text(const TidyColumns& all) {
  std::string text = "column,kind,unit,meaning\n";
  for (const auto* columns : {&all.settings, &all.measured})
    for (const std::string& column : *columns) {
      const ColumnMeaning meaning = meaning_of(column, columns == &all.measured, all.algorithms);
      text += field(column) + (columns == &all.measured ? ",measured," : ",setting,") + field(meaning.unit) + "," +
              field(meaning.words) + "\n";
    }
  return text;
}

/// Names first, then the settings by their names.
std::vector<std::string> in_order(const std::set<std::string>& settings) {
  std::vector<std::string> order = {"record", "experiment", "variant", "algorithm", "seed", "status", "other_version"};
  for (const std::string& name : settings)
    if (std::find(order.begin(), order.end(), name) == order.end()) order.push_back(name);
  return order;
}

}  // namespace

std::map<std::string, json> settings_of(const RunRecord& record) {
  std::map<std::string, json> settings;
  flatten(record.config, "", settings);
  settings["record"] = record.id;
  settings["status"] = record.status;
  settings["other_version"] = record.other_version;
  if (!record.archived.empty()) settings["archive"] = maker_of(record);
  return settings;
}

ColumnMeaning meaning_of(const std::string& column, bool measured, const std::set<std::string>& algorithms) {
  const auto starts = [&](const char* with) { return column.rfind(with, 0) == 0; };
  if (const auto at = known_columns().find(column); at != known_columns().end()) return at->second;
  if (starts("slack:")) return {"of the promise", "smallest slack (right minus left side) of the promise since the row above"};
  if (starts("rounding:")) return {"as " + column.substr(9), "bound on the rounding error of " + column.substr(9)};
  if (is_requested_column(column)) return requested_meaning(column);
  if (measured) return {"", "the algorithm's or its audit's own: the README of the paper's folder"};
  if (starts("parameters.")) return {"", help_of(column.substr(11), algorithms)};
  return {"", "setting of the experiment file"};
}

TidyColumns columns_of(const std::vector<TidyRun>& runs) {
  TidyColumns columns;
  std::set<std::string> names;
  for (const TidyRun& run : runs) {
    for (const auto& [name, value] : settings_of(run.facts)) names.insert(name);
    columns.algorithms.insert(run.facts.config.value("algorithm", ""));
    for (const std::string& column : read_record(run.file).trace.columns)
      if (std::find(columns.measured.begin(), columns.measured.end(), column) == columns.measured.end())
        columns.measured.push_back(column);
  }
  columns.settings = in_order(names);
  return columns;
}

std::vector<fs::path> write_tidy(const std::vector<TidyRun>& runs, const fs::path& folder,
                                 const std::vector<std::string>& formats) {
  const TidyColumns all = columns_of(runs);
  const auto& [settings, measured, algorithms] = all;
  std::vector<std::string> columns = settings;
  columns.insert(columns.end(), measured.begin(), measured.end());

  std::vector<fs::path> files = {folder / "columns.csv"};
  write_file_atomically(files.front(), header_text(all));
  for (const std::string& format : formats) {
    if (format == "sqlite") {
      files.push_back(folder / "runs.sqlite");
      write_sqlite(runs, all, files.back());
      continue;
    }
    const bool csv = format == "csv";
    files.push_back(folder / ("iterations." + format));
    Rows rows(files.back());
    if (csv) rows() << csv_line({columns.begin(), columns.end()}) << "\n";
    for (const TidyRun& run : runs) {
      const std::map<std::string, json> own = settings_of(run.facts);
      const Trace trace = read_record(run.file).trace;
      for (const std::vector<double>& values : trace.rows) {
        const auto value = [&](const std::string& column) {
          const int c = trace.index(column);
          return c < 0 ? std::nan("") : values[static_cast<std::size_t>(c)];
        };
        std::vector<json> row;  // null: this run has no such setting, or did not measure it
        for (const std::string& name : settings) row.push_back(own.contains(name) ? own.at(name) : json());
        for (const std::string& column : measured) row.push_back(number(value(column)));
        rows() << (csv ? csv_line(row) : json_line(columns, row)) << "\n";
      }
    }
    rows.publish();
  }
  return files;
}

}  // namespace bcd
