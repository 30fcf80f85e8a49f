// Every block update against its own subproblem: no perturbation, small or large, does better.

#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

using Parameters = ThreeSplittingParameters;

/// Compares each update with its rivals while the algorithm runs.
class Rivals final : public BlockObserver {
 public:
  Rivals(Algorithm<double>& algorithm, const Problem<double>& problem, const Parameters& p)
      : algorithm_(algorithm), problem_(problem), p_(p), oracle_(p_, problem), rng_(1, "rivals"), now_(point()) {}

  void after(const Block& block) override {
    before_ = now_;
    now_ = point();
    const auto l = static_cast<std::size_t>(block.layer);
    if (block.name == "U") challenge(block, now_.U[l], [](Iterate& P, std::size_t i) -> Matrix<double>& { return P.U[i]; });
    if (block.name == "V") challenge(block, now_.V[l], [](Iterate& P, std::size_t i) -> Matrix<double>& { return P.V[i]; });
    if (block.name == "Wb") challenge_weights(block);
  }

  int comparisons = 0;

 private:
  Iterate point() const { return iterate_of(problem_, algorithm_.state()); }

  struct Value {
    double value, rounding;
  };
  /// F plus the proximal term of the block; the loss linearised at the old point for the prox-linear step.
  Value subproblem(const Block& block, const Iterate& P) const {
    const auto l = static_cast<std::size_t>(block.layer);
    const bool output = block.layer == problem_.net.N();
    auto [value, rounding] = oracle_.potential(P);
    double distance = 0;
    if (block.name == "Wb") distance = (P.W[l] - before_.W[l]).squaredNorm() + (P.b[l] - before_.b[l]).squaredNorm();
    if (block.name == "U" && !output) distance = (P.U[l] - before_.U[l]).squaredNorm();
    if (block.name == "V" && output) {
      distance = (P.V[l] - before_.V[l]).squaredNorm();
      if (p_.output_update == Parameters::OutputUpdate::proxlinear) {
        const Matrix<double>& old = before_.V[l];
        Matrix<double> slope(old.rows(), old.cols());
        problem_.loss.gradient<double>(old, *problem_.Y, slope);
        const double w = problem_.loss.weight(problem_.n()), loss = w * problem_.loss.sum<double>(P.V[l], *problem_.Y);
        const double linear = w * slope.cwiseProduct(P.V[l]).sum();
        value += linear - loss;
        rounding += 1e-15 * (w * slope.cwiseProduct(P.V[l]).cwiseAbs().sum() + std::abs(loss));
      }
    }
    return {value + p_.alpha / 2 * distance, rounding + 1e-15 * p_.alpha * distance};
  }

  /// The update may be beaten by no more than rounding, and where it is found by iteration, by its accuracy.
  void compare(const Block& block, const Iterate& update, const Iterate& rival, double distance) {
    const Value mine = subproblem(block, update), other = subproblem(block, rival);
    const bool inner = block.name == "Wb" ? !p_.r.is_quadratic() : block.name == "V" && !p_.s.is_quadratic();
    const MixedPoint P(update);
    const double residual =
        inner ? p_.inner_tolerance * (oracle_.gradient_scale(block, P) + oracle_.hessian_norm(block, P)) * 100 : 0;
    ++comparisons;
    if (mine.value > other.value + mine.rounding + other.rounding + residual * distance) {
      INFO(block.text() << " at distance " << distance << ": better by " << mine.value - other.value);
      FAIL_CHECK("a rival beats the update");
    }
  }

  Matrix<double> shifted(const Matrix<double>& M, double size, const Regulariser& domain) {
    Matrix<double> rival(M.rows(), M.cols());
    rng_.fill_normal(rival, size);
    rival += M;
    if (domain.kind == Regulariser::Kind::nonnegative) rival = rival.cwiseMax(0);
    if (domain.kind == Regulariser::Kind::box) rival = rival.cwiseMax(domain.lo).cwiseMin(domain.hi);
    return rival;
  }

  template <class Part>
  void challenge(const Block& block, const Matrix<double>& update, Part part) {
    const auto l = static_cast<std::size_t>(block.layer);
    const Regulariser free{};
    const Regulariser& domain = block.name == "V" ? p_.s : free;
    for (const double size : {1e-5, 1e-3, 1e-1, 1.0})
      for (int k = 0; k < 3; ++k) {
        Iterate rival = now_;
        part(rival, l) = shifted(update, size, domain);
        compare(block, now_, rival, (part(rival, l) - update).norm());
        rival = now_;  // a single entry, for minima that are only local
        const Index e = static_cast<Index>(rng_.below(static_cast<std::uint64_t>(update.size())));
        part(rival, l)(e) = shifted(update, 3 * size, domain)(e);
        compare(block, now_, rival, (part(rival, l) - update).norm());
      }
  }

