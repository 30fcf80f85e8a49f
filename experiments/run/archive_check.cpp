#include "experiments/run/archive_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/file/load.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/record_list.hpp"
#include "experiments/run/run_name.hpp"

namespace bcd {

namespace {

using nlohmann::json;

/// What a sum of 4096 terms is off by, in units of the roundoff, with high probability (Higham and Mary 2019: the square root
/// of the length); 4096 is the longest that is not divided further (algorithms/core/README.md).
constexpr double kRoundings = 64;

double unit_roundoff(const PlannedRun& planned) {
  return planned.precision == "f32" ? std::numeric_limits<float>::epsilon() / 2 : std::numeric_limits<double>::epsilon() / 2;
}

PlannedRun moved(PlannedRun planned) {
  const double factor = 1 + kRoundings * unit_roundoff(planned);
  planned.init.scale *= factor;
  planned.init.bias *= factor;
  return planned;
}

template <class T>
std::map<std::string, double> one_sample(const PlannedRun& planned) {
  const PreparedRun<T> prepared(planned, find_plugin(planned.algorithm));
  const auto share = [](Index n) { return n > 0 ? 1.0 / static_cast<double>(n) : 0.0; };
  return {{"train_accuracy", share(prepared.data->X.cols())}, {"test_accuracy", share(prepared.data->X_test.cols())}};
}

bool same_number(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

std::string digits(double x) { return show(x, 17); }

/// The columns that are no clocks.
std::vector<std::string> columns_of(const Trace& trace) {
  std::vector<std::string> columns;
  for (const std::string& column : trace.columns)
    if (!is_a_time(column)) columns.push_back(column);
  return columns;
}

/// A promise that was judged otherwise; empty: none. Promises that the record does not know are no fault.
std::string other_promises(const RunRecord& archived, const RunRecord& again) {
  for (const PromiseResult& was : archived.promises) {
    const auto is = std::find_if(again.promises.begin(), again.promises.end(),
                                 [&](const PromiseResult& p) { return p.promise.id == was.promise.id; });
    if (is == again.promises.end()) return "the promise " + was.promise.id + " was judged, and is not again";
    if (is->verdict() != was.verdict())
      return "the promise " + was.promise.id + ": archived '" + was.verdict() + "', again '" + is->verdict() + "'";
  }
  return "";
}

/// What stands before any number is compared; empty: nothing.
std::string other_shape(const RunRecord& archived, const RunRecord& again) {
  if (archived.status != again.status)
    return "it ended as " + archived.status + " (" + archived.reason + "), again as " + again.status + " (" + again.reason +
           ")";
  if (const std::string fault = other_promises(archived, again); !fault.empty()) return fault;
  if (columns_of(archived.trace) != columns_of(again.trace)) return "the columns are others";
  const bool by_clock = archived.status == "TimeLimit";
  if (!by_clock && archived.trace.rows.size() != again.trace.rows.size())
    return "it has " + std::to_string(archived.trace.rows.size()) + " rows, again " + std::to_string(again.trace.rows.size());
  return "";
}

MadeAgain same_bits(const RunRecord& archived, const RunRecord& again) {
  const std::size_t rows = std::min(archived.trace.rows.size(), again.trace.rows.size());
  for (std::size_t k = 0; k < rows; ++k)
    for (const std::string& column : columns_of(archived.trace)) {
      const double x = archived.trace.rows[k][static_cast<std::size_t>(archived.trace.index(column))],
                   y = again.trace.rows[k][static_cast<std::size_t>(again.trace.index(column))];
      if (!same_number(x, y))
        return {false, column + " in row " + std::to_string(k) + ": archived " + digits(x) + ", again " + digits(y) +
                           "; the same bits were to be expected, made with the same processor and flags"};
    }
  return {true, "the same bits in " + std::to_string(rows) + " rows"};
}

MadeAgain within_bound(const RunRecord& archived, const RunRecord& again, const PlannedRun& planned) {
  RunOptions options;
  options.keep = false;
  const RunRecord other = make_run(moved(planned), options);
  const double rounding = kRoundings * unit_roundoff(planned);
  const std::map<std::string, double> sample =
      planned.precision == "f32" ? one_sample<float>(planned) : one_sample<double>(planned);
  const std::size_t rows = std::min(archived.trace.rows.size(), again.trace.rows.size());
  double worst = 0;
  std::string worst_place;
  for (const std::string& column : columns_of(archived.trace)) {
    const std::vector<double> x = archived.trace.column(column), y = again.trace.column(column), z = other.trace.column(column);
    double scale = 0, apart = 0;
    const auto extra = sample.find(column);
    for (std::size_t k = 0; k < rows; ++k) {
      if (k < z.size() && std::isfinite(z[k]) && std::isfinite(y[k])) apart = std::max(apart, std::abs(z[k] - y[k]));
      if (std::isfinite(y[k])) scale = std::max(scale, std::abs(y[k]));
      if (same_number(x[k], y[k])) continue;
      const double allowed =
                       static_cast<double>(k + 1) * (apart + rounding * scale) + (extra == sample.end() ? 0 : extra->second),
                   found = std::abs(x[k] - y[k]);
      const std::string place = column + " in row " + std::to_string(k);
      if (!(found <= allowed))
        return {false, place + ": archived " + digits(x[k]) + ", again " + digits(y[k]) + "; apart by " + show(found) +
                           ", allowed are " + show(allowed) + " (another processor or compiler)"};
      if (found / allowed > worst) worst = found / allowed, worst_place = place;
    }
  }
  return {true,
          std::to_string(rows) + " rows within the measured bound" +
              (worst_place.empty() ? ", with the same bits" : ", at most " + show(worst) + " of it (" + worst_place + ")")};
}

}  // namespace

bool same_arithmetic(const RunRecord& a, const RunRecord& b) {
  if (!a.provenance.is_object() || !b.provenance.is_object()) return false;
  for (const char* key : {"cpu", "flags", "build_type", "simd", "compiler", "eigen"})
    if (a.provenance.value(key, "unknown") == "unknown" || a.provenance.value(key, "") != b.provenance.value(key, ""))
      return false;
  return true;
}

MadeAgain make_again(const RunRecord& archived) {
  const PlannedRun planned = load_experiment(archived.archived.string()).runs.front();
  if (!is_record_of(archived, config_of(planned, {}))) return {false, "its configuration is read as that of another run"};
  RunOptions options;
  options.keep = false;
  const RunRecord again = make_run(planned, options);
  if (again.status == "Interrupted") return {false, "interrupted"};
  if (const std::string fault = other_shape(archived, again); !fault.empty()) return {false, fault};
  return same_arithmetic(archived, again) ? same_bits(archived, again) : within_bound(archived, again, planned);
}

double seconds_of(const RunRecord& record) {
  double seconds = 0;
  for (const std::string& column : record.trace.columns)
    if (const std::vector<double> values = record.trace.column(column); is_a_time(column) && !values.empty())
      if (std::isfinite(values.back())) seconds += values.back();
  return seconds;
}

}  // namespace bcd
