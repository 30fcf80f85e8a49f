// ADMM of Zeng et al. 2021 by plain loops over samples: the function (4), the models of the fits, one sweep.
#pragma once

#include "algorithms/zeng2021/admm.hpp"
#include "tests/support/tiny.hpp"

namespace bcd::test::zeng_admm {

using zeng2021::Admm;

struct Setting {
  std::string activation = "sigmoid", majoriser = "sharp", beta = "1";
  double lambda = 0.05, xi = 0;
  bool bias = true, mean = false;

  void configure(Algorithm<double>& algorithm) const {
    ParameterList list = algorithm.parameters();
    list.set("beta", beta);
    list.set("majoriser", majoriser);
    list.set("lambda", number_text(lambda));
    list.set("xi", number_text(xi));
  }
};

/// A small problem with an algorithm on it; `randomise` makes every constraint fail.
struct Fixture {
  Setting setting;
  Tiny<> tiny;
  Admm<double> admm;
  State<double> state;
  std::vector<double> beta;  // by layer, entry 0 unused
  int N;

  explicit Fixture(const Setting& s, std::vector<Index> widths = {3, 5, 4, 2}, Index n = 20)
      : setting(s), tiny(network(widths, s.activation, s.bias), Loss::parse("squared", s.mean), n, 3), N(tiny.problem.net.N()) {
    s.configure(admm);
    Rng rng(1, "start");
    admm.initialise(tiny.problem, tiny.w0, rng);
    state = admm.state();
    const auto weights = zeng2021::PerLayer::parse(s.beta);
    for (int i = 0; i <= N; ++i) beta.push_back(i == 0 ? 0.0 : weights(i));
  }
  void randomise(double scale = 0.8) {
    for (auto m : state) {
      Rng rng(11, m.name);
      rng.fill_normal(m.value, scale);
    }
  }
  double w() const { return setting.mean ? 1.0 / static_cast<double>(tiny.X.cols()) : 1.0; }
  double sigma(int i, double u) const { return tiny.problem.net.sigma(i).value(u); }

  Vector<double> preactivation(int i, Index j) const {
    const Vector<double> below = i == 1 ? Vector<double>(tiny.X.col(j)) : Vector<double>(state("V", i - 1).col(j));
    Vector<double> z = state("W", i) * below;
    if (setting.bias) z += state("b", i);
    return z;
  }
  /// (4), `previous`: the V of the sweep before (empty: without the xi terms).
  double L(const std::vector<Matrix<double>>& previous = {}) const {
    double sum = 0;
    for (int i = 1; i <= N; ++i) {
      sum += 0.5 * setting.lambda * state("W", i).squaredNorm();
      if (setting.bias) sum += 0.5 * setting.lambda * state("b", i).squaredNorm();
      const auto V = state("V", i), Lambda = state("Lambda", i);
      for (Index j = 0; j < tiny.X.cols(); ++j) {
        const Vector<double> z = preactivation(i, j);
        for (Index k = 0; k < z.size(); ++k) {
          const double r = sigma(i, z(k)) - V(k, j);
          sum += Lambda(k, j) * r + 0.5 * beta[static_cast<std::size_t>(i)] * r * r;
          if (i == N) sum += 0.5 * w() * std::pow(V(k, j) - tiny.Y(k, j), 2);
        }
      }
      if (!previous.empty()) sum += setting.xi * (V - previous[static_cast<std::size_t>(i)]).squaredNorm();
    }
    return sum;
  }
  std::vector<Matrix<double>> copy_V() const {
    std::vector<Matrix<double>> copy(1);
    for (int i = 1; i <= N; ++i) copy.push_back(state("V", i));
    return copy;
  }
};

}  // namespace bcd::test::zeng_admm
