// Small problems and a judge for the tests of the algorithms.
#pragma once

#include "algorithms/core/algorithm.hpp"
#include "algorithms/core/audit.hpp"

namespace bcd::test {

inline Network network(std::vector<Index> widths, const std::string& hidden, bool bias = true,
                       const std::string& output = "linear") {
  Network net;
  net.input = widths.front();
  net.bias = bias;
  for (std::size_t i = 1; i < widths.size(); ++i)
    net.layers.push_back({widths[i], Activation::parse(i + 1 < widths.size() ? hidden : output), false});
  return net;
}

template <class T = double>
Weights<T> random_weights(const Network& net, double scale, Rng& rng) {
  Weights<T> w(net);
  for (int i = 1; i <= net.N(); ++i) {
    rng.fill_normal(w.W[static_cast<std::size_t>(i)], scale);
    if (net.bias) rng.fill_normal(w.b[static_cast<std::size_t>(i)], scale);
  }
  return w;
}

/// A problem with its data: normal inputs; real targets are normal (cross-entropy: one-hot), margin targets are +-1.
template <class T = double>
struct Tiny {
  Matrix<T> X, Y;
  Problem<T> problem;
  Weights<T> w0;

  Tiny(Network net, Loss loss, Index n, std::uint64_t seed, double scale = 0.7) : X(net.input, n), Y(net.d(net.N()), n) {
    Rng rng(seed, "tiny");
    Matrix<double> x(X.rows(), n), y(Y.rows(), n);
    rng.fill_normal(x, 1.0);
    rng.fill_normal(y, 1.0);
    if (loss.target_code() == TargetCode::signed_one) {
      y = y.unaryExpr([](double v) { return v < 0 ? -1.0 : 1.0; });
    } else if (loss.kind == Loss::Kind::cross_entropy) {
      y.setZero();
      for (Index j = 0; j < n; ++j) y(static_cast<Index>(rng.below(static_cast<std::uint64_t>(y.rows()))), j) = 1;
    }
    X = x.template cast<T>();
    Y = y.template cast<T>();
    const Weights<double> w = random_weights<double>(net, scale, rng);
    w0 = Weights<T>(net);
    for (std::size_t i = 1; i < w.W.size(); ++i) {
      w0.W[i] = w.W[i].template cast<T>();
      w0.b[i] = w.b[i].template cast<T>();
    }
    problem = {std::move(net), loss, &X, &Y};
  }
  Tiny(const Tiny&) = delete;
  Tiny& operator=(const Tiny&) = delete;
};

/// Runs an algorithm under its audit, block by block.
class Judge final : public BlockObserver {
 public:
  Judge(Algorithm<double>& algorithm, std::vector<Promise> promises, std::unique_ptr<Audit> audit)
      : algorithm_(algorithm), state_(algorithm.state()), audit_(std::move(audit)), log_(std::move(promises)) {
    audit_->start(state_, log_);
  }
  void after(const Block& block) override {
    blocks.push_back(block.text());
    audit_->after_block(k_, block, log_);
  }
  void sweep() {
    ++k_;
    algorithm_.step(this);
    close();
  }
  /// For twins that replace step(): call open(), after() for each block, close().
  void open() { ++k_; }
  void close() {
    row.clear();
    audit_->after_sweep(k_, log_, row);
  }
  const PromiseResult& result(const std::string& id) const {
    for (const PromiseResult& r : log_.results())
      if (r.promise.id == id) return r;
    throw std::logic_error("no promise " + id);
  }
  double measured(const std::string& name) const {
    for (const auto& [key, value] : row)
      if (key == name) return value;
    throw std::logic_error("no measurement " + name);
  }

  std::vector<std::string> blocks;
  Measurements row;

 private:
  Algorithm<double>& algorithm_;
  State<double> state_;
  std::unique_ptr<Audit> audit_;
  CheckLog log_;
  int k_ = 0;
};

}  // namespace bcd::test
