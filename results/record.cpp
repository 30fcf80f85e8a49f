#include "results/record.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>
#include <sstream>
#include <system_error>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "results/gzip.hpp"
#include "results/json.hpp"

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
  json j = {{"id", r.promise.id},
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
  if (r.violations > 0) {
    j["first_left"] = number_to_json(r.first_left);
    j["first_terms"] = json::array();
    for (const auto& [name, value] : r.first_terms) j["first_terms"].push_back({name, number_to_json(value)});
  }
  if (r.tightest != 0) j["tightest"] = number_to_json(r.tightest);
  if (r.unbounded != 0) j["unbounded"] = r.unbounded;
  return j;
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
  if (j.contains("first_left")) r.first_left = number_from_json(j["first_left"]);  // not in records of before, as the next ones
  if (j.contains("first_terms"))
    for (const json& term : j["first_terms"])
      r.first_terms.emplace_back(term.at(0).get<std::string>(), number_from_json(term.at(1)));
  if (j.contains("tightest")) r.tightest = number_from_json(j["tightest"]);
  r.unbounded = j.value("unbounded", std::int64_t{0});
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

/// Held while the two files of a record are written or read, so that nobody sees those of two runs. It goes with the process.
class FolderLock {
 public:
  FolderLock(const fs::path& folder, int kind) : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    while (fd_ >= 0 && ::flock(fd_, kind) != 0 && errno == EINTR) continue;  // a file system without locks: go on without
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }

 private:
  int fd_;
};

/// What was written under `digest` is the hash of everything else.
std::string digest_of(json record) {
  record.erase("digest");
  return short_hash(json_text(record));
}

/// A file that is new, so that nobody else writes it; removed unless it gets its final name.
class NewFile {
 public:
  explicit NewFile(const fs::path& final) : final_(final), folder_(final.has_parent_path() ? final.parent_path() : ".") {
    static std::atomic<unsigned> serial{0};
    path_ = final.string() + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(serial++);
    std::error_code error, ignored;
    fs::create_directories(folder_, error);
    if (error && !fs::is_directory(folder_, ignored))
      throw UsageError("cannot create the folder " + printable(folder_.string()) + ": " + error.message());
    fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd_ < 0) fail(errno);
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!path_.empty()) ::unlink(path_.c_str());
  }

  void write(std::string_view content) {
    while (!content.empty()) {
      const ssize_t count = ::write(fd_, content.data(), content.size());
      if (count < 0 && errno != EINTR) fail(errno);
      if (count > 0) content.remove_prefix(static_cast<std::size_t>(count));
    }
    if (::close(std::exchange(fd_, -1)) != 0) fail(errno);
  }
  void publish() {
    if (::rename(path_.c_str(), final_.c_str()) != 0) fail(errno);
    path_.clear();
  }

 private:
  [[noreturn]] void fail(int error) const {
    throw UsageError("cannot write " + printable(final_.string()) + ": " + std::generic_category().message(error) +
                     "; is the folder writable and the disk not full?");
  }

  fs::path final_, folder_, path_;
  int fd_ = -1;
};

bool is_packed(const fs::path& file) { return file.extension() == ".gz"; }

std::string content_of(const fs::path& file) { return is_packed(file) ? gunzipped(file) : file_content(file); }

/// <id>.csv beside <id>.json, <id>.csv.gz beside <id>.json.gz.
fs::path trace_of(const fs::path& json_file) {
  if (is_packed(json_file)) return fs::path(trace_of(fs::path(json_file).replace_extension())) += ".gz";
  return fs::path(json_file).replace_extension(".csv");
}

Trace read_trace(const fs::path& file, const json& facts) {
  if (!fs::exists(file)) throw UsageError("its trace " + file.filename().string() + " is missing");
  const std::string text = content_of(file);
  if (short_hash(text) == facts.at("digest").get<std::string>()) return parse_csv(text);

  const auto rows = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const std::size_t expected = facts.at("rows").get<std::size_t>() + 1;
  if (rows != expected)
    throw UsageError("its trace " + file.filename().string() + " is cut or of another run: it has " + std::to_string(rows) +
                     " complete lines instead of " + std::to_string(expected));
  throw UsageError("its trace " + file.filename().string() + " was changed after the run");
}

/// What names a run is shown, and compared with what other records say.
void require_plain(const json& config) {
  if (!config.is_object()) throw UsageError("its configuration is no table");
  for (const char* key : {"experiment", "variant"})
    if (config.contains(key))
      if (const std::string fault = text_fault(config[key].get<std::string>()); !fault.empty())
        throw UsageError(std::string("its ") + key + " " + fault);
  if (config.contains("seed") && !config["seed"].is_number_unsigned())
    throw UsageError("its seed is " + json_text(config["seed"]) + ", not a whole number");
}

