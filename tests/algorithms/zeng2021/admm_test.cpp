// ADMM of Zeng et al. 2021: the majoriser by brute force, each update against its subproblem, a run against plain formulas.
#include <Eigen/LU>

#include "algorithms/zeng2021/majoriser.hpp"
#include "tests/algorithms/zeng2021/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
using namespace bcd::test::zeng_admm;
using zeng2021::fit_curvature;

namespace {

/// phi'' for phi(u) = 1/2 (sigma(u) - b)^2
double second_derivative(const Activation& sigma, double b, double u) {
  const double d1 = sigma.derivative(u);
  return d1 * d1 + (sigma.value(u) - b) * sigma.second_derivative(u);
}

}  // namespace

TEST_CASE("the sharp curvature is the supremum of phi'' found on a fine grid", "[zeng-admm]") {
  for (const char* name : {"sigmoid", "tanh", "linear"}) {
    const Activation sigma = Activation::parse(name);
    for (const double b : {-30.0, -2.0, -1.0, -0.3, -0.01, 0.0, 0.2, 0.5, 0.7, 1.0, 1.01, 1.7, 5.0, 40.0}) {
      CAPTURE(name, b);
      double grid = 0;
      for (int k = -40000; k <= 40000; ++k) grid = std::max(grid, second_derivative(sigma, b, k * 5e-4));
      const double M = fit_curvature(sigma, b);
      CHECK(M >= grid * (1 - 1e-14));
      CHECK(M <= grid * (1 + 1e-6));  // the grid misses the maximum by at most 2.5e-4, to second order
    }
  }
}

TEST_CASE("the sharp curvature has the closed forms of the README", "[zeng-admm]") {
  const Activation sigma = Activation::parse("sigmoid");
  const double s = (15 - std::sqrt(33.0)) / 24, K0 = s * s * (1 - s) * (2 - 3 * s), K2 = std::sqrt(3.0) / 18;
  CHECK(fit_curvature(sigma, 0) == Approx(K0).epsilon(1e-14));
  CHECK(fit_curvature(sigma, 0.5) == Approx(1.0 / 16).epsilon(1e-14));
  for (const double b : {-3.0, -0.4, 0.1, 0.8, 1.3, 9.0}) {
    CHECK(fit_curvature(sigma, b) == Approx(fit_curvature(sigma, 1 - b)).epsilon(1e-13));
    CHECK(fit_curvature(sigma, b) <= K0 + K2 * std::max({0.0, -b, b - 1}) + 1e-15);
    for (const double c : {-2.0, 0.3, 4.0})  // convex
      CHECK(fit_curvature(sigma, (b + c) / 2) <= (fit_curvature(sigma, b) + fit_curvature(sigma, c)) / 2 + 1e-15);
  }
  CHECK(fit_curvature(sigma, -1, 3) == std::max(fit_curvature(sigma, -1), fit_curvature(sigma, 3)));
}

TEST_CASE("the quadratic lies above the fit, and with one percent less curvature it does not", "[zeng-admm]") {
  for (const char* name : {"sigmoid", "tanh"}) {
    const Activation sigma = Activation::parse(name);
    for (const double b : {-1.5, 0.0, 0.6, 2.0}) {
      const double M = fit_curvature(sigma, b);
      double worst = 0, worst_with_less = 0;
      for (int k = -400; k <= 400; ++k)
        for (const double d : {-8.0, -1.0, -0.05, 0.05, 1.0, 8.0}) {
          const double u = k * 0.02, r = sigma.value(u) - b;
          const double gap = 0.5 * r * r + r * sigma.derivative(u) * d - 0.5 * std::pow(sigma.value(u + d) - b, 2);
          worst = std::min(worst, gap + 0.5 * M * d * d);
          worst_with_less = std::min(worst_with_less, gap + 0.5 * 0.99 * M * d * d);
        }
      CHECK(worst >= -1e-14);
      CHECK(worst_with_less < -1e-7);
    }
  }
}