  void challenge_weights(const Block& block) {
    const auto l = static_cast<std::size_t>(block.layer);
    const bool jacobi = p_.weight_update == Parameters::WeightUpdate::jacobi;
    for (const double size : {1e-5, 1e-3, 1e-1, 1.0})
      for (int k = 0; k < 3; ++k) {
        const Matrix<double> W = shifted(now_.W[l], size, p_.r);
        Vector<double> b = now_.b[l];
        if (problem_.net.bias) b = shifted(now_.b[l], size, {});
        const auto at = [&](const Matrix<double>& w, const Vector<double>& bias) {
          Iterate P = now_;
          P.W[l] = w, P.b[l] = bias;
          return P;
        };
        const double distance = std::sqrt((W - now_.W[l]).squaredNorm() + (b - now_.b[l]).squaredNorm());
        if (!jacobi) {
          compare(block, now_, at(W, b), distance);
        } else {  // each from the other's old value
          compare(block, at(now_.W[l], before_.b[l]), at(W, before_.b[l]), distance);
          compare(block, at(before_.W[l], now_.b[l]), at(before_.W[l], b), distance);
        }
      }
  }

  Algorithm<double>& algorithm_;
  const Problem<double>& problem_;
  Parameters p_;
  SplittingOracle oracle_;
  Rng rng_;
  Iterate now_, before_;
};

void challenge(const std::string& activation, const std::string& loss, bool skips, bool bias, const std::string& settings) {
  INFO(activation << ' ' << loss << ' ' << settings << (skips ? " with skips" : "") << (bias ? "" : " without bias"));
  Network net = network({3, 4, 4, 2}, activation, bias);
  if (skips) net = with_skips(net);
  const Tiny<> tiny(net, Loss::parse(loss, false), 8, 41);
  auto engine = make_engine(net, settings);
  start(*engine, tiny, 9);
  Parameters p;
  ParameterList list;
  p.fields(list);
  configure(list, settings);
  Rivals rivals(*engine, tiny.problem, p);
  for (int sweep = 0; sweep < 3; ++sweep) engine->step(&rivals);
  CHECK(rivals.comparisons > 500);
}

}  // namespace

TEST_CASE("no rival beats an update, whatever the activation", "[three_splitting][subproblem]") {
  const std::string activation =
      GENERATE("relu", "leaky_relu:0.2", "linear", "tanh", "sigmoid", "softplus", "polynomial:0.1,0.6,0.2");
  const std::string order = GENERATE("order=backward", "order=forward weight_update=jacobi");
  challenge(activation, "squared", false, true, order + " gamma=1.5 alpha=0.5");
  challenge(activation, "squared", true, false, order + " gamma=0.7 rho=2 alpha=0.4");
}

TEST_CASE("no rival beats an update, whatever the loss", "[three_splitting][subproblem]") {
  const std::string loss = GENERATE("squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential");
  challenge("relu", loss, false, true, "gamma=1.5 rho=0.8 alpha=0.5");
  if (loss != "hinge") challenge("relu", loss, true, true, "gamma=1.5 rho=0.8 alpha=1.5 output_update=proxlinear");
  if (loss == "cross_entropy") return;
  for (const std::string s : {"l1:0.2", "elastic:0.2,0.3", "nonnegative", "box:-0.4,0.9"})
    challenge("relu", loss, false, true, "gamma=1.5 rho=0.8 alpha=0.5 s=" + s);
}

TEST_CASE("no rival beats an update, whatever the regularisers", "[three_splitting][subproblem]") {
  const std::string r = GENERATE("none", "l2:0.3", "l1:0.2", "elastic:0.2,0.3", "nonnegative", "box:-0.4,0.9");
  const std::string update = GENERATE(" weight_update=joint", " weight_update=jacobi");
  for (const std::string s : {"none", "l2:0.3", "l1:0.2", "nonnegative", "box:-0.4,0.9"})
    challenge("relu", "squared", s == "l1:0.2", true, "gamma=1.5 rho=0.8 alpha=0.5 r=" + r + " s=" + s + update);
}
