// Problems and slow, independent computations for the tests of bsum_ghauch2018.
#pragma once

#include "algorithms/ghauch2018/oracle.hpp"
#include "tests/support/tiny.hpp"

namespace bcd::test {

/// A problem that suits one loss of the paper: sigmoid outputs and 0/1 targets for the cross-entropy, +-1 for margin losses.
struct BsumCase {
  ghauch2018::Parameters parameters;
  Matrix<double> X, Y;
  Problem<double> problem;
  Weights<double> w0;

  BsumCase(const std::string& loss, const std::string& activation, bool bias, std::vector<Index> widths = {3, 4, 2, 2},
           Index n = 7, std::uint64_t seed = 3) {
    const bool exponential = loss == "paper_exponential";
    if (exponential) parameters.loss = ghauch2018::LossChoice::exponential;
    parameters.c = 1.7;
    parameters.lambda = 0.03;
    problem.loss = Loss::parse(exponential ? "squared" : loss, true);
    problem.net = network(widths, activation, bias, loss == "cross_entropy" ? "sigmoid" : activation);
    Rng rng(seed, "bsum");
    X.resize(widths.front(), n);
    Y.resize(widths.back(), n);
    rng.fill_normal(X, 1.0);
    rng.fill_normal(Y, 1.0);
    if (loss == "cross_entropy") Y = Y.unaryExpr([](double y) { return y < 0 ? 0.0 : 1.0; });
    if (problem.loss.target_code() == TargetCode::signed_one) Y = Y.unaryExpr([](double y) { return y < 0 ? -1.0 : 1.0; });
    problem.X = &X;
    problem.Y = &Y;
    w0 = random_weights(problem.net, 0.6, rng);
    if (!bias)
      for (auto& b : w0.b) b.setZero();
  }
  BsumCase(const BsumCase&) = delete;
  BsumCase& operator=(const BsumCase&) = delete;

  ghauch2018::LossFunction loss() const { return parameters.loss_function(problem.loss); }
};

inline void set_all(ParameterList list, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, text] : values) list.set(name, text);
}

/// Runs `steps` iterations of an algorithm from a problem's first weights.
template <class A>
const Weights<double>& train(A& algorithm, const Problem<double>& problem, const Weights<double>& w0, int steps) {
  Rng rng(11, "algorithm");
  algorithm.initialise(problem, w0, rng);
  for (int k = 0; k < steps; ++k) algorithm.step(nullptr);
  return algorithm.weights();
}

inline double distance(const Weights<double>& a, const Weights<double>& b) {
  double sum = 0;
  for (std::size_t i = 1; i < a.W.size(); ++i) sum += (a.W[i] - b.W[i]).squaredNorm() + (a.b[i] - b.b[i]).squaredNorm();
  return std::sqrt(sum);
}

}  // namespace bcd::test
