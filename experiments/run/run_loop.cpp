#include "experiments/run/run_loop.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "algorithms/core/usage_error.hpp"
#include "experiments/file/columns.hpp"
#include "experiments/run/audit_driver.hpp"
#include "experiments/run/checkpoint.hpp"
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
    } catch (const CheckpointRefused&) {
      throw;
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
    if (!resumed(rules)) {
      log_row();
      ask(rules);
    }
    while (!ended() && k_ < cell_.iterations) {
      if (interrupt_.asked()) {
        save(rules);
        return stop("Interrupted", "interrupted before iteration " + std::to_string(k_ + 1));
      }
      ++k_;
      step();
      log_row();
      if (const std::string fault = missing_column(cell_, record_.trace.columns); k_ == 1 && !fault.empty())
        throw std::runtime_error(fault);
      ask(rules);
      if (!ended() && out_of_time() && k_ < cell_.iterations)
        stop("TimeLimit",
             "the training time reached " + number_text(cell_.time_limit) + " s after iteration " + std::to_string(k_));
      if (!ended() && k_ < cell_.iterations && now() - saved_at_ >= 60 * options_.checkpoint_minutes) save(rules);
    }
    if (!ended())
      stop("MaxIterations", "all " + std::to_string(cell_.iterations) + " iterations done" +
                                (rules.undecided().empty() ? "" : "; run.stop.when is not decided: " + rules.undecided()));
    if (record_.status == "MaxIterations" || record_.status == "TimeLimit")
      if (const auto verdict = rules.at_the_end()) stop(verdict->status, verdict->reason + "; " + record_.reason);
    evaluate_.time([&] { auditing_->finish(); });
  }

  // ---- the checkpoint: README.md of this room ----

  /// What a run carries from iteration to iteration: written and read by this one list.
  void visit(Members& members, StopRules& rules) {
    double train = train_.seconds(), evaluate = evaluate_.seconds(), record = record_clock_.seconds();
    members(k_, resumed_at_, train, evaluate, record, record_.trace.columns, record_.trace.rows, headline_);
    if (members.reading()) {
      train_.add(train);
      evaluate_.add(evaluate);
      record_clock_.add(record);
    }
    State<T> state = session_.algorithm->state();
    for (NamedMatrix<T>& window : state)
      members.bytes(window.value.data(), static_cast<std::size_t>(window.value.size()) * sizeof(T));
    if (members.reading()) session_.algorithm->state_replaced();
    if (auto* own = dynamic_cast<Restorable*>(session_.algorithm.get())) members(*own);
    auditing_->members(members);
    members(rules);
    if (requested_) members(*requested_);
  }

  /// Whose checkpoint it is: the run, and all that decides its bits.
  nlohmann::json owner() {
    nlohmann::json head = {{"run", record_.id}, {"state", nlohmann::json::array()}};
    for (const char* key : {"code", "files", "compiler", "flags", "eigen", "simd", "cpu"})
      if (record_.provenance.contains(key)) head[key] = record_.provenance[key];
    for (const NamedMatrix<T>& window : session_.algorithm->state())
      head["state"].push_back({window.name, window.value.rows(), window.value.cols(), sizeof(T)});
    return head;
  }

  /// Goes on from the checkpoint if there is one. Throws CheckpointRefused, which leaves this object of no use.
  bool resumed(StopRules& rules) {
    saved_at_ = now();
    if (options_.checkpoint.empty() || !options_.resume || !std::filesystem::exists(options_.checkpoint)) return false;
    CheckpointReader reader(options_.checkpoint);
    const nlohmann::json own = owner();
    for (const auto& [key, value] : own.items())
      if (!reader.head().contains(key) || reader.head()[key] != value)
        throw CheckpointRefused(key == "state" ? "its state has other sizes"
                                               : "it is another program's or run's ('" + key + "')");
    try {
      visit(reader, rules);
    } catch (const std::length_error&) {  // a size that no run has written
      throw CheckpointRefused("it asks for more memory than there is");
    } catch (const std::bad_alloc&) {
      throw CheckpointRefused("it asks for more memory than there is");
    }
    reader.done();
    resumed_at_.push_back(k_);
    record_.provenance["resumed_at"] = resumed_at_;
    keep_if_unevaluated();
    remark("goes on at iteration " + std::to_string(k_) + ", from its checkpoint");
    return true;
  }

  /// A run that cannot be saved goes on without.
  void save(StopRules& rules) {
    if (options_.checkpoint.empty() || no_more_checkpoints_) return;
    std::string reason = auditing_->not_restorable();
    if (const auto* own = dynamic_cast<const Restorable*>(session_.algorithm.get()); own && reason.empty())
      reason = own->not_restorable();
    record_clock_.time([&] {
      try {
        if (!reason.empty()) throw UsageError(reason);
        nlohmann::json head = owner();
        head["config"] = record_.config;  // as this call names it: another experiment may share the run
        head["iteration"] = k_;
        CheckpointWriter writer(options_.checkpoint, head);
        visit(writer, rules);
        writer.publish();
      } catch (const UsageError& e) {
        no_more_checkpoints_ = true;
        const std::string text = std::string("takes no checkpoint: ") + e.what();
        record_.provenance["warnings"].push_back(text);
        remark(text);
      }
    });
    saved_at_ = now();
  }

  static double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
  void remark(const std::string& text) const {
    if (options_.remark) options_.remark(text);
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
      keep_if_unevaluated();
      report(row);
    });
  }

  void keep_if_unevaluated() {
    const int loss = record_.trace.index("train_loss");
    const bool evaluated = loss >= 0 && !std::isnan(record_.trace.rows.back()[static_cast<std::size_t>(loss)]);
    unevaluated_.reset();
    if (!evaluated && session_.algorithm->weights_at_hand()) unevaluated_ = session_.algorithm->weights();
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
  std::vector<std::int64_t> resumed_at_;  // the iterations at which it went on after it had been killed
  double saved_at_ = 0;                   // when the last checkpoint was written, or the loop began
  bool no_more_checkpoints_ = false;
};

template <class T>
void run_in(const PlannedRun& planned, const Plugin& plugin, const LoopOptions& options, RunRecord& record) {
  try {
    Run<T>(planned, plugin, options, record).run();
  } catch (const CheckpointRefused& e) {
    const std::string text = std::string("its checkpoint is not used, and the run begins anew: ") + e.what();
    if (options.remark) options.remark(text);
    record.provenance["warnings"].push_back(text);
    record.trace = {};
    LoopOptions anew = options;
    anew.resume = false;
    Run<T>(planned, plugin, anew, record).run();
  }
}

}  // namespace

void run_loop(const PlannedRun& planned, const Plugin& plugin, const LoopOptions& options, RunRecord& record) {
  try {
    if (planned.precision == "f32")
      run_in<float>(planned, plugin, options, record);
    else
      run_in<double>(planned, plugin, options, record);
  } catch (const std::bad_alloc&) {
    record.status = "Failed";
    record.reason = "out of memory while the data was loaded";
  }
}

}  // namespace bcd
