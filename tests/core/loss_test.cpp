#include "algorithms/core/loss.hpp"

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/numeric.hpp"

using namespace bcd;
using namespace bcd::test;
namespace {

const std::vector<std::string> kSeparable = {"squared", "logistic", "hinge", "squared_hinge", "exponential"};
const std::vector<std::string> kAll = {"squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential"};

Loss parse(const std::string& name) { return Loss::parse(name, false); }

/// One entry of a separable loss, by definition.
double by_definition(const std::string& name, double v, double y) {
  if (name == "squared") return 0.5 * (v - y) * (v - y);
  if (name == "logistic") return std::log(1 + std::exp(-y * v));
  if (name == "hinge") return std::max(0.0, 1 - y * v);
  if (name == "squared_hinge") return std::max(0.0, 1 - y * v) * std::max(0.0, 1 - y * v);
  return std::exp(-y * v);
}

double cross_entropy_by_definition(const Vector<double>& v, const Vector<double>& y) {
  double total = 0, value = 0;
  for (Index j = 0; j < v.size(); ++j) total += std::exp(v(j));
  for (Index j = 0; j < v.size(); ++j) value -= y(j) * std::log(std::exp(v(j)) / total);
  return value;
}

/// Targets as the loss wants them: one-hot or soft columns, +-1, or real numbers.
Matrix<double> targets(const std::string& name, Index rows, Index cols, Rng& rng) {
  Matrix<double> Y(rows, cols);
  for (Index j = 0; j < cols; ++j)
    for (Index i = 0; i < rows; ++i)
      Y(i, j) = name == "squared" ? rng.normal() : name == "cross_entropy" ? rng.uniform() : rng.below(2) ? 1.0 : -1.0;
  if (name == "cross_entropy")
    for (Index j = 0; j < cols; ++j) {
      if (j % 2 == 0) Y.col(j) = Vector<double>::Unit(rows, static_cast<Index>(rng.below(static_cast<std::uint64_t>(rows))));
      Y.col(j) /= Y.col(j).sum();
    }
  return Y;
}

double column_value(const Loss& loss, const Vector<double>& v, const Vector<double>& y) { return loss.sum<double>(v, y); }

}  // namespace

TEST_CASE("losses follow their definitions and sum over entries and columns", "[loss]") {
  Rng rng(1, "loss-sum");
  for (const std::string& name : kAll) {
    Matrix<double> V(4, 9);
    rng.fill_normal(V, 2.0);
    const Matrix<double> Y = targets(name, 4, 9, rng);
    double expected = 0;
    for (Index j = 0; j < 9; ++j) {
      if (name == "cross_entropy") expected += cross_entropy_by_definition(V.col(j), Y.col(j));
      for (Index i = 0; i < 4 && name != "cross_entropy"; ++i) expected += by_definition(name, V(i, j), Y(i, j));
    }
    INFO(name);
    CHECK(parse(name).sum<double>(V, Y) == Approx(expected).epsilon(1e-14));
    CHECK(parse(name).sum<double>(V.middleCols(2, 3), Y.middleCols(2, 3)) +
              parse(name).sum<double>(V.leftCols(2), Y.leftCols(2)) + parse(name).sum<double>(V.rightCols(4), Y.rightCols(4)) ==
          Approx(expected).epsilon(1e-14));
    CHECK(parse(name).sum<float>(V.cast<float>(), Y.cast<float>()) == Approx(expected).epsilon(1e-6));
  }
  CHECK(Loss::parse("squared", true).weight(40) == 0.025);
  CHECK(Loss::parse("squared", false).weight(40) == 1);
}

