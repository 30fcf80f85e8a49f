#include "algorithms/core/backprop.hpp"

#include "algorithms/core/parallel.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/own_pieces.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using bcd::test::as_loss;
using bcd::test::huber;
using bcd::test::network;
using bcd::test::swish;
using bcd::test::Tiny;

namespace {

const std::vector<std::string> kActivations = {"linear", "relu",     "leaky_relu:0.2",         "sigmoid",
                                               "tanh",   "softplus", "polynomial:0.1,0.5,0.25"};
const std::vector<std::string> kLosses = {"squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential"};

/// The objective by the plain forward pass, not by Backprop.
double objective(const Tiny<>& tiny, const Weights<double>& w, double scale) {
  Matrix<double> V;
  forward<double>(tiny.problem.net, w, tiny.X, V);
  return scale * tiny.problem.loss.sum<double>(V, tiny.Y);
}

/// Every entry against (f(x+h) - f(x-h))/2h. The error c h^2 + eps f/h: the quotients for 2h and h differ by 3 c h^2, which is
/// more than the truncation of the finer one.
void check_gradient(Tiny<>& tiny, double scale) {
  Backprop<double> backprop(tiny.problem.net, tiny.X.cols());
  Weights<double> g(tiny.problem.net), w = tiny.w0;
  const double f = backprop.gradient(w, tiny.problem.loss, tiny.X, tiny.Y, scale, g);
  REQUIRE(f == Approx(objective(tiny, w, scale)).epsilon(1e-13));
  const auto check = [&](double& x, double derivative) {
    const double x0 = x, h = 0x1p-17;
    const auto quotient = [&](double step) {
      x = x0 + step;
      const double up = objective(tiny, w, scale);
      x = x0 - step;
      const double down = objective(tiny, w, scale);
      x = x0;
      return (up - down) / (2 * step);
    };
    const double coarse = quotient(2 * h), fine = quotient(h);
    const double rounding = 100 * std::numeric_limits<double>::epsilon() * (1 + std::abs(f)) / h;
    REQUIRE(std::abs(derivative - fine) <= std::abs(coarse - fine) + rounding);
  };
  for (std::size_t i = 1; i < w.W.size(); ++i) {
    for (Index k = 0; k < w.W[i].size(); ++k) check(w.W[i].data()[k], g.W[i].data()[k]);
    if (tiny.problem.net.bias)
      for (Index k = 0; k < w.b[i].size(); ++k) check(w.b[i](k), g.b[i](k));
  }
}

}  // namespace

TEST_CASE("back-propagation agrees with difference quotients for every activation and loss", "[core][backprop]") {
  for (const std::string& activation : kActivations)
    for (const std::string& loss : kLosses) {
      INFO(activation << " " << loss);
      Tiny<> tiny(network({3, 5, 4, 3}, activation), Loss::parse(loss, true), 7, 11, 0.5);
      check_gradient(tiny, 1.0 / 7);
    }
}

TEST_CASE("back-propagation goes through skip connections, output activations and networks without bias", "[core][backprop]") {
  for (const bool bias : {true, false}) {
    Network net = network({4, 4, 4, 4, 2}, "tanh", bias, "sigmoid");
    for (const std::size_t i : {0, 1, 2}) net.layers[i].skip = i != 1;  // skip into layer 1, chains and gaps
    Tiny<> tiny(net, Loss::parse("squared", false), 6, 5);
    check_gradient(tiny, 1.0);
    tiny.problem.net.layers[1].skip = true;
    check_gradient(tiny, 0.3);
  }
}

TEST_CASE("back-propagation goes through a network with another activation in every layer", "[core][backprop]") {
  const OwnActivation own = swish();
  const OwnLoss loss = huber();
  Network net = network({3, 5, 4, 6, 5, 3}, "tanh");
  net.layers[1].activation = Activation::parse("softplus");
  net.layers[2].activation = Activation(own);
  net.layers[3].activation = Activation::parse("leaky_relu:0.3");
  Tiny<> squared(net, Loss::parse("squared", true), 7, 11, 0.5), own_loss(net, as_loss(loss), 7, 12, 0.5);
  check_gradient(squared, 1.0 / 7);
  check_gradient(own_loss, 1.0);
}

TEST_CASE("a gradient over more samples than one chunk is the sum over its samples", "[core][backprop]") {
  const Index n = 2 * Backprop<double>::kChunk + 77;
  Tiny<> tiny(network({3, 4, 2}, "softplus"), Loss::parse("squared", false), n, 3);
  Backprop<double> all(tiny.problem.net, n), one(tiny.problem.net, 1);
  Weights<double> g(tiny.problem.net), part(tiny.problem.net), sum(tiny.problem.net);
  const double f = all.gradient(tiny.w0, tiny.problem.loss, tiny.X, tiny.Y, 1.0, g);
  double total = 0;
  for (Index j = 0; j < n; ++j) {
    total += one.gradient(tiny.w0, tiny.problem.loss, tiny.X.col(j), tiny.Y.col(j), 1.0, part);
    for (std::size_t i = 1; i < g.W.size(); ++i) {
      if (j == 0) sum.W[i].setZero(), sum.b[i].setZero();
      sum.W[i] += part.W[i];
      sum.b[i] += part.b[i];
    }
  }
  // n terms of one sign or another: rounding n eps times the sum of their sizes, itself at most about n f.
  const double allowance = static_cast<double>(n) * std::numeric_limits<double>::epsilon() * total;
  REQUIRE(std::abs(f - total) <= allowance);
  for (std::size_t i = 1; i < g.W.size(); ++i) {
    REQUIRE((g.W[i] - sum.W[i]).cwiseAbs().maxCoeff() <= allowance);
    REQUIRE((g.b[i] - sum.b[i]).cwiseAbs().maxCoeff() <= allowance);
  }
}

TEST_CASE("gradients in single precision agree with double precision", "[core][backprop]") {
  const Network net = network({3, 6, 6, 2}, "tanh");
  const Loss loss = Loss::parse("squared", true);
  Tiny<double> d(net, loss, 20, 9);
  Tiny<float> s(net, loss, 20, 9);
  Weights<double> gd(net);
  Weights<float> gs(net);
  Backprop<double>(net, 20).gradient(d.w0, loss, d.X, d.Y, 0.05, gd);
  Backprop<float>(net, 20).gradient(s.w0, loss, s.X, s.Y, 0.05, gs);
  for (std::size_t i = 1; i < gd.W.size(); ++i)
    REQUIRE((gd.W[i] - gs.W[i].cast<double>()).norm() <= 1e-5 * (1 + gd.W[i].norm()));
}