TEST_CASE("the published curvature max|B|/2 lies above the fit exactly from max|B| = 0.176 on", "[zeng-admm]") {
  const Activation sigma = Activation::parse("sigmoid");
  zeng2021::Parameters p;
  p.majoriser = zeng2021::Majoriser::published;
  const auto valid = [&](double lo, double hi) {
    return zeng2021::model_curvature(p, sigma, lo, hi) >= fit_curvature(sigma, lo, hi);
  };
  CHECK_FALSE(valid(-0.175, 0.175));
  CHECK(valid(-0.177, 0.177));
  CHECK_FALSE(valid(0, 0.153));
  CHECK(valid(0, 0.155));
  for (const double m : {0.2, 0.5, 1.0, 3.0, 50.0}) CHECK(valid(-m, m));
}

namespace {

const std::vector<Setting> kSettings = {{"sigmoid", "sharp", "1"},
                                        {"sigmoid", "published", "1"},
                                        {"sigmoid", "sharp", "3,0.5,2", 0.2, 0.3, false},
                                        {"tanh", "sharp", "2", 0.1, 0.1, true, true},
                                        {"linear", "sharp", "1.5", 0.1, 0, false}};

/// Central differences of f at every entry of M: their largest absolute value.
template <class F>
double largest_slope(Eigen::Map<Matrix<double>> M, F&& f) {
  const double h = 1e-5;
  double worst = 0;
  for (Index e = 0; e < M.size(); ++e) {
    const double at = M.data()[e];
    M.data()[e] = at + h;
    const double up = f();
    M.data()[e] = at - h;
    const double down = f();
    M.data()[e] = at;
    worst = std::max(worst, std::abs(up - down) / (2 * h));
  }
  return worst;
}

/// beta_i times the model of layer i's fit, made at the state at construction: <G, Z> + c/2 |Z - Z_old|^2.
class Model {
 public:
  Model(const Fixture& f, int i) : f_(f), i_(i) {
    const Activation& sigma = f.tiny.problem.net.sigma(i);
    const Matrix<double> B = f.state("V", i) - f.state("Lambda", i) / f.beta[static_cast<std::size_t>(i)];
    for (Index j = 0; j < B.cols(); ++j) {
      const Vector<double> z = f.preactivation(i, j);
      Vector<double> g(z.size());
      for (Index k = 0; k < z.size(); ++k) g(k) = (sigma.value(z(k)) - B(k, j)) * sigma.derivative(z(k));
      Z_.push_back(z);
      G_.push_back(g);
    }
    double c = 0;
    if (f.setting.majoriser == "published" && f.setting.activation == "sigmoid" && i < f.N)
      c = B.cwiseAbs().maxCoeff() / 2;
    else  // the supremum over the entries themselves, not over their range
      for (Index e = 0; e < B.size(); ++e) c = std::max(c, fit_curvature(sigma, B(e)));
    c_ = c;
  }
  double value() const {
    double sum = 0;
    for (std::size_t j = 0; j < Z_.size(); ++j) {
      const Vector<double> d = f_.preactivation(i_, static_cast<Index>(j)) - Z_[j];
      sum += G_[j].dot(d) + 0.5 * c_ * d.squaredNorm();
    }
    return f_.beta[static_cast<std::size_t>(i_)] * sum;
  }

 private:
  const Fixture& f_;
  int i_;
  double c_;
  std::vector<Vector<double>> Z_, G_;
};

}  // namespace

