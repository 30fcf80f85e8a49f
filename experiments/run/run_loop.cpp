#include "experiments/run/run_loop.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "experiments/file/columns.hpp"
#include "experiments/run/audit_driver.hpp"
#include "experiments/run/evaluator.hpp"
#include "experiments/run/interrupt.hpp"
#include "experiments/run/measured.hpp"
#include "experiments/run/prepared_run.hpp"
#include "experiments/run/stop_rules.hpp"

namespace bcd {

namespace {

template <class T>
bool all_finite(const Network& net, const Weights<T>& weights) {
  for (std::size_t i = 1; i <= static_cast<std::size_t>(net.N()); ++i)
    if (!weights.W[i].allFinite() || !weights.b[i].allFinite()) return false;
  return true;
}

std::int64_t peak_memory_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

/// "train_accuracy 0.71", or the loss where there is no accuracy; empty when the row has neither.
std::string headline(const Measurements& row) {
  std::string text;
  for (const auto& [name, value] : row)
    if (name == "train_loss" || name == "train_accuracy") {
      char number[32];
      std::snprintf(number, sizeof number, "%.4g", value);
      text = name + " " + number;
    }
  return text;
}

/// One run: the loop with its three clocks. Fills status, reason, promises and trace of the record.
template <class T>
class Run {
 public:
  Run(const PlannedRun& planned, const Plugin& plugin, const LoopOptions& options, RunRecord& record)
      : cell_(planned), plugin_(plugin), options_(options), record_(record), session_(planned, plugin) {
    record_.provenance["dataset"] = {
        {"name", session_.data->name}, {"checksum", session_.data->checksum}, {"origin", session_.data->origin}};
    record_.provenance["problem"] = {{"samples", session_.problem.n()}, {"terms", terms_of(session_.problem)}};
  }

  /// Throws UsageError only for a state that cannot be loaded.
  void run() {
    if (interrupt_.asked()) return stop("Interrupted", "interrupted before it began");
    guarded([&] { begin(); });
    if (!ended() && !options_.init_from.empty()) {
      read_state<T>(options_.init_from, session_.algorithm->state());
      guarded([&] { session_.algorithm->state_replaced(); });
    }
    if (!ended()) guarded([&] { loop(); });
    record_.provenance["peak_memory_mib"] = peak_memory_mib();
    if (const std::string text = session_.algorithm->messages(); !text.empty()) record_.provenance["messages"] = text;
  }

 private:
  /// What an algorithm throws is a result of the run.
  template <class Body>
  void guarded(Body&& body) {
    const auto failed = [&](const std::string& what) {
      stop(interrupt_.asked() ? "Interrupted" : "Failed", "iteration " + std::to_string(k_) + ": " + what);
    };
    try {
      body();
    } catch (const std::bad_alloc&) {
      failed("out of memory");
    } catch (const std::exception& e) {
      failed(e.what());
    }
    if (record_.status == "Failed") evaluate_last_finished();
    if (auditing_) record_.promises = auditing_->results();
  }

  void begin() {
    const std::string reason = session_.algorithm->not_applicable(session_.problem);
    if (!reason.empty()) return stop("NotApplicable", reason);
    session_.start(cell_);
    if (!cell_.measure.empty()) requested_.emplace(cell_.measure, session_.problem);
  }

  void loop() {
    auditing_ = std::make_unique<AuditDriver<T>>(plugin_, *session_.algorithm, session_.problem, cell_.audit);
    evaluate_.time([&] { auditing_->start(); });
    StopRules rules(cell_, record_.trace, session_.problem.n());
    log_row();
    ask(rules);
    for (k_ = 1; !ended() && k_ <= cell_.iterations; ++k_) {
      if (interrupt_.asked()) return stop("Interrupted", "interrupted before iteration " + std::to_string(k_));
      step();
      log_row();
      if (const std::string fault = missing_column(cell_, record_.trace.columns); k_ == 1 && !fault.empty())
        throw std::runtime_error(fault);
      ask(rules);
      if (!ended() && out_of_time() && k_ < cell_.iterations)
        stop("TimeLimit",
             "the training time reached " + number_text(cell_.time_limit) + " s after iteration " + std::to_string(k_));
    }
    if (!ended())
      stop("MaxIterations", "all " + std::to_string(cell_.iterations) + " iterations done" +
                                (rules.undecided().empty() ? "" : "; run.stop.when is not decided: " + rules.undecided()));
    if (record_.status == "MaxIterations" || record_.status == "TimeLimit")
      if (const auto verdict = rules.at_the_end()) stop(verdict->status, verdict->reason + "; " + record_.reason);
    evaluate_.time([&] { auditing_->finish(); });
  }

