// bsum_ghauch2018: block updates per second on body-fat sizes (13-10-10-10-1, 252 samples, logistic activations, full batch;
// the counter "updates/s"; tests/benchmarks/bsum_numpy.py runs the same loop in NumPy), and the time of one block Hessian.
#include <benchmark/benchmark.h>

#include "algorithms/ghauch2018/bsum.hpp"

namespace {

using namespace bcd;
using namespace bcd::ghauch2018;

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

/// What hessian_lower multiplies: packed d x d curvatures of n samples with packed pairs of p inputs.
double assembly_flops(Index width, Index n) {
  const double pairs = static_cast<double>(width) * static_cast<double>(width + 1) / 2;
  return 2 * pairs * pairs * static_cast<double>(n);
}

void report_rate(benchmark::State& state, double flops) {
  state.counters["flop/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// The lower triangle of the Hessian of a width x width block between two others; its square (width^4 doubles) is reported.
void block_hessian(benchmark::State& state, Index width, Curvature curvature) {
  const BodyfatSized data({width, width}, width);
  BlockModel<double> model(data.problem.net, {LossFunction::Kind::ridge, 1}, data.problem.n());
  model.reserve_curvature(curvature);
  model.forward(data.w0, data.X);
  Matrix<double> H(width * width, width * width);
  for (auto _ : state) {
    model.hessian_lower(data.w0, data.X, data.Y, 2, curvature, H);
    benchmark::DoNotOptimize(H.data());
  }
  state.counters["MB"] = static_cast<double>(H.size()) * sizeof(double) / 1e6;
  report_rate(state, assembly_flops(width, data.problem.n()));
}

/// The yardstick: a product of packed curvatures with half of the input pairs of one column, the assembly's average shape.
void product(benchmark::State& state, Index width) {
  const Index n = 252, pairs = width * (width + 1) / 2, columns = width / 2;
  const Matrix<double> A = Matrix<double>::Random(pairs, n), B = Matrix<double>::Random(columns, n);
  Matrix<double> C(pairs, columns);
  for (auto _ : state) {
    C.noalias() = A * B.transpose();
    benchmark::DoNotOptimize(C.data());
  }
  report_rate(state, 2.0 * static_cast<double>(pairs * columns * n));
}

/// Assembling and solving [H + gamma I] x = g, H the Gauss-Newton matrix of a width x width block.
void gauss_newton_system(benchmark::State& state, Index width, bool by_rows) {
  const BodyfatSized data({width, width}, width);
  const LossFunction loss{LossFunction::Kind::ridge, 1};
  BlockModel<double> model(data.problem.net, loss, data.problem.n());
  SecondOrder<double> system(data.problem.net, loss, model, Curvature::gauss_newton, by_rows);
  model.forward(data.w0, data.X);
  Vector<double> x = Vector<double>::Ones(width * width);
  for (auto _ : state) {
    system.compute(data.w0, data.X, data.Y, 2, 1e-5);
    benchmark::DoNotOptimize(system.solve(1e-2, x));
  }
}

BENCHMARK_CAPTURE(block_updates, bsum_first_order, "first_order", "fixed", "constant")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_adagrad, "first_order", "fixed", "adagrad")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_backtracking, "first_order", "backtracking", "constant")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_updates, bsum_newton, "second_order", "fixed", "constant")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK_CAPTURE(block_updates, bsum_gauss_newton, "gauss_newton", "fixed", "constant")
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);
BENCHMARK_CAPTURE(block_hessian, bsum_10x10_exact, 10, Curvature::exact)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_hessian, bsum_10x10_gauss_newton, 10, Curvature::gauss_newton)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(block_hessian, bsum_100x100_exact, 100, Curvature::exact)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK_CAPTURE(product, bsum_100x100_product, 100)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(gauss_newton_system, bsum_40x40_by_entries, 40, false)->Unit(benchmark::kMillisecond)->Iterations(3);
BENCHMARK_CAPTURE(gauss_newton_system, bsum_40x40_by_rows, 40, true)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(gauss_newton_system, bsum_100x100_by_rows, 100, true)->Unit(benchmark::kMillisecond);

}  // namespace
