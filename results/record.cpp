#include "results/record.hpp"

#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "algorithms/core/parameters.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// JSON has no infinities and no NaN: they are written as the texts "inf", "-inf" and "nan".
json number_to_json(double x) { return std::isfinite(x) ? json(x) : json(number_text(x)); }

double number_from_json(const json& value) {
  if (value.is_number()) return value.get<double>();
  const std::string text = value.get<std::string>();
  if (text == "inf") return std::numeric_limits<double>::infinity();
  if (text == "-inf") return -std::numeric_limits<double>::infinity();
  if (text == "nan" || text == "-nan") return kMissing;
  throw UsageError("'" + text + "' is not a number");
}

json to_json(const PromiseResult& r) {
  return {{"id", r.promise.id},
          {"source", r.promise.source},
          {"statement", r.promise.statement},
          {"constant", r.promise.constant},
          {"assumes", r.promise.assumes},
          {"verdict", r.verdict()},
          {"checks", r.checks},
          {"violations", r.violations},
          {"worst_slack", number_to_json(r.worst_slack)},
          {"worst_ratio", number_to_json(r.worst_ratio)},
          {"worst_iteration", r.worst_iteration},
          {"worst_block", r.worst_block},
          {"first_iteration", r.first_iteration},
          {"first_block", r.first_block},
          {"first_slack", number_to_json(r.first_slack)},
          {"not_applicable", r.not_applicable},
          {"inconclusive", r.inconclusive}};
}

PromiseResult promise_from_json(const json& j) {
  PromiseResult r;
  j.at("id").get_to(r.promise.id);
  j.at("source").get_to(r.promise.source);
  j.at("statement").get_to(r.promise.statement);
  j.at("constant").get_to(r.promise.constant);
  j.at("assumes").get_to(r.promise.assumes);
  j.at("checks").get_to(r.checks);
  j.at("violations").get_to(r.violations);
  r.worst_slack = number_from_json(j.at("worst_slack"));
  r.worst_ratio = number_from_json(j.at("worst_ratio"));
  j.at("worst_iteration").get_to(r.worst_iteration);
  j.at("worst_block").get_to(r.worst_block);
  j.at("first_iteration").get_to(r.first_iteration);
  j.at("first_block").get_to(r.first_block);
  r.first_slack = number_from_json(j.at("first_slack"));
  j.at("not_applicable").get_to(r.not_applicable);
  j.at("inconclusive").get_to(r.inconclusive);
  return r;
}

/// Column names, then one line per iteration; every line ends with a newline, so that a cut file shows.
std::string csv_text(const Trace& trace) {
  std::string text;
  for (std::size_t c = 0; c < trace.columns.size(); ++c) {
    if (trace.columns[c].find_first_of(",\"\r\n") != std::string::npos)
      throw std::logic_error("a column's name must not hold commas, quotes or line ends: " + trace.columns[c]);
    text += (c ? "," : "") + trace.columns[c];
  }
  text += '\n';
  for (const std::vector<double>& row : trace.rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (c) text += ',';
      if (!std::isnan(row[c])) text += number_text(row[c]);
    }
    text += '\n';
  }
  return text;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  for (std::size_t comma; (comma = line.find(',', begin)) != std::string::npos; begin = comma + 1)
    fields.push_back(line.substr(begin, comma - begin));
  fields.push_back(line.substr(begin));
  return fields;
}

double field_value(const std::string& field) {
  if (field.empty()) return kMissing;
  double x = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, x);
  if (error != std::errc{} || stop != end) throw UsageError("'" + field + "' is not a number");
  return x;
}

Trace parse_csv(const std::string& text) {
  Trace trace;
  std::istringstream lines(text);
  std::string line;
  if (!std::getline(lines, line)) throw UsageError("the file is empty");
  if (!line.empty()) trace.columns = split(line);
  while (std::getline(lines, line)) {
    std::vector<double> row;
    if (!trace.columns.empty())
      for (const std::string& field : split(line)) row.push_back(field_value(field));
    if (row.size() != trace.columns.size())
      throw UsageError("line " + std::to_string(trace.rows.size() + 2) + " has " + std::to_string(row.size()) +
                       " fields instead of " + std::to_string(trace.columns.size()));
    trace.rows.push_back(std::move(row));
  }
  return trace;
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  if (!in || !(text << in.rdbuf())) throw UsageError("cannot read " + file.string() + "; run the experiment again");
  return text.str();
}

Trace read_trace(const fs::path& file, const json& facts) {
  if (!fs::exists(file)) throw UsageError("its trace " + file.filename().string() + " is missing");
  const std::string text = read_text(file);
  if (short_hash(text) == facts.at("digest").get<std::string>()) return parse_csv(text);

  const auto rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::size_t expected = facts.at("rows").get<std::size_t>() + 1;
  if (rows != expected)
    throw UsageError("its trace " + file.filename().string() + " is cut or of another run: it has " + std::to_string(rows) +
                     " complete lines instead of " + std::to_string(expected));
  throw UsageError("its trace " + file.filename().string() + " was changed after the run");
}

