// An algorithm small enough to be checked by eye, for the tests of the runner: gradient descent on one linear layer, with
// switches that make it misbehave.
#pragma once

#include <chrono>
#include <filesystem>
#include <thread>

#include "algorithms/core/plugin.hpp"
#include "experiments/file/resolve.hpp"
#include "experiments/run/runner.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bcd::testing {

using test::TemporaryFolder;

/// Sleeps and adds the time that really passed (more than asked for on a busy machine).
inline void sleep_for(double seconds, double& passed) {
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  passed += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// W <- W - rate/n (W X + b - Y) X^T, b likewise: descent of 1/(2n) |W X + b - Y|^2.
template <class T>
class FakeDescent final : public Algorithm<T> {
 public:
  ParameterList parameters() override {
    ParameterList list;
    list.number("rate", rate_, Range::positive(), "step length");
    list.integer("throw_at", throw_at_, Range::nonnegative(), "iteration that throws; 0: none");
    list.flag("refuse", refuse_, "not applicable to anything");
    list.number("sleep", sleep_, Range::nonnegative(), "seconds of each step");
    return list;
  }
  std::string not_applicable(const Problem<T>&) const override { return refuse_ ? "it was asked to refuse" : ""; }
  void initialise(const Problem<T>& problem, const Weights<T>& w0, Rng&) override {
    problem_ = &problem;
    weights_ = w0;
  }
  void step(BlockObserver* observer) override {
    if (++k_ == throw_at_) {
      weights_.W[1].setZero();  // half-way
      throw std::runtime_error("the matrix is singular");
    }
    if (sleep_ > 0) sleep_for(sleep_, slept_);
    const Matrix<T>& X = *problem_->X;
    const T step = static_cast<T>(rate_ / static_cast<double>(problem_->n()));
    const Matrix<T> R = ((weights_.W[1] * X).colwise() + weights_.b[1]) - *problem_->Y;
    weights_.W[1] -= step * R * X.transpose();
    weights_.b[1] -= step * R.rowwise().sum();
    if (observer) observer->after({"Wb", 1});
  }
  const Weights<T>& weights() const override { return weights_; }
  State<T> state() override { return weight_state(problem_->net, weights_); }
  void measure(Measurements& row) const override { row.emplace_back("slept", slept_); }

 private:
  const Problem<T>* problem_ = nullptr;
  Weights<T> weights_;
  double rate_ = 0.1, sleep_ = 0, slept_ = 0;
  std::int64_t throw_at_ = 0, k_ = 0;
  bool refuse_ = false;
};

/// Checks that the risk of the linear layer falls, from the state it is shown; sleeps in the observer.
class FakeAudit final : public Audit {
 public:
  FakeAudit(const Problem<double>& problem, double sleep) : problem_(problem), sleep_(sleep) {}
  void start(const State<double>& state, CheckLog&) override {
    state_ = &state;
    risk_ = risk();
  }
  void after_block(int, const Block&, CheckLog&) override {
    sleep_for(sleep_, slept_);
    ++blocks_;
  }
  void after_sweep(int k, CheckLog& log, Measurements& row) override {
    const double now = risk();
    log.check("descent", k, {"Wb", 1}, risk_ - now, 1e-12);
    risk_ = now;
    row.emplace_back("potential", now);
    row.emplace_back("observer_slept", slept_);
    row.emplace_back("blocks", blocks_);
  }

 private:
  double risk() const {
    const Matrix<double> V = ((*state_)[0].value * *problem_.X).colwise() + Vector<double>((*state_)[1].value);
    return 0.5 * (V - *problem_.Y).squaredNorm();
  }
  const Problem<double>& problem_;
  const State<double>* state_ = nullptr;
  double sleep_, slept_ = 0, risk_ = 0, blocks_ = 0;
};

inline Plugin fake_plugin(double audit_sleep = 0) {
  Plugin plugin;
  plugin.name = "fake";
  plugin.make_f32 = [] { return std::make_unique<FakeDescent<float>>(); };
  plugin.make_f64 = [] { return std::make_unique<FakeDescent<double>>(); };
  plugin.promises = {{"descent", "a textbook", "F(k) <= F(k-1)", "", "a small step"}};
  plugin.make_audit = [audit_sleep](const ParameterList&, const Problem<double>& problem) {
    return std::make_unique<FakeAudit>(problem, audit_sleep);
  };
  return plugin;
}

/// Three classes from a linear teacher, one linear layer, squared loss (sum).
inline PlannedRun fake_cell(const Plugin& plugin, std::map<std::string, std::string> parameters = {},
                            const std::function<void(PlannedRun&)>& change = {}) {
  PlannedRun planned;
  planned.experiment = "test";
  planned.variant = "Fake";
  planned.algorithm = "fake";
  planned.seed = 3;
  planned.dataset = "teacher-student";
  planned.dataset_options = {{"d_in", "5"}, {"classes", "3"}, {"n", "40"}, {"n_test", "20"}, {"hidden", "none"}};
  planned.iterations = 5;
  planned.parameters = std::move(parameters);
  if (change) change(planned);
  planned.config = canonical_config(planned, plugin);
  return planned;
}

}  // namespace bcd::testing
