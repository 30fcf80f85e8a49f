// bsum_ghauch2018: block updates per second on body-fat sizes (13-10-10-10-1, 252 samples, logistic activations, full batch;
// the counter "updates/s"; tests/benchmarks/bsum_numpy.py runs the same loop in NumPy), and the time of one block Hessian.
#include <benchmark/benchmark.h>

#include "algorithms/bsum_ghauch2018/bsum_ghauch2018.hpp"

namespace {

using namespace bcd;
using namespace bcd::bsum_ghauch2018;

struct BodyfatSized {
  Matrix<double> X, Y;
  Problem<double> problem;
  Weights<double> w0;

  explicit BodyfatSized(std::vector<Index> hidden, Index inputs = 13, Index n = 252) : X(inputs, n), Y(1, n) {
    Rng rng(1, "bench");
    rng.fill_normal(X, 1.0);
    for (double& y : Y.reshaped()) y = rng.uniform(0.05, 0.45);
    problem.net.input = inputs;
    problem.net.bias = false;
    hidden.push_back(1);
    for (const Index width : hidden) problem.net.layers.push_back({width, Activation::parse("sigmoid"), false});
    problem.loss = Loss::parse("squared", true);
    problem.X = &X;
    problem.Y = &Y;
    w0 = Weights<double>(problem.net);
    for (std::size_t l = 1; l < w0.W.size(); ++l) {
      rng.fill_normal(w0.W[l], 1 / std::sqrt(static_cast<double>(w0.W[l].cols())));
      w0.b[l].setZero();
    }
  }
  BodyfatSized(const BodyfatSized&) = delete;
  BodyfatSized& operator=(const BodyfatSized&) = delete;
};

constexpr int kUpdates = 400;

void block_updates(benchmark::State& state, const char* surrogate, const char* gamma_rule, const char* step) {
  const BodyfatSized data({10, 10, 10});
  Bsum<double> algorithm;
  ParameterList list = algorithm.parameters();
  list.set("surrogate", surrogate);
  list.set("gamma_rule", gamma_rule);
  list.set("step", step);
  list.set("gamma", "0.5");
  list.set("updates", std::to_string(kUpdates));
  Rng rng(1, "algorithm");
  algorithm.initialise(data.problem, data.w0, rng);
  for (auto _ : state) algorithm.step(nullptr);
  state.counters["updates/s"] = benchmark::Counter(kUpdates, benchmark::Counter::kIsIterationInvariantRate);
}

/// The Hessian of a width x width block between two others, exact or Gauss-Newton; memory (width^4 doubles) is reported.
void block_hessian(benchmark::State& state, Index width, Curvature curvature) {
  const BodyfatSized data({width, width}, width);
  BlockModel<double> model(data.problem.net, {LossFunction::Kind::ridge, 1}, data.problem.n());
  model.forward(data.w0, data.X);
  Matrix<double> H;
  for (auto _ : state) {
    model.hessian(data.w0, data.X, data.Y, 2, curvature, H);
    benchmark::DoNotOptimize(H.data());
  }
  state.counters["MB"] = static_cast<double>(H.size()) * sizeof(double) / 1e6;
}

BENCHMARK_CAPTURE(block_updates, bsum_first_order, "first_order", "fixed", "constant")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_adagrad, "first_order", "fixed", "adagrad")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_backtracking, "first_order", "backtracking", "constant")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_newton, "second_order", "fixed", "constant")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK_CAPTURE(block_hessian, bsum_10x10_exact, 10, Curvature::exact)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_hessian, bsum_10x10_gauss_newton, 10, Curvature::gauss_newton)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_hessian, bsum_100x100_exact, 100, Curvature::exact)->Unit(benchmark::kMillisecond)->Iterations(1);

}  // namespace