RunRecord record_from_json(const json& j, const fs::path& json_file) {
  const int schema = j.at("schema").get<int>();
  if (schema != RunRecord::kSchema)
    throw UsageError("it has schema " + std::to_string(schema) + ", this program reads schema " +
                     std::to_string(RunRecord::kSchema));
  RunRecord record;
  j.at("id").get_to(record.id);
  record.config = j.at("config");
  record.provenance = j.at("provenance");
  j.at("status").get_to(record.status);
  j.at("reason").get_to(record.reason);
  for (const json& p : j.at("promises")) record.promises.push_back(promise_from_json(p));
  record.trace = read_trace(fs::path(json_file).replace_extension(".csv"), j.at("trace"));
  return record;
}

}  // namespace

int Trace::index(const std::string& column) const {
  const auto it = std::find(columns.begin(), columns.end(), column);
  return it == columns.end() ? -1 : static_cast<int>(it - columns.begin());
}

std::vector<double> Trace::column(const std::string& name) const {
  std::vector<double> values;
  const int c = index(name);
  if (c < 0) return values;
  values.reserve(rows.size());
  for (const std::vector<double>& row : rows) values.push_back(row[static_cast<std::size_t>(c)]);
  return values;
}

void Trace::append(const Measurements& row) {
  std::vector<double> values(columns.size(), kMissing);
  std::vector<bool> taken(columns.size(), false);
  for (const auto& [name, value] : row) {
    int c = index(name);
    if (c < 0) {
      c = static_cast<int>(columns.size());
      columns.push_back(name);
      values.push_back(kMissing);
      taken.push_back(false);
      for (std::vector<double>& earlier : rows) earlier.push_back(kMissing);
    }
    const auto at = static_cast<std::size_t>(c);
    if (taken[at]) throw std::logic_error("a row of the trace names the column '" + name + "' twice");
    values[at] = value;
    taken[at] = true;
  }
  rows.push_back(std::move(values));
}

void write_record(const fs::path& folder, const RunRecord& record) {
  const fs::path json_file = folder / (record.id + ".json"), csv_file = folder / (record.id + ".csv");
  const std::string csv = csv_text(record.trace);
  json promises = json::array();
  for (const PromiseResult& p : record.promises) promises.push_back(to_json(p));
  const json j = {{"schema", RunRecord::kSchema},
                  {"id", record.id},
                  {"config", record.config},
                  {"provenance", record.provenance},
                  {"status", record.status},
                  {"reason", record.reason},
                  {"promises", promises},
                  {"trace",
                   {{"file", csv_file.filename().string()},
                    {"columns", record.trace.columns.size()},
                    {"rows", record.trace.rows.size()},
                    {"digest", short_hash(csv)}}}};
  const std::string text = j.dump(2, ' ', false, json::error_handler_t::replace) + "\n";

  std::error_code ignored;
  fs::remove(json_file, ignored);  // an older record must never stand beside a newer trace
  write_file_atomically(csv_file, csv);
  write_file_atomically(json_file, text);
}

RunRecord read_record(const fs::path& json_file) {
  const std::string fault = "record " + json_file.string() + ": ";
  if (!fs::exists(json_file)) throw UsageError(fault + "no such file");
  const std::string text = read_text(json_file);
  try {
    return record_from_json(json::parse(text), json_file);
  } catch (const json::parse_error& e) {
    throw UsageError(fault + "not JSON (" + e.what() + "); delete it and run the experiment again");
  } catch (const json::exception& e) {
    throw UsageError(fault + "not a run record (" + e.what() + "); delete it and run the experiment again");
  } catch (const UsageError& e) {
    throw UsageError(fault + e.what() + "; delete it and run the experiment again");
  }
}

bool record_exists(const fs::path& folder, const std::string& id) { return fs::exists(folder / (id + ".json")); }

void write_file_atomically(const fs::path& file, const std::string& content) {
  static std::atomic<unsigned> serial{0};
  std::error_code error;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  if (error) throw UsageError("cannot create the folder " + file.parent_path().string() + ": " + error.message());

  const fs::path temporary = file.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
  {
    std::ofstream out(temporary, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.close();
    if (!out) error = std::make_error_code(std::errc::io_error);
  }
  if (!error) fs::rename(temporary, file, error);
  if (error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw UsageError("cannot write " + file.string() + ": " + error.message() +
                     "; is the folder writable and the disk not full?");
  }
}

std::string short_hash(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available in OpenSSL");
  static constexpr char kHex[] = "0123456789abcdef";
  std::string hex;
  for (int i = 0; i < 8; ++i) {
    hex += kHex[digest[i] >> 4];
    hex += kHex[digest[i] & 15];
  }
  return hex;
}

}  // namespace bcd
