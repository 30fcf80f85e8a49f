// Time per sweep against the rate of the matrix product measured in the same process.
//   bench_step [--benchmark_filter=...]     BCDBENCH_THREADS=T chooses the threads (default: all cores)
// Counters: GFLOP (operations of one sweep), gemm_GFLOPs (rate of a large product, same precision and threads),
// fraction (rate of the sweep over the rate of the product), state_MB (X, Y, all U, V, W, b) and rss_MB (resident memory,
// peak).
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

#include "algorithms/core/parallel.hpp"
#include "algorithms/zeng2019/bcd3.hpp"

namespace {

using namespace bcd;

template <class T>
double gemm_rate() {
  const Index m = 1500, n = 6000;
  const Matrix<T> A = Matrix<T>::Random(m, m), B = Matrix<T>::Random(m, n);
  Matrix<T> C(m, n);
  double best = 0;
  for (int trial = 0; trial < 5; ++trial) {
    const auto start = std::chrono::steady_clock::now();
    for_columns(n, product_work(m, m),
                [&](Index first, Index count, int) { C.middleCols(first, count).noalias() = A * B.middleCols(first, count); });
    benchmark::DoNotOptimize(C.data());
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::max(best, 2e-9 * static_cast<double>(m) * static_cast<double>(m) * static_cast<double>(n) / seconds);
  }
  return best;
}

double peak_rss_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

Network mlp(Index input, std::vector<Index> hidden) {
  Network net;
  net.input = input;
  for (const Index width : hidden) net.layers.push_back({width, Activation::parse("relu"), false});
  net.layers.push_back({10, Activation::parse("linear"), false});
  return net;
}

/// One sweep of Algorithm 2 on random data in the shape of MNIST.
template <class T>
void three_splitting(benchmark::State& state, Index width, int depth, Index n) {
  if (const char* t = std::getenv("BCDBENCH_THREADS")) set_threads(std::atoi(t));
  Problem<T> problem;
  problem.net = mlp(784, std::vector<Index>(static_cast<std::size_t>(depth), width));
  problem.loss = Loss::parse("squared", false);
  Matrix<T> X(784, n), Y = Matrix<T>::Zero(10, n);
  Rng rng(1, "bench");
  for (Index j = 0; j < n; ++j) {
    for (Index i = 0; i < 784; ++i) X(i, j) = rng.uniform() < 0.2 ? static_cast<T>(rng.uniform()) : T(0);
    Y(j % 10, j) = 1;
  }
  problem.X = &X, problem.Y = &Y;
  Weights<T> w0(problem.net);
  for (std::size_t i = 1; i < w0.W.size(); ++i) rng.fill_normal(w0.W[i], 0.01), w0.b[i].setConstant(T(0.1));
  zeng2019::Bcd3<T> algorithm;
  algorithm.initialise(problem, w0, rng);
  for (auto _ : state) algorithm.step(nullptr);
  double entries = static_cast<double>(X.size() + Y.size());
  for (const auto& part : algorithm.state()) entries += static_cast<double>(part.value.size());
  const double rss = peak_rss_mb();  // before the product below takes memory of its own
  const double flops = 1e-9 * algorithm.cost()->flops, rate = gemm_rate<T>();
  state.counters["GFLOP"] = flops;
  state.counters["gemm_GFLOPs"] = rate;
  state.counters["fraction"] = benchmark::Counter(flops / rate, benchmark::Counter::kIsIterationInvariantRate);
  state.counters["state_MB"] = entries * sizeof(T) / 1048576.0;
  state.counters["rss_MB"] = rss;
}

constexpr auto f32 = three_splitting<float>;
constexpr auto f64 = three_splitting<double>;
BENCHMARK_CAPTURE(f32, bcd3_784_1500x3_10_n10000, 1500, 3, 10000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK_CAPTURE(f32, bcd3_784_600x10_10_n6000, 600, 10, 6000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(5);
BENCHMARK_CAPTURE(f64, bcd3_784_600x10_10_n6000, 600, 10, 6000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace

BENCHMARK_MAIN();
