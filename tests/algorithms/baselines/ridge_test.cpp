#include "algorithms/baselines/ridge.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::test;

TEST_CASE("ridge regression makes the gradient of its problem vanish and keeps the hidden layers", "[ridge]") {
  for (const bool bias : {true, false})
    for (const bool mean : {true, false}) {
      const Tiny<> tiny(network({4, 6, 5, 2}, "sigmoid", bias), Loss::parse("squared", mean), 30, 5);
      baselines::Ridge<double> algorithm;
      algorithm.parameters().set("lambda", "0.03");
      Rng rng(1, "start");
      algorithm.initialise(tiny.problem, tiny.w0, rng);
      algorithm.step(nullptr);
      const Weights<double>& w = algorithm.weights();
      CHECK(w.W[1] == tiny.w0.W[1]);
      CHECK(w.W[2] == tiny.w0.W[2]);
      CHECK(w.b[2] == tiny.w0.b[2]);
      const auto value = [&](const Weights<double>& at) {
        Matrix<double> out;
        forward<double>(tiny.problem.net, at, tiny.X, out);
        const double fit = 0.5 * (out - tiny.Y).squaredNorm() * (mean ? 1.0 / 30 : 1.0);
        return fit + 0.015 * (at.W[3].squaredNorm() + (bias ? at.b[3].squaredNorm() : 0.0));
      };
      const double h = 1e-5;
      for (Index e = 0; e < w.W[3].size(); ++e) {
        Weights<double> up = w, down = w;
        up.W[3](e) += h;
        down.W[3](e) -= h;
        CHECK(std::abs(value(up) - value(down)) / (2 * h) < 1e-8);
      }
      for (Index e = 0; bias && e < 2; ++e) {
        Weights<double> up = w, down = w;
        up.b[3](e) += h;
        down.b[3](e) -= h;
        CHECK(std::abs(value(up) - value(down)) / (2 * h) < 1e-8);
      }
    }
}