TEST_CASE("each weight update is the minimiser of the ridge problem with the fit's model", "[zeng-admm]") {
  for (const Setting& s : kSettings)
    for (int i = 1; i <= 3; ++i) {
      CAPTURE(s.activation, s.majoriser, s.beta, i);
      Fixture f(s);
      f.randomise();
      const Model model(f, i);
      const double before = f.L();
      f.admm.update_W(i);
      CHECK(f.L() <= before);
      const auto objective = [&] {
        const double bias2 = s.bias ? f.state("b", i).squaredNorm() : 0.0;
        return 0.5 * s.lambda * (f.state("W", i).squaredNorm() + bias2) + model.value();
      };
      CHECK(largest_slope(f.state("W", i), objective) < 1e-7);
      if (s.bias) CHECK(largest_slope(f.state("b", i), objective) < 1e-7);
      if (i == 3) CHECK(largest_slope(f.state("W", i), [&] { return f.L(); }) < 1e-7);
    }
}

TEST_CASE("each V update is the minimiser of its problem, exact for the last two layers", "[zeng-admm]") {
  for (const Setting& s : kSettings)
    for (int i = 1; i <= 3; ++i) {
      CAPTURE(s.activation, s.majoriser, s.beta, i);
      Fixture f(s);
      f.randomise();
      const double before = f.L();
      if (i == 3) {
        f.admm.update_V_N();
      } else {
        const Model next(f, i + 1);
        f.admm.update_V(i);
        const auto V = f.state("V", i), Lambda = f.state("Lambda", i);
        const auto objective = [&] {
          double sum = next.value();
          for (Index j = 0; j < V.cols(); ++j) {
            const Vector<double> z = f.preactivation(i, j);
            for (Index k = 0; k < z.size(); ++k) {
              const double r = f.sigma(i, z(k)) - V(k, j);
              sum += Lambda(k, j) * r + 0.5 * f.beta[static_cast<std::size_t>(i)] * r * r;
            }
          }
          return sum;
        };
        CHECK(largest_slope(V, objective) < 1e-7);
      }
      CHECK(f.L() <= before);
      if (i >= 2) CHECK(largest_slope(f.state("V", i), [&] { return f.L(); }) < 1e-7);
    }
}

namespace {

/// Six sweeps of the published method by its formulas (three layers, sigmoid), with explicit inverses.
struct PlainFormulas {
  const Tiny<>& tiny;
  double beta, lambda;
  std::vector<Matrix<double>> A, V, Lambda;  // A[i] = [W_i b_i]

  static Matrix<double> sigma(const Matrix<double>& Z) { return (1 + (-Z.array()).exp()).inverse(); }
  static Matrix<double> with_ones(const Matrix<double>& M) {
    Matrix<double> K(M.rows() + 1, M.cols());
    K << M, Matrix<double>::Ones(1, M.cols());
    return K;
  }
  static Matrix<double> identity(Index n) { return Matrix<double>::Identity(n, n); }
  Matrix<double> B(std::size_t i) const { return V[i] - Lambda[i] / beta; }
  Matrix<double> gradient(const Matrix<double>& Z, std::size_t i) const {
    const Matrix<double> S = sigma(Z);
    return ((S - B(i)).array() * S.array() * (1 - S.array())).matrix();
  }

  void sweep() {
    for (const std::size_t i : {std::size_t{3}, std::size_t{2}, std::size_t{1}}) {
      const Matrix<double> K = with_ones(V[i - 1]), KK = K * K.transpose();
      if (i == 3) {
        A[i] = (beta * V[i] - Lambda[i]) * K.transpose() * (lambda * identity(K.rows()) + beta * KK).inverse();
        continue;
      }
      const Matrix<double> P = A[i] * K, G = gradient(P, i);
      const double h = B(i).cwiseAbs().maxCoeff();
      A[i] = beta * ((h / 2) * P - G) * K.transpose() * (lambda * identity(K.rows()) + (beta * h / 2) * KK).inverse();
    }
    const Matrix<double> W2 = A[2].leftCols(V[1].rows()), W3 = A[3].leftCols(V[2].rows());
    {
      const Matrix<double> C = sigma(A[1] * with_ones(V[0])) + Lambda[1] / beta, P = W2 * V[1];
      const Matrix<double> G = gradient(A[2] * with_ones(V[1]), 2);
      const double m = B(2).cwiseAbs().maxCoeff();
      V[1] = (beta * identity(W2.cols()) + (beta * m / 2) * W2.transpose() * W2).inverse() *
             (beta * C + beta * W2.transpose() * ((m / 2) * P - G));
    }
    const Vector<double> b3 = A[3].rightCols(1);
    V[2] = (beta * identity(W3.cols()) + beta * W3.transpose() * W3).inverse() *
           (Lambda[2] + beta * sigma(A[2] * with_ones(V[1])) - W3.transpose() * (Lambda[3] - beta * (V[3].colwise() - b3)));
    V[3] = (tiny.Y + Lambda[3] + beta * A[3] * with_ones(V[2])) / (1 + beta);
    Lambda[1] += beta * (sigma(A[1] * with_ones(V[0])) - V[1]);
    Lambda[2] += beta * (sigma(A[2] * with_ones(V[1])) - V[2]);
    Lambda[3] += beta * (A[3] * with_ones(V[2]) - V[3]);
  }
};

}  // namespace

