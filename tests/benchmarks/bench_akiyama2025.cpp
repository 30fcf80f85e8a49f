// Sweeps of Akiyama 2025, Algorithms 1 and 3, at the size of the paper's figures: the fast loops against the loops as printed.
// Counters: GFLOP (products of one sweep as the loops run them), gemm_GFLOPs (rate of a large product, same threads), fraction
// (rate of the sweep over that of the product), sweeps (per second).
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>

#include "algorithms/akiyama2025/gradient_bcd.hpp"
#include "algorithms/core/parallel.hpp"

namespace {

using namespace bcd;
using namespace bcd::akiyama2025;

double gemm_rate_f64() {
  const Matrix<double> A = Matrix<double>::Random(1500, 1500), B = Matrix<double>::Random(1500, 1500);
  Matrix<double> C(1500, 1500);
  double best = 0;
  for (int trial = 0; trial < 5; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    for_columns(1500, [&](Index first, Index count, int) {  // all threads, as the sweep
      C.middleCols(first, count).noalias() = A * B.middleCols(first, count);
    });
    benchmark::DoNotOptimize(C.data());
    best = std::max(best, 2e-9 * 1500.0 * 1500.0 * 1500.0 /
                              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

template <template <class> class Method>
void gradient_bcd(benchmark::State& state, const char* loops) {
  if (const char* t = std::getenv("BCDBENCH_THREADS")) set_threads(std::atoi(t));
  const Index n = 500, d = 600, r = 30;
  Problem<double> problem;
  problem.net.input = d;
  problem.net.bias = false;
  constexpr bool relu = std::is_same_v<Method<double>, BcdRelu<double>>;
  for (int j = 1; j <= 4; ++j)
    problem.net.layers.push_back({r, Activation::parse(relu ? "relu" : "leaky_relu:0.5"), relu && j > 1});
  problem.net.layers.push_back({1, Activation(), false});
  problem.loss = Loss::parse("squared", true);
  Matrix<double> X(d, n), Y(1, n);
  Rng rng(1, "bench");
  rng.fill_normal(X, 1 / std::sqrt(600.0));
  rng.fill_normal(Y, 1.0);
  problem.X = &X, problem.Y = &Y;
  Weights<double> w0(problem.net);
  for (int j = 1; j <= 5; ++j) {
    rng.fill_normal(w0.W[static_cast<std::size_t>(j)], 1 / std::sqrt(static_cast<double>(problem.net.d(j - 1))));
    w0.b[static_cast<std::size_t>(j)].setZero();
  }
  Method<double> algorithm;
  ParameterList parameters = algorithm.parameters();
  parameters.set("steps", "given");  // figure 1: eta = 1, K_V = K_W = 100, gradients of means
  parameters.set("average", "mean");
  parameters.set("loops", loops);
  algorithm.initialise(problem, w0, rng);
  algorithm.step(nullptr);
  for (auto _ : state) algorithm.step(nullptr);
  const double flops = 1e-9 * algorithm.cost()->flops, rate = gemm_rate_f64();
  state.counters["GFLOP"] = flops;
  state.counters["gemm_GFLOPs"] = rate;
  state.counters["fraction"] = benchmark::Counter(flops / rate, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["sweeps"] = benchmark::Counter(1, benchmark::Counter::kIsIterationInvariantRate);
}

constexpr auto algorithm1 = gradient_bcd<BcdMonotone>;
constexpr auto algorithm3 = gradient_bcd<BcdRelu>;
#define SWEEP(method, loops, count) \
  BENCHMARK_CAPTURE(method, loops, #loops)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(count)
SWEEP(algorithm1, gram, 30);
SWEEP(algorithm1, plain, 5);
SWEEP(algorithm3, gram, 30);
SWEEP(algorithm3, plain, 5);

}  // namespace
