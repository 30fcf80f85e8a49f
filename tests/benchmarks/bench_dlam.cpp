// Sweeps of DLAM at the sizes of Wang et al. 2018 (60000 samples, 784 inputs). With 10 neurons a layer the sweep moves more
// than it computes, so its traffic is compared with the memory's; with 100 neurons the products dominate. Counters: MB
// (sample-sized arrays that a sweep has to move at least), memory_GBs (measured rate of reading a large array, same threads),
// of_memory (MB a second over that rate), GFLOP (products of one sweep), gemm_GFLOPs (rate of a large product), skinny_GFLOPs
// (rate of the product W x with 10 rows), of_gemm.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdlib>

#include "algorithms/core/parallel.hpp"
#include "algorithms/wang2018/dlam.hpp"

namespace {

using namespace bcd;
using namespace bcd::wang2018;

/// Best of five, in seconds.
template <class Body>
double best_time(Body&& body) {
  double best = std::numeric_limits<double>::infinity();
  for (int trial = 0; trial < 5; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

template <class T>
double memory_rate(const Matrix<T>& X) {
  const double seconds = best_time([&] {
    benchmark::DoNotOptimize(sum_over_samples(X.cols(), static_cast<double>(X.rows()), [&](Index first, Index count) {
      return static_cast<double>(X.middleCols(first, count).sum());
    }));
  });
  return 1e-9 * static_cast<double>(X.size()) * sizeof(T) / seconds;
}

/// Rate of W x for W (rows x d) and x (d x n), split by columns as the sweeps do.
template <class T>
double product_rate(Index rows, Index d, Index n) {
  const Matrix<T> W = Matrix<T>::Random(rows, d), x = Matrix<T>::Random(d, n);
  Matrix<T> out(rows, n);
  const double seconds = best_time([&] {
    for_columns(n, product_work(rows, d), [&](Index first, Index count, int) {
      out.middleCols(first, count).noalias() = W * x.middleCols(first, count);
    });
    benchmark::DoNotOptimize(out.data());
  });
  return 2e-9 * static_cast<double>(rows) * static_cast<double>(d) * static_cast<double>(n) / seconds;
}

template <class T>
void sweep(benchmark::State& state, Index width, Index n, bool accelerated, const char* tau) {
  if (const char* t = std::getenv("BCDBENCH_THREADS")) set_threads(std::atoi(t));
  Problem<T> problem;
  problem.net.input = 784;
  for (int l = 1; l <= 2; ++l) problem.net.layers.push_back({width, Activation::parse("relu"), false});
  problem.net.layers.push_back({10, Activation::parse("linear"), false});
  problem.loss = Loss::parse("cross_entropy", false);
  Matrix<T> X(784, n), Y = Matrix<T>::Zero(10, n);
  Rng rng(1, "bench");
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < 784; ++i) X(i, j) = rng.uniform() < 0.2 ? static_cast<T>(rng.uniform()) : T(0);
    Y(static_cast<Index>(rng.below(10)), j) = 1;
  }
  problem.X = &X, problem.Y = &Y;
  Weights<T> w0(problem.net);
  for (std::size_t l = 1; l < w0.W.size(); ++l) rng.fill_normal(w0.W[l], 0.03), w0.b[l].setZero();
  Dlam<T> algorithm(accelerated);
  ParameterList parameters = algorithm.parameters();
  parameters.set("eps", "1");
  parameters.set("eps_factor", "0.98");
  parameters.set("tau", tau);
  algorithm.initialise(problem, w0, rng);
  for (int k = 0; k < 3; ++k) algorithm.step(nullptr);
  for (auto _ : state) algorithm.step(nullptr);
  const double bytes = algorithm.bytes_per_sweep(), flops = algorithm.cost()->flops;
  const double memory = memory_rate<T>(X), gemm = product_rate<T>(1500, 1500, 3000), skinny = product_rate<T>(width, 784, n);
  const auto per_second = [](double x) { return benchmark::Counter(x, benchmark::Counter::kIsIterationInvariantRate); };
  state.counters["MB"] = 1e-6 * bytes;
  state.counters["memory_GBs"] = memory;
  state.counters["of_memory"] = per_second(1e-9 * bytes / memory);
  state.counters["GFLOP"] = 1e-9 * flops;
  state.counters["gemm_GFLOPs"] = gemm;
  state.counters["skinny_GFLOPs"] = skinny;
  state.counters["of_gemm"] = per_second(1e-9 * flops / gemm);
  state.counters["of_skinny"] = per_second(1e-9 * flops / skinny);
}

constexpr auto f32 = sweep<float>;
constexpr auto f64 = sweep<double>;
#define SWEEP(precision, name, ...) \
  BENCHMARK_CAPTURE(precision, name, __VA_ARGS__)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(10)
SWEEP(f32, dlam_784_10_10_10_n60000, 10, 60000, false, "block");
SWEEP(f64, dlam_784_10_10_10_n60000, 10, 60000, false, "block");
SWEEP(f32, dlam_by_sample_784_10_10_10_n60000, 10, 60000, false, "sample");
SWEEP(f32, mdlam_784_10_10_10_n60000, 10, 60000, true, "block");
SWEEP(f32, dlam_784_100_100_10_n60000, 100, 60000, false, "block");

}  // namespace
