// What the tests of the three-splitting methods share: settings as text, random infeasible starts, distances of states.
#pragma once

#include <sstream>

#include "algorithms/core/parallel.hpp"
#include "algorithms/registry.hpp"
#include "algorithms/zeng2019/bcd3.hpp"
#include "tests/algorithms/zeng2019/bcd3_reference.hpp"
#include "tests/support/tiny.hpp"

namespace bcd::test {

using namespace zeng2019;

/// "gamma=1.5 rho=0.8 order=forward"
inline void configure(ParameterList list, const std::string& settings) {
  std::istringstream words(settings);
  for (std::string word; words >> word;) list.set(word.substr(0, word.find('=')), word.substr(word.find('=') + 1));
}

/// Skip connections around every hidden layer that keeps its width.
inline Network with_skips(Network net) {
  for (int i = 1; i < net.N(); ++i) net.layers[static_cast<std::size_t>(i - 1)].skip = net.d(i) == net.d(i - 1);
  return net;
}

template <class T = double>
std::unique_ptr<Algorithm<T>> make_engine(const Network& net, const std::string& settings) {
  auto algorithm = (net.any_skip() ? find_plugin("bcd_resnet_zeng2019") : find_plugin("bcd3_zeng2019")).make<T>();
  configure(algorithm->parameters(), settings);
  return algorithm;
}

inline std::unique_ptr<Algorithm<double>> make_reference(const std::string& settings, Bug bug = Bug::none) {
  auto algorithm = std::make_unique<ReferenceThreeSplitting>(bug);
  configure(algorithm->parameters(), settings);
  return algorithm;
}

/// A start far from feasible: U, V, W and b drawn independently.
template <class T>
void randomise(Algorithm<T>& algorithm, std::uint64_t seed, double scale = 0.8) {
  for (auto& m : algorithm.state()) {
    Rng rng(seed, m.name);
    rng.fill_normal(m.value, scale);
  }
}

template <class T>
void start(Algorithm<T>& algorithm, const Tiny<T>& tiny, std::uint64_t seed) {
  Rng rng(seed, "start");
  algorithm.initialise(tiny.problem, tiny.w0, rng);
  randomise(algorithm, seed);
}

/// Largest |A - B| / (1 + |B|) over the matrices of two states, found by name; NaN if there is one anywhere.
template <class T>
double difference(Algorithm<T>& a, Algorithm<double>& b) {
  const State<double> other = b.state();
  double worst = 0;
  for (const auto& m : a.state()) {
    const auto B = other(m.name);
    const double apart = (m.value.template cast<double>() - B).norm() / (1 + B.norm());
    if (!(apart <= worst)) worst = apart;
    if (std::isnan(worst)) break;
  }
  return worst;
}

struct ThreadCount {
  int before = threads();
  explicit ThreadCount(int count) { set_threads(count); }
  ~ThreadCount() { set_threads(before); }
};

}  // namespace bcd::test
