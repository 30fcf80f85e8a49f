#include "experiments/run/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <limits>
#include <optional>
#include <vector>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "datasets/dataset.hpp"
#include "datasets/files.hpp"
#include "experiments/run/allowed_threads.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/run_name.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// A large data set is not gone through to learn how long that takes: seconds grow with the samples as the counted work does, or,
/// where it is not counted, are affine in the samples, from these two numbers of them.
constexpr Index kFew = 100, kMore = 1000;

constexpr double kTemporaries = 1.5;

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class T>
double bytes_of(const PlannedRun& planned) {
  PreparedRun<T> prepared(planned, find_plugin(planned.algorithm));
  prepared.start(planned);
  const Dataset<T>& data = *prepared.data;
  Index numbers = data.X.size() + data.Y.size() + data.X_test.size() + data.Y_test.size();
  for (const NamedMatrix<T>& m : prepared.algorithm->state()) numbers += m.value.size();
  return static_cast<double>(numbers) * sizeof(T);
}

/// 0: not known, as of a command of the user's.
double bytes_of(const PlannedRun& planned) {
  if (planned.algorithm == "external") return 0;
  return kTemporaries * (planned.precision == "f32" ? bytes_of<float>(planned) : bytes_of<double>(planned));
}

/// A run's first iterations and the work of one of them.
struct Probe {
  Needs times;
  double flops = 0;  ///< 0: not counted
};

/// The clocks of a run are those on the wall. On a busy machine an iteration that is longer than a slice of time shares it with
/// others throughout, so that the share of this thread tells what it would have taken alone; of short ones some are undisturbed.
constexpr double kSlice = 0.02;

Probe probed(PlannedRun planned) {
  planned.iterations = std::min<std::int64_t>(planned.iterations, 8);
  planned.time_limit = 0.5;  // one iteration if it is slow
  planned.evaluate_every = 2;
  RunOptions options;
  options.keep = false;
  const auto begin = std::chrono::steady_clock::now();
  const double own = thread_seconds();
  const RunRecord run = make_run(planned, options);
  const double share =
      (thread_seconds() - own) / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const Trace& trace = run.trace;
  Probe probe;
  if (trace.rows.size() < 2) {
    probe.times.training = kUnknown;
    return probe;
  }
  probe.times.bytes = bytes_of(planned);
  const auto alone = [&](double seconds) { return seconds > kSlice ? std::min(1.0, share) * seconds : seconds; };
  // The least that every `step`-th iteration from `from` took.
  const auto least = [&](const char* column, std::size_t from, std::size_t step) {
    const std::vector<double> until = trace.column(column);
    double smallest = kUnknown;
    for (std::size_t i = from; i < until.size(); i += step) smallest = std::fmin(smallest, until[i] - until[i - 1]);
    return alone(std::max(0.0, smallest));
  };
  probe.times.first = alone(trace.column("evaluate_seconds").front());
  probe.times.training = least("train_seconds", 1, 1);
  // The clock of the evaluation is also that of the audit, which judges every iteration; the last one is always evaluated.
  const bool one = trace.rows.size() == 2;
  const double first = probe.times.first, odd = least("evaluate_seconds", 1, 2);
  const double audit = one ? std::max(0.0, odd - first) : odd;
  probe.times.evaluation = one ? first : std::min(first, std::max(0.0, least("evaluate_seconds", 2, 2) - audit));
  probe.times.recording = audit + least("record_seconds", 1, 1);
  if (run.status != "MaxIterations" && run.status != "TimeLimit") probe.times.ends = static_cast<double>(trace.rows.size() - 1);
  const std::vector<double> flops = trace.column("flops");
  if (flops.size() > 1) probe.flops = flops[1] - flops[0];
  return probe;
}

bool chooses_samples(const PlannedRun& planned) {
  const auto& options = find_dataset(planned.dataset).options;
  return std::any_of(options.begin(), options.end(),
                     [](const auto& option) { return option.first == "n" || option.first.starts_with("n "); });
}

/// The number of training samples, as it is asked for, or of all. Loading them takes longer than anything else here, so it is
/// done once.
Index samples_of(const PlannedRun& planned) {
  const auto asked = planned.dataset_options.find("n");
  if (asked != planned.dataset_options.end() && asked->second != "all") return parse_integer("n", asked->second);
  static std::map<std::pair<std::string, DatasetOptions>, Index> known;
  const auto [at, fresh] = known.try_emplace({planned.dataset, planned.dataset_options}, 0);
  if (fresh)
    at->second =
        load_dataset<float>(planned.dataset, planned.dataset_options, planned.loss.target_code(), planned.seed).X.cols();
  return at->second;
}

PlannedRun with_samples(PlannedRun planned, Index n) {
  planned.dataset_options["n"] = std::to_string(n);
  return planned;
}

double affine(Index n, std::pair<Index, double> a, std::pair<Index, double> b) {
  return a.second + (b.second - a.second) / static_cast<double>(b.first - a.first) * static_cast<double>(n - a.first);
}