TEST_CASE("six sweeps agree with the published formulas and explicit inverses", "[zeng-admm]") {
  Fixture f({"sigmoid", "published", "1.7", 0.01});
  PlainFormulas plain{f.tiny, 1.7, 0.01, {Matrix<double>()}, {f.tiny.X}, {Matrix<double>()}};
  for (int i = 1; i <= 3; ++i) {
    Matrix<double> A(f.tiny.problem.net.d(i), f.tiny.problem.net.d(i - 1) + 1);
    A << f.state("W", i), f.state("b", i);
    plain.A.push_back(A);
    plain.V.push_back(f.state("V", i));
    plain.Lambda.push_back(f.state("Lambda", i));
  }
  for (int k = 0; k < 6; ++k) {
    f.admm.step(nullptr);
    plain.sweep();
  }
  for (int i = 1; i <= 3; ++i) {
    CAPTURE(i);
    const auto at = static_cast<std::size_t>(i);
    CHECK((plain.A[at].leftCols(f.state("W", i).cols()) - f.state("W", i)).norm() <= 1e-9);
    CHECK((plain.A[at].rightCols(1) - f.state("b", i)).norm() <= 1e-9);
    CHECK((plain.V[at] - f.state("V", i)).norm() <= 1e-9);
    CHECK((plain.Lambda[at] - f.state("Lambda", i)).norm() <= 1e-9);
  }
  CHECK(plain.Lambda[3].norm() > 0.1);
}

TEST_CASE("problems outside the method are refused with the reason", "[zeng-admm]") {
  Admm<double> admm;
  const auto reason = [&](Network net, const char* loss) {
    const Tiny<> tiny(std::move(net), Loss::parse(loss, false), 5, 1);
    return admm.not_applicable(tiny.problem);
  };
  CHECK_THAT(reason(network({3, 3, 2}, "relu"), "squared"), Contains("relu"));
  CHECK_THAT(reason(network({3, 3, 2}, "sigmoid"), "cross_entropy"), Contains("squared loss"));
  CHECK_THAT(reason(network({3, 3, 2}, "sigmoid", true, "sigmoid"), "squared"), Contains("output layer"));
  admm.parameters().set("beta", "1,2,3");
  CHECK_THAT(reason(network({3, 3, 2}, "sigmoid"), "squared"), Contains("3 values") && Contains("2 layers"));
  admm.parameters().set("beta", "1,2");
  CHECK(reason(network({3, 3, 2}, "sigmoid"), "squared").empty());
  admm.parameters().set("majoriser", "published");
  CHECK_THAT(reason(network({3, 3, 2}, "tanh"), "squared"), Contains("sigmoid"));
  CHECK_THROWS_WITH(admm.parameters().set("beta", "1,-2"), Contains("'beta'") && Contains("> 0"));
  CHECK_THROWS_WITH(admm.parameters().set("beta", "1,x"), Contains("'beta'"));
}