  void ask(StopRules& rules) {
    if (ended() || !cell_.stop.asks() || !is_due()) return;
    if (const auto verdict = rules.after_row()) stop(verdict->status, verdict->reason);
  }

  /// The training clock runs around step() only; the observer's share of it is evaluation.
  void step() {
    BlockObserver* observer = auditing_->before_sweep(static_cast<int>(k_));
    const double before = auditing_->observed_seconds();
    train_.time([&] { session_.algorithm->step(observer); });
    const double observed = auditing_->observed_seconds() - before;
    train_.subtract(observed);
    evaluate_.add(observed);
  }

  /// Evaluates, audits and appends the row of iteration k.
  void log_row() {
    Measurements measured;
    evaluate_.time([&] { measure(measured); });
    record_clock_.time([&] {
      Measurements row = {{"iteration", static_cast<double>(k_)},
                          {"train_seconds", train_.seconds()},
                          {"evaluate_seconds", evaluate_.seconds()},
                          {"record_seconds", record_clock_.seconds()}};
      if (const std::optional<StepCost> cost = session_.algorithm->cost()) {
        row.emplace_back("matrix_products", static_cast<double>(k_) * cost->products);
        row.emplace_back("flops", static_cast<double>(k_) * cost->flops);
      }
      row.insert(row.end(), measured.begin(), measured.end());
      record_.trace.append(row);
      const bool evaluated =
          row.end() != std::find_if(row.begin(), row.end(), [](const auto& x) { return x.first == "train_loss"; });
      unevaluated_.reset();
      if (!evaluated && session_.algorithm->weights_at_hand()) unevaluated_ = session_.algorithm->weights();
      report(row);
    });
  }

  void measure(Measurements& row) {
    const bool due = is_due();
    bool finite = true;
    if (due || session_.algorithm->weights_at_hand()) {
      const Weights<T>& weights = session_.algorithm->weights();
      finite = all_finite(session_.problem.net, weights);
      if (due || !finite) finite &= std::isfinite(measure_weights(session_.problem, *session_.data, weights, row));
    }
    if (!finite) stop("Diverged", "the weights or the training loss are not finite at iteration " + std::to_string(k_));
    session_.algorithm->measure(row);
    if (k_ > 0) auditing_->after_sweep(static_cast<int>(k_), row);
    auditing_->add_slacks(row);
    if (due && requested_) requested_->add(k_, *session_.algorithm, row);
  }

  /// A run that fails in step k is evaluated at iteration k - 1. Where the weights have to be fetched they are gone.
  void evaluate_last_finished() {
    if (!unevaluated_) return;
    Measurements measured;
    try {
      measure_weights(session_.problem, *session_.data, *unevaluated_, measured);
    } catch (const std::bad_alloc&) {
      return;  // it has failed for want of memory
    }
    for (const auto& [name, value] : measured)  // the row of iteration 0 has brought these columns
      record_.trace.rows.back()[static_cast<std::size_t>(record_.trace.index(name))] = value;
  }

  void report(const Measurements& row) {
    if (const std::string text = headline(row); !text.empty()) headline_ = text;
    const double seconds = train_.seconds() + evaluate_.seconds() + record_clock_.seconds();
    if (options_.progress) options_.progress({k_, cell_.iterations, seconds, headline_});
  }

  bool is_due() const { return k_ % cell_.evaluate_every == 0 || k_ == cell_.iterations || out_of_time(); }  // the last always
  bool out_of_time() const { return cell_.time_limit > 0 && train_.seconds() >= cell_.time_limit; }
  bool ended() const { return !record_.status.empty(); }
  void stop(const std::string& status, const std::string& reason) {
    record_.status = status;
    record_.reason = reason;
  }

  const PlannedRun& cell_;
  const Plugin& plugin_;
  const LoopOptions& options_;
  RunRecord& record_;
  PreparedRun<T> session_;
  InterruptGuard interrupt_;
  std::unique_ptr<AuditDriver<T>> auditing_;
  std::optional<RequestedColumns<T>> requested_;
  Clock train_, evaluate_, record_clock_;
  std::int64_t k_ = 0;
  std::optional<Weights<T>> unevaluated_;  // of the last row, where it has no losses: the next step may fail half-way
  std::string headline_;
};

}  // namespace

void run_loop(const PlannedRun& planned, const Plugin& plugin, const LoopOptions& options, RunRecord& record) {
  try {
    if (planned.precision == "f32")
      Run<float>(planned, plugin, options, record).run();
    else
      Run<double>(planned, plugin, options, record).run();
  } catch (const std::bad_alloc&) {
    record.status = "Failed";
    record.reason = "out of memory while the data was loaded";
  }
}

}  // namespace bcd