RunRecord record_from_json(const json& j, const fs::path& json_file, bool with_trace) {
  const int schema = j.at("schema").get<int>();
  if (schema != RunRecord::kSchema)
    throw UsageError("it has schema " + std::to_string(schema) + ", this program reads schema " +
                     std::to_string(RunRecord::kSchema));
  RunRecord record;
  j.at("id").get_to(record.id);
  if (record.id != (is_packed(json_file) ? json_file.stem() : json_file).stem().string())
    throw UsageError("it is the record " + printable(record.id) + ", under another record's name");
  if (j.contains("digest") && j["digest"] != digest_of(j)) throw UsageError("it was changed after the run");
  record.config = j.at("config");
  require_plain(record.config);
  record.provenance = j.at("provenance");
  j.at("status").get_to(record.status);
  j.at("reason").get_to(record.reason);
  for (const json& p : j.at("promises")) record.promises.push_back(promise_from_json(p));
  if (with_trace) record.trace = read_trace(trace_of(json_file), j.at("trace"));
  if (is_packed(json_file)) record.archived = json_file;
  return record;
}

/// Under the folder's lock. An older record must never stand beside a newer trace.
void publish(NewFile& trace, NewFile& facts, const fs::path& json_file) {
  std::error_code ignored;
  fs::remove(json_file, ignored);
  trace.publish();
  facts.publish();
}

RunRecord read(const fs::path& json_file, bool with_trace) {
  const std::string fault = "record " + json_file.string() + ": ";
  const FolderLock lock(json_file.has_parent_path() ? json_file.parent_path() : ".", LOCK_SH);
  if (!fs::exists(json_file)) throw UsageError(fault + "no such file");
  const std::string remedy =
      is_packed(json_file) ? "; take the archive's file from its source again" : "; delete it and run the experiment again";
  try {
    return record_from_json(parse_json(content_of(json_file)), json_file, with_trace);
  } catch (const json::exception& e) {
    throw UsageError(fault + "not a run record (" + e.what() + ")" + remedy);
  } catch (const UsageError& e) {
    throw UsageError(fault + e.what() + remedy);
  }
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

std::string maker_of(const RunRecord& record) {
  const auto fact = [&](const char* key) {
    return record.provenance.is_object() ? record.provenance.value(key, "unknown") : std::string("unknown");
  };
  return "commit " + fact("commit").substr(0, 12) + ", " + fact("cpu");
}

std::string version_mark(const RunRecord& record) {
  const std::string other = record.other_version ? "another version" : "";
  if (record.archived.empty()) return other.empty() ? "" : " (" + other + ")";
  return ", from the archive (" + maker_of(record) + (other.empty() ? ")" : "; " + other + ")");
}

std::string version_mark(const std::vector<const RunRecord*>& records) {
  std::map<std::string, std::string> variants;  // by what is said of them
  std::set<std::pair<std::string, std::string>> named;
  for (const RunRecord* record : records) {
    if (record->archived.empty() && !record->other_version) continue;
    const std::string what = record->archived.empty() ? " (by another version of the code: "
                                                      : ", from the archive (" + maker_of(*record) +
                                                            (record->other_version ? "; another version of the code: " : ": ");
    if (named.emplace(what, record->variant()).second)
      variants[what] += (variants[what].empty() ? "" : ", ") + record->variant();
  }
  std::string text;
  for (const auto& [what, names] : variants) text += what + names + ")";
  return text;
}

void write_record(const fs::path& folder, const RunRecord& record) {
  const fs::path json_file = folder / (record.id + ".json"), csv_file = folder / (record.id + ".csv");
  const std::string csv = csv_text(record.trace);
  json promises = json::array();
  for (const PromiseResult& p : record.promises) promises.push_back(to_json(p));
  json j = {{"schema", RunRecord::kSchema},
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
  j["digest"] = digest_of(j);
  NewFile trace(csv_file), facts(json_file);
  trace.write(csv);
  facts.write(json_text(j, 2) + "\n");

  const FolderLock lock(folder, LOCK_EX);
  publish(trace, facts, json_file);
}

RunRecord read_record(const fs::path& json_file) { return read(json_file, true); }
RunRecord read_record_facts(const fs::path& json_file) { return read(json_file, false); }

void copy_record(const fs::path& json_file, const fs::path& folder) {
  const auto csv = [](fs::path file) { return file.replace_extension(".csv"); };
  const fs::path to = folder / json_file.filename();
  NewFile trace(csv(to)), facts(to);
  trace.write(file_content(csv(json_file)));
  facts.write(file_content(json_file));
  const FolderLock lock(folder, LOCK_EX);
  publish(trace, facts, to);
}

void remove_record(const fs::path& json_file) {
  const FolderLock lock(json_file.has_parent_path() ? json_file.parent_path() : ".", LOCK_EX);
  for (const fs::path& file : {json_file, fs::path(json_file).replace_extension(".csv")}) {  // what says it is whole goes first
    std::error_code error;
    if (fs::remove(file, error); error) throw UsageError("cannot remove " + file.string() + ": " + error.message());
  }
}

bool record_exists(const fs::path& folder, const std::string& id) { return fs::exists(folder / (id + ".json")); }

void write_file_atomically(const fs::path& file, const std::string& content) {
  std::error_code none;
  const fs::file_status there = fs::status(file, none);
  if (fs::exists(there) && !fs::is_regular_file(there) && !fs::is_directory(there)) {
    // A pipe, /dev/stdout, /dev/null: it takes the text, and no file must take its place.
    std::ofstream out(file, std::ios::binary);
    if (!(out << content << std::flush)) throw UsageError("cannot write " + file.string());
    return;
  }
  NewFile fresh(fs::is_regular_file(there) ? fs::canonical(file) : file);  // a link stays one
  fresh.write(content);
  fresh.publish();
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
