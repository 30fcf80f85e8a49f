#include "experiments/report/sqlite.hpp"

#include "algorithms/core/usage_error.hpp"

#ifdef BCDBENCH_SQLITE
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <memory>

#include "algorithms/core/plain_text.hpp"
#include "results/json.hpp"
#endif

namespace bcd {

#ifndef BCDBENCH_SQLITE

void require_sqlite() {
  throw UsageError(
      "this program was built without SQLite; install libsqlite3-dev (Debian, Ubuntu) and build again, or export csv or jsonl");
}
void write_sqlite(const std::vector<TidyRun>&, const TidyColumns&, const std::filesystem::path&) { require_sqlite(); }

#else

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// An identifier of SQL.
std::string quoted(const std::string& name) {
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// Names of columns in the order of `names`: SQL does not tell upper from lower case, so that a later one may get a number.
std::vector<std::string> distinct(const std::vector<std::string>& names) {
  std::set<std::string> taken;
  std::vector<std::string> out;
  for (const std::string& name : names) {
    std::string free = name;
    const auto lower = [](std::string text) {
      std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
      return text;
    };
    for (int i = 2; !taken.insert(lower(free)).second; ++i) free = name + "_" + std::to_string(i);
    out.push_back(free);
  }
  return out;
}

/// A database that is a file only when all is written.
class Database {
 public:
  explicit Database(const fs::path& file) : file_(file), unfinished_(file.string() + ".tmp-" + std::to_string(::getpid())) {
    std::error_code none;
    fs::remove(unfinished_, none);
    const int code = sqlite3_open_v2(unfinished_.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    if (code != SQLITE_OK) fail();
    run("PRAGMA journal_mode = MEMORY");  // no file beside this one
    run("BEGIN");
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() {
    sqlite3_close(db_);
    std::error_code none;
    fs::remove(unfinished_, none);
  }

  void run(const std::string& sql) {
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  void publish() {
    run("COMMIT");
    if (sqlite3_close(db_) != SQLITE_OK) fail();
    db_ = nullptr;
    fs::rename(unfinished_, file_);
  }
  [[noreturn]] void fail() const {
    throw UsageError("cannot write " + printable(file_.string()) + ": " + sqlite3_errmsg(db_) +
                     "; is the folder writable and the disk not full?");
  }

 private:
  friend class Insert;
  fs::path file_, unfinished_;
  sqlite3* db_ = nullptr;
};

/// Rows for one table.
class Insert {
 public:
  Insert(Database& database, const std::string& table, std::size_t width) : database_(database) {
    std::string sql = "INSERT INTO " + table + " VALUES (";
    for (std::size_t i = 0; i < width; ++i) sql += i == 0 ? "?" : ",?";
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(database.db_, (sql + ")").c_str(), -1, &made, nullptr) != SQLITE_OK) database.fail();
    statement_.reset(made);
  }
  void add(const std::vector<json>& row) {
    for (std::size_t i = 0; i < row.size(); ++i)
      if (bind(static_cast<int>(i) + 1, row[i]) != SQLITE_OK) database_.fail();
    if (sqlite3_step(statement_.get()) != SQLITE_DONE || sqlite3_reset(statement_.get()) != SQLITE_OK) database_.fail();
  }

 private:
  /// Whole numbers beyond 63 bits are texts, which lose no digit; NaN is NULL.
  int bind(int at, const json& value) {
    sqlite3_stmt* s = statement_.get();
    if (value.is_null()) return sqlite3_bind_null(s, at);
    if (value.is_boolean()) return sqlite3_bind_int(s, at, value.get<bool>() ? 1 : 0);
    if (value.is_number_float()) return sqlite3_bind_double(s, at, value.get<double>());
    if (value.is_number_integer() && !(value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX}))
      return sqlite3_bind_int64(s, at, value.get<std::int64_t>());
    const std::string text = value.is_string() ? value.get<std::string>() : json_text(value);
    return sqlite3_bind_text64(s, at, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }

  Database& database_;
  std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement_{nullptr, sqlite3_finalize};
};

/// "a","b" behind `first`; `type` behind each.
std::string declared(const std::string& table, const std::string& first, const std::vector<std::string>& names,
                     const std::string& type) {
  std::string sql = "CREATE TABLE " + table + " (" + first;
  for (const std::string& name : names) sql += ", " + quoted(name) + type;
  return sql;
}

std::vector<json> promise_row(std::int64_t run, const PromiseResult& p) {
  const bool violated = p.violations > 0;
  return {run,
          p.promise.id,
          p.promise.source,
          p.promise.statement,
          p.verdict(),
          p.checks,
          p.violations,
          p.checks > 0 ? json(p.worst_slack) : json(),
          violated ? json(p.first_iteration) : json(),
          violated ? json(p.first_slack) : json(),
          p.not_applicable.empty() ? p.inconclusive : p.not_applicable};
}

/// Every row of the four tables.
void fill(Database& database, const std::vector<TidyRun>& runs, const TidyColumns& columns,
          const std::vector<std::string>& measured, const std::vector<std::string>& settings,
          const std::vector<std::string>& trace) {
  Insert of_columns(database, "columns", 5), of_runs(database, "runs", settings.size()),
      of_trace(database, "trace", trace.size()), of_promises(database, "promises", 11);
  const auto describe = [&](const char* table, const std::string& shown, const std::string& name) {
    const ColumnMeaning meaning = meaning_of(name, std::string(table) == "trace", columns.algorithms);
    of_columns.add({table, shown, name, meaning.unit, meaning.words});
  };
  for (std::size_t i = 0; i < columns.settings.size(); ++i) describe("runs", settings[i + 1], columns.settings[i]);
  describe("trace", "iteration", "iteration");
  for (std::size_t i = 0; i < measured.size(); ++i) describe("trace", trace[i + 2], measured[i]);

  std::int64_t number = 0;
  for (const TidyRun& run : runs) {
    const std::map<std::string, json> own = settings_of(run.facts);
    std::vector<json> row = {++number};
    for (const std::string& name : columns.settings) row.push_back(own.contains(name) ? own.at(name) : json());
    of_runs.add(row);
    for (const PromiseResult& promise : run.facts.promises) of_promises.add(promise_row(number, promise));
    const Trace values = read_record(run.file).trace;
    for (std::size_t k = 0; k < values.rows.size(); ++k) {
      const auto value = [&](const std::string& column) {
        const int c = values.index(column);
        return c < 0 ? std::nan("") : values.rows[k][static_cast<std::size_t>(c)];
      };
      row = {number, static_cast<std::int64_t>(value("iteration"))};
      for (const std::string& column : measured) {
        const double x = value(column);
        row.push_back(std::isnan(x) ? json() : json(x));
      }
      of_trace.add(row);
    }
  }
}

}  // namespace

void require_sqlite() {}

void write_sqlite(const std::vector<TidyRun>& runs, const TidyColumns& columns, const fs::path& file) {
  fs::create_directories(file.parent_path());
  Database database(file);
  std::vector<std::string> measured;  // iteration is the key's
  std::copy_if(columns.measured.begin(), columns.measured.end(), std::back_inserter(measured),
               [](const std::string& name) { return name != "iteration"; });
  std::vector<std::string> settings = {"run"}, trace = {"run", "iteration"};
  settings.insert(settings.end(), columns.settings.begin(), columns.settings.end());
  trace.insert(trace.end(), measured.begin(), measured.end());
  settings = distinct(settings);
  trace = distinct(trace);
  database.run(declared("runs", "run INTEGER PRIMARY KEY", {settings.begin() + 1, settings.end()}, "") + ")");
  database.run(declared("trace", "run INTEGER NOT NULL REFERENCES runs, iteration INTEGER NOT NULL",
                        {trace.begin() + 2, trace.end()}, " REAL") +
               ", PRIMARY KEY (run, iteration)) WITHOUT ROWID");
  database.run(
      "CREATE TABLE promises (run INTEGER NOT NULL REFERENCES runs, id TEXT, source TEXT, statement TEXT, verdict TEXT, "
      "checks INTEGER, violations INTEGER, worst_slack REAL, first_iteration INTEGER, first_slack REAL, reason TEXT)");
  database.run("CREATE TABLE columns (\"table\" TEXT, \"column\" TEXT, name TEXT, unit TEXT, meaning TEXT)");

  fill(database, runs, columns, measured, settings, trace);
  database.publish();
}

#endif

}  // namespace bcd