/// The value at n of what is affine in the samples, never less than at kMore, never more than in proportion.
double extrapolated(Index n, double few, double more) {
  const double slope = std::clamp((more - few) / static_cast<double>(kMore - kFew), 0.0, more / static_cast<double>(kMore));
  return more + slope * static_cast<double>(n - kMore);
}

Needs needs_of(const PlannedRun& planned) {
  const Index n = chooses_samples(planned) ? samples_of(planned) : 0;
  if (n <= 2 * kMore) return probed(planned).times;
  const Probe few = probed(with_samples(planned, kFew)), more = probed(with_samples(planned, kMore));
  const Needs &a = few.times, &b = more.times;
  const double training = more.flops > 0 ? b.training * extrapolated(n, few.flops, more.flops) / more.flops
                                         : extrapolated(n, a.training, b.training);
  return {extrapolated(n, a.first, b.first), training, extrapolated(n, a.evaluation, b.evaluation),
          extrapolated(n, a.recording, b.recording), affine(n, {kFew, a.bytes}, {kMore, b.bytes})};
}

/// What the times of a run depend on.
std::string key_of(const PlannedRun& planned) {
  json what = computed(planned.config);
  for (const char* key : {"seed", "variant", "experiment"}) what.erase(key);
  for (const char* key : {"iterations", "evaluate_every", "time_limit"}) what["run"].erase(key);
  return short_hash(what.dump());
}

}  // namespace

Calibration::Calibration() {
  const std::optional<fs::path> folder = cache_folder("calibration");
  if (!folder) return;
  const json facts = provenance();
  std::string machine;
  for (const char* fact : {"cpu", "program", "sources", "compiler", "flags"}) machine += facts.value(fact, "") + "\n";
  file_ = *folder / (short_hash(machine + std::to_string(threads_in_use().count)) + ".json");
  std::error_code none;
  if (!fs::is_regular_file(file_, none)) return;
  try {
    const json stored = parse_json(file_content(file_));
    for (const auto& [key, times] : stored.items())
      known_[key] = {times.at(0), times.at(1), times.at(2), times.at(3), times.at(4), times.at(5)};
  } catch (const UsageError&) {  // damaged: measured anew
    known_.clear();
  } catch (const json::exception&) {
    known_.clear();
  }
}

const Needs& Calibration::needs(const PlannedRun& planned, bool anew) {
  const auto [at, fresh] = known_.try_emplace(key_of(planned));
  if (fresh || (anew && !measured_now_.contains(at->first))) {
    at->second = needs_of(planned);
    measured_now_.insert(at->first);
  }
  return at->second;
}

double total_seconds(const Needs& one, const PlannedRun& planned) {
  auto iterations = static_cast<double>(planned.iterations);
  if (one.ends > 0) iterations = std::min(iterations, one.ends);
  double training = iterations * one.training;
  double others = one.first + iterations * (one.evaluation / static_cast<double>(planned.evaluate_every) + one.recording);
  if (planned.time_limit > 0 && training > planned.time_limit) {
    others *= planned.time_limit / training;
    training = planned.time_limit;
  }
  return training + others;
}

void Calibration::save() const {
  if (file_.empty() || measured_now_.empty()) return;
  json all = json::object();
  for (const auto& [key, t] : known_)
    if (std::isfinite(t.training)) all[key] = {t.first, t.training, t.evaluation, t.recording, t.bytes, t.ends};
  try {
    write_file_atomically(file_, all.dump() + "\n");
  } catch (const std::exception&) {  // no place for it: measured again next time
  }
}

double memory_needed(const PlannedRun& planned) {
  constexpr Index few = 32, more = 64;
  const Index n = chooses_samples(planned) ? samples_of(planned) : 0;
  if (n <= more) return bytes_of(planned);
  return affine(n, {few, bytes_of(with_samples(planned, few))}, {more, bytes_of(with_samples(planned, more))});
}

std::string memory_text(double bytes) {
  if (bytes < 0x1p20) return "< 1 MiB";
  return bytes < 0x1p30 ? show(bytes / 0x1p20, 3) + " MiB" : show(bytes / 0x1p30, 3) + " GiB";
}

void require_memory(const PlannedRun& planned) {
  const AllowedMemory allowed = allowed_memory();
  // A bound first, for it costs nothing: few runs come near the limit.
  double widths = 1000;
  for (const Index width : planned.hidden) widths += static_cast<double>(width);
  double n = 1e5;
  if (const auto asked = planned.dataset_options.find("n"); asked != planned.dataset_options.end() && asked->second != "all") {
    try {
      n = parse_number("n", asked->second);
    } catch (const UsageError&) {
      return;  // the dataset's reader says what is wrong with it
    }
  }
  if (64 * widths * n < allowed.bytes) return;
  if (const double needed = memory_needed(planned); needed > allowed.bytes)
    throw UsageError(planned.label() + " needs about " + memory_text(needed) + " of memory, and there are " +
                     memory_text(allowed.bytes) + " (" + allowed.why +
                     "); take fewer samples (--set dataset.n=...), f32 (--precision f32) or a larger machine");
}

}  // namespace bcd
