// Work shared out to two threads against the same work on one, over its size: where does a second thread begin to pay?
// work_of_a_thread() in algorithms/core/parallel.hpp stands on this; README.md has the numbers.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <chrono>

#include "algorithms/core/parallel.hpp"

namespace {

using bcd::Index;

constexpr Index kPieces = 16;

/// Calls sweep(first, count) for pieces of `columns` columns and times each call; a pause lets the other threads fall asleep, as
/// they do in a run between two of its products.
template <class Sweep>
void time_calls(benchmark::State& state, Index columns, double work, const Sweep& sweep) {
  const double before = bcd::work_of_a_thread();
  bcd::set_threads(static_cast<int>(state.range(1)));
  bcd::set_work_of_a_thread(0);
  const Index block = (columns + kPieces - 1) / kPieces;
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    bcd::for_columns(
        columns, work, [&](Index first, Index count, int) { sweep(first, count); }, block);
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    usleep(100);
  }
  bcd::set_work_of_a_thread(before);
  bcd::set_threads(1);
}

void products(benchmark::State& state) {
  constexpr Index kWidth = 32;
  const double work = bcd::product_work(kWidth, kWidth);
  const Index columns = std::max<Index>(kPieces, static_cast<Index>(static_cast<double>(state.range(0)) / work));
  const bcd::Matrix<double> A = bcd::Matrix<double>::Constant(kWidth, kWidth, 0.1),
                            X = bcd::Matrix<double>::Ones(kWidth, columns);
  bcd::Matrix<double> Y(kWidth, columns);
  time_calls(state, columns, work,
             [&](Index first, Index count) { Y.middleCols(first, count).noalias() = A * X.middleCols(first, count); });
  benchmark::DoNotOptimize(Y.data());
}

void activations(benchmark::State& state) {
  const Index columns = std::max<Index>(kPieces, static_cast<Index>(static_cast<double>(state.range(0)) / bcd::kEntryWork));
  const bcd::Matrix<double> X = bcd::Matrix<double>::Constant(1, columns, 0.3);
  bcd::Matrix<double> Y(1, columns);
  time_calls(state, columns, bcd::kEntryWork, [&](Index first, Index count) {
    Y.middleCols(first, count) = X.middleCols(first, count).array().tanh().matrix();
  });
  benchmark::DoNotOptimize(Y.data());
}

const std::vector<std::vector<std::int64_t>> kSizes = {
    {10'000, 30'000, 100'000, 300'000, 1'000'000, 2'000'000, 3'000'000, 10'000'000, 30'000'000, 100'000'000}, {1, 2}};

BENCHMARK(products)->ArgsProduct(kSizes)->ArgNames({"work", "threads"})->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(activations)->ArgsProduct(kSizes)->ArgNames({"work", "threads"})->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