TEST_CASE("loss gradients are the difference quotients", "[loss]") {
  Rng rng(2, "loss-gradient");
  for (const std::string& name : kAll) {
    const Loss loss = parse(name);
    Matrix<double> V(5, 6), G(5, 6);
    rng.fill_normal(V, 1.5);
    const Matrix<double> Y = targets(name, 5, 6, rng);
    loss.gradient<double>(V, Y, G);
    for (Index j = 0; j < 6; ++j)
      for (Index i = 0; i < 5; ++i) {
        const auto along = [&](double x) {
          Vector<double> v = V.col(j);
          v(i) = x;
          return column_value(loss, v, Y.col(j));
        };
        // |l'''| <= max(1, exp|v|), and the column's other entries add to the size of l; the kinks are farther than the step.
        const Difference d = central_difference(along, V(i, j), 2 * std::exp(std::abs(V(i, j))));
        const double size = column_value(loss, V.col(j), Y.col(j));
        INFO(name << " v " << V(i, j) << " y " << Y(i, j));
        CHECK(std::abs(G(i, j) - d.value) <= d.error * (1 + size));
      }
    Matrix<double> in_place = V;
    loss.gradient<double>(in_place, Y, in_place);
    CHECK(in_place == G);
    Matrix<float> G32(5, 6);
    loss.gradient<float>(V.cast<float>(), Y.cast<float>(), G32);
    CHECK((G32.cast<double>() - G).cwiseAbs().maxCoeff() <= 1e-6 * (1 + G.cwiseAbs().maxCoeff() + V.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("the hinge takes 0 at its kink and its subdifferential spans both slopes", "[loss]") {
  Matrix<double> v(2, 1), y(2, 1), g(2, 1);
  v << 1, -1;
  y << 1, -1;
  parse("hinge").gradient<double>(v, y, g);
  CHECK(g.isZero(0));
  CHECK(parse("hinge").entry_subdifferential(1, 1) == std::pair(-1.0, 0.0));
  CHECK(parse("hinge").entry_subdifferential(-1, -1) == std::pair(0.0, 1.0));
  CHECK(parse("hinge").entry_subdifferential(0.5, 1) == std::pair(-1.0, -1.0));
  CHECK_THROWS_AS(parse("cross_entropy").entry_subdifferential(0, 1), std::logic_error);
  CHECK_FALSE(parse("hinge").smooth());
}

TEST_CASE("the hinge prox is the case table of Lemma 14", "[loss][prox]") {
  const auto lemma14 = [](double a, double b, double g) {  // argmin max(0, 1 - a u) + g/2 (u - b)^2, as printed, a != 0
    if (a * b <= 1 - a * a / g) return b + a / g;
    return a * b < 1 ? 1 / a : b;
  };
  Rng rng(3, "lemma14");
  Matrix<double> B(40, 500), Y = targets("hinge", 40, 500, rng), V(40, 500);
  rng.fill_normal(B, 2.0);
  B.row(0) = Y.row(0);         // a b = 1
  B.row(1) = 0.25 * Y.row(1);  // a b = 1 - a^2/g for g/w = 4/3
  for (const auto& [w, g] : {std::pair(1.0, 4.0 / 3), {0.5, 2.0}, {1.0, 0.3}, {0.01, 1.0}}) {
    parse("hinge").prox<double>(w, g, B, Y, V);
    double error = 0;
    for (Index j = 0; j < B.cols(); ++j)
      for (Index i = 0; i < B.rows(); ++i) error = std::max(error, std::abs(V(i, j) - lemma14(Y(i, j), B(i, j), g / w)));
    CHECK(error <= 1e-14);
  }
}

TEST_CASE("separable loss proxes are optimal: subdifferential, grid and perturbations", "[loss][prox]") {
  Rng rng(4, "loss-prox");
  for (const std::string& name : kSeparable) {
    const Loss loss = parse(name);
    for (int k = 0; k < 400; ++k) {
      const double w = std::exp(2 * rng.normal()), g = std::exp(2 * rng.normal()), b0 = 3 * rng.normal();
      const double y0 = targets(name, 1, 1, rng)(0, 0);
      Matrix<double> b(1, 1), y(1, 1), v(1, 1);
      b << b0, y << y0;
      loss.prox<double>(w, g, b, y, v);
      const double x = v(0, 0);
      INFO(name << " w " << w << " g " << g << " b " << b0 << " y " << y0 << " v " << x);
      const auto objective = [&](double z) { return w * by_definition(name, z, y0) + g / 2 * (z - b0) * (z - b0); };
      const double value = objective(x), rounding = 32 * kEps * (value + g * b0 * b0);
      for (const double z : grid(-12, 12, 600)) CHECK(value <= objective(z) + rounding);
      for (int trial = 0; trial < 10; ++trial)
        CHECK(value <= objective(x + std::exp(-8 * rng.uniform()) * rng.normal()) + rounding);

      // g (b - v)/w lies in the subdifferential; a kink is reached exactly, elsewhere only to rounding.
      const auto [lo, hi] = loss.entry_subdifferential(x, y0);
      const double size = std::max(std::abs(lo), std::abs(hi));
      const double allowance = 16 * kEps * (g * (std::abs(b0) + std::abs(x)) + w * size * (1 + std::abs(x)) + 2 * w);
      CHECK(w * lo - allowance <= g * (b0 - x));
      CHECK(g * (b0 - x) <= w * hi + allowance);
    }
  }
}

TEST_CASE("the cross-entropy prox is stationary to rounding and beats every perturbation", "[loss][prox]") {
  Rng rng(5, "cross-entropy-prox");
  const Loss loss = parse("cross_entropy");
  for (const double scale : {0.1, 3.0, 60.0})
    for (const auto& [w, g] : {std::pair(1.0, 1.0), {1.0, 1e-3}, {1.0, 50.0}, {1e-4, 2.0}, {30.0, 0.01}}) {
      Matrix<double> B(10, 40), V(10, 40), G(10, 40);
      rng.fill_normal(B, scale);
      const Matrix<double> Y = targets("cross_entropy", 10, 40, rng);
      loss.prox<double>(w, g, B, Y, V);
      loss.gradient<double>(V, Y, G);
      INFO("scale " << scale << " w " << w << " g " << g);
      for (Index j = 0; j < B.cols(); ++j) {
        const Vector<double> residual = w * G.col(j) + g * (V.col(j) - B.col(j));
        const double size = w + g * (V.col(j).cwiseAbs().maxCoeff() + B.col(j).cwiseAbs().maxCoeff());
        // softmax has a condition of |v|: exp(v - max v) carries the rounding of its argument.
        const double condition = 1 + w / size * V.col(j).cwiseAbs().maxCoeff();
        CHECK(residual.cwiseAbs().maxCoeff() <= 16 * kEps * size * condition);
        const auto objective = [&](const Vector<double>& v) {
          return w * column_value(loss, v, Y.col(j)) + g / 2 * (v - B.col(j)).squaredNorm();
        };
        const double value = objective(V.col(j));
        for (int trial = 0; trial < 20; ++trial) {
          Vector<double> step(10);
          rng.fill_normal(step, std::exp(-10 * rng.uniform()));
          CHECK(value <= objective(V.col(j) + step) * (1 + 32 * kEps));
        }
      }
      Matrix<double> in_place = B;
      loss.prox<double>(w, g, in_place, Y, in_place);
      CHECK(in_place == V);
    }
}

TEST_CASE("the two-class cross-entropy prox is the logistic one of the difference", "[loss][prox]") {
  // With v1 + v2 = b1 + b2 the problem in d = v1 - v2 is w log(1 + exp(-d)) + g/4 (d - (b1 - b2))^2 for the first class.
  Rng rng(6, "two-class");
  Matrix<double> B(2, 200), Y = Matrix<double>::Zero(2, 200), V(2, 200);
  rng.fill_normal(B, 3.0);
  Y.row(0).setOnes();
  parse("cross_entropy").prox<double>(1.5, 0.4, B, Y, V);
  Matrix<double> d(1, 200);
  const Matrix<double> difference = B.row(0) - B.row(1), ones = Matrix<double>::Ones(1, 200);
  parse("logistic").prox<double>(1.5, 0.2, difference, ones, d);
  CHECK((V.row(0) - V.row(1) - d).cwiseAbs().maxCoeff() <= 1e-13);
  CHECK((V.colwise().sum() - B.colwise().sum()).cwiseAbs().maxCoeff() <= 1e-13);
}

TEST_CASE("losses, gradients and proxes do not overflow", "[loss]") {
  Matrix<double> v(3, 1), y(3, 1), g(3, 1);
  v << 2000, -1500, 1999;
  y << 0, 1, 0;
  const Loss cross_entropy = parse("cross_entropy");
  CHECK(cross_entropy.sum<double>(v, y) == Approx(3500 + std::log1p(std::exp(-1.0))).epsilon(1e-14));
  cross_entropy.gradient<double>(v, y, g);
  CHECK(g(0) == Approx(1 / (1 + std::exp(-1.0))).epsilon(1e-14));
  CHECK(g(1) == -1);
  cross_entropy.prox<double>(1, 0.01, v, y, g);
  CHECK(g.allFinite());

  y << -1, 1, 1;
  CHECK(parse("logistic").sum<double>(v, y) == Approx(3500).epsilon(1e-14));
  for (const std::string name : {"logistic", "exponential"}) {
    parse(name).prox<double>(1, 0.5, v, y, g);
    INFO(name);
    CHECK(g.allFinite());
    CHECK(g(2) == 1999);  // far on the right side the loss does not pull
  }
  // exponential, z = -2000: s + log s = 2000 + log 2 for the step s = z - beta.
  const double s = -(g(0) - 2000);
  CHECK(s + std::log(s) == Approx(2000 + std::log(2.0)).epsilon(1e-14));
}

TEST_CASE("f32 loss proxes agree with f64", "[loss][prox]") {
  Rng rng(7, "loss-f32");
  for (const std::string& name : kAll) {
    Matrix<double> B(4, 50), V(4, 50);
    rng.fill_normal(B, 2.0);
    const Matrix<double> Y = targets(name, 4, 50, rng).cast<float>().cast<double>();
    const Matrix<float> B32 = B.cast<float>();
    Matrix<float> V32(6, 50);
    parse(name).prox<double>(0.5, 1.25, B32.cast<double>(), Y, V);
    parse(name).prox<float>(0.5, 1.25, B32, Y.cast<float>(), V32.middleRows(1, 4));
    INFO(name);
    const double eps = static_cast<double>(std::numeric_limits<float>::epsilon());
    CHECK((V32.middleRows(1, 4).cast<double>() - V).cwiseAbs().maxCoeff() <= 4 * eps * (1 + B.cwiseAbs().maxCoeff()));
  }
}

TEST_CASE("gradient Lipschitz constants are never exceeded by samples and nearly attained", "[loss]") {
  Rng rng(8, "loss-lipschitz");
  for (const std::string name : {"squared", "cross_entropy", "logistic", "squared_hinge"}) {
    const Loss loss = parse(name);
    double steepest = 0;
    for (int k = 0; k < 20000; ++k) {
      Matrix<double> u(3, 1), v(3, 1), gu(3, 1), gv(3, 1);
      rng.fill_normal(u, 1.0);
      if (name == "cross_entropy") u(2) -= 8;  // two classes share the mass: the flattest direction of the bound
      v = u;
      for (Index i = 0; i < 3; ++i) v(i) += 0.05 * rng.normal();
      const Matrix<double> y = targets(name, 3, 1, rng);
      loss.gradient<double>(u, y, gu);
      loss.gradient<double>(v, y, gv);
      steepest = std::max(steepest, (gu - gv).norm() / (u - v).norm());
    }
    INFO(name << " steepest " << steepest);
    CHECK(steepest <= loss.gradient_lipschitz() * (1 + 1e-9));
    CHECK(steepest >= 0.95 * loss.gradient_lipschitz());
  }
  CHECK(std::isinf(parse("hinge").gradient_lipschitz()));
  CHECK(std::isinf(parse("exponential").gradient_lipschitz()));
}

TEST_CASE("loss names are read, written and refused with the remedy", "[loss]") {
  for (const std::string& name : kAll) {
    CHECK(Loss::parse(name, true).name() == name);
    CHECK(Loss::parse(name, true).mean);
    const bool real = name == "squared" || name == "cross_entropy";
    CHECK((parse(name).target_code() == TargetCode::real) == real);
  }
  CHECK_THROWS_AS(parse("square"), UsageError);
  CHECK_THROWS_WITH(parse("square"), Contains("'square'") && Contains("did you mean 'squared'") && Contains("cross_entropy") &&
                                         Contains("exponential"));
  Matrix<double> one = Matrix<double>::Ones(1, 1);
  CHECK_THROWS_AS(parse("squared").prox<double>(1, 0, one, one, one), std::logic_error);
}
