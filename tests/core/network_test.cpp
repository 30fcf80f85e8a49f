#include "algorithms/core/network.hpp"

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

Network example(bool bias) {
  Network net;
  net.input = 3;
  net.bias = bias;
  net.layers = {
      {5, Activation::parse("relu"), false}, {5, Activation::parse("tanh"), true}, {2, Activation::parse("linear"), false}};
  return net;
}

template <class T>
Weights<T> random_weights(const Network& net) {
  Weights<T> weights(net);
  Rng rng(1, "weights");
  for (int i = 1; i <= net.N(); ++i) {
    rng.fill_normal(weights.W[static_cast<std::size_t>(i)], 0.7);
    if (net.bias) rng.fill_normal(weights.b[static_cast<std::size_t>(i)], 0.5);
  }
  return weights;
}

}  // namespace

TEST_CASE("weights start as NaN in the network's shapes, so that a missing update shows", "[network]") {
  const Network net = example(true);
  const Weights<float> weights(net);
  REQUIRE(weights.W.size() == 4);
  REQUIRE(weights.b.size() == 4);
  CHECK(weights.W[0].size() == 0);
  CHECK(weights.b[0].size() == 0);
  for (int i = 1; i <= 3; ++i) {
    const auto k = static_cast<std::size_t>(i);
    CHECK(weights.W[k].rows() == net.d(i));
    CHECK(weights.W[k].cols() == net.d(i - 1));
    CHECK(weights.b[k].size() == net.d(i));
    CHECK(weights.W[k].array().isNaN().all());
    CHECK(weights.b[k].array().isNaN().all());
  }
  CHECK(net.any_skip());
  CHECK(net.d(0) == 3);
  CHECK(net.d(3) == 2);
}

TEST_CASE("without biases the bias vectors are there and zero", "[network]") {
  const Weights<double> weights(example(false));
  for (int i = 1; i <= 3; ++i) {
    CHECK(weights.b[static_cast<std::size_t>(i)].size() == example(false).d(i));
    CHECK(weights.b[static_cast<std::size_t>(i)].isZero(0));
  }
}

TEMPLATE_TEST_CASE("the forward pass is V_i = sigma_i(W_i V_{i-1} + b_i) plus the skip", "[network]", float, double) {
  const bool bias = GENERATE(true, false);
  const Network net = example(bias);
  const Weights<TestType> weights = random_weights<TestType>(net);
  Matrix<TestType> X(3, 13), out;
  Rng rng(2, "inputs");
  rng.fill_normal(X, 1.0);
  forward<TestType>(net, weights, X, out);
  REQUIRE(out.rows() == 2);
  REQUIRE(out.cols() == 13);
  double error = 0;
  for (Index j = 0; j < X.cols(); ++j) {  // one sample, one sum at a time, in double
    std::vector<double> v = {static_cast<double>(X(0, j)), static_cast<double>(X(1, j)), static_cast<double>(X(2, j))};
    for (std::size_t i = 1; i <= 3; ++i) {
      std::vector<double> next;
      for (Index row = 0; row < weights.W[i].rows(); ++row) {
        double u = bias ? static_cast<double>(weights.b[i](row)) : 0.0;
        for (std::size_t c = 0; c < v.size(); ++c) u += static_cast<double>(weights.W[i](row, static_cast<Index>(c))) * v[c];
        const double value = i == 1 ? std::max(0.0, u) : i == 2 ? std::tanh(u) : u;
        next.push_back(value + (i == 2 ? v[static_cast<std::size_t>(row)] : 0.0));
      }
      v = next;
    }
    for (Index row = 0; row < 2; ++row)
      error = std::max(error, std::abs(static_cast<double>(out(row, j)) - v[static_cast<std::size_t>(row)]));
  }
  CHECK(error <= 100 * static_cast<double>(std::numeric_limits<TestType>::epsilon()));

  Matrix<TestType> part;
  forward<TestType>(net, weights, X.middleCols(4, 5), part);  // blocks of columns are windows, not copies
  CHECK((part - out.middleCols(4, 5)).cwiseAbs().maxCoeff() <= 100 * std::numeric_limits<TestType>::epsilon());
}

TEST_CASE("a weight that was never set shows as NaN in the output", "[network]") {
  const Network net = example(true);
  Weights<double> weights = random_weights<double>(net);
  weights.b[1] = Weights<double>(net).b[1];
  Matrix<double> out;
  forward<double>(net, weights, Matrix<double>::Ones(3, 2), out);
  CHECK(out.array().isNaN().all());
}
