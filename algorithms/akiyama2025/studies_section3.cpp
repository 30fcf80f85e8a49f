// Assumptions and Section 3: what can be decided without an experiment's runs.
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>

#include "algorithms/akiyama2025/studies.hpp"
#include "algorithms/core/binomial.hpp"

namespace bcd::akiyama2025 {

namespace {

/// Sweeps to F < 1e-8 with practical steps, at most `most`; infinite if that is not reached. `prepare` may change the start of V.
double sweeps_needed(const Instance& instance, const std::map<std::string, std::string>& parameters, int most,
                     const std::function<void(Eigen::Map<Matrix<double>>&)>& prepare = {}) {
  BcdMonotone<double> algorithm;
  start(algorithm, instance, parameters);
  State<double> state = algorithm.state();
  for (auto& window : state)
    if (prepare && window.name[0] == 'V') prepare(window.value);
  for (int k = 1; k <= most; ++k) {
    algorithm.step(nullptr);
    if (objective(algorithm) < 1e-8) return k;
  }
  return std::numeric_limits<double>::infinity();
}

const Size kSmall = {4, 6, 30, 20, 0.5};

/// Two equal inputs with different labels have the same output: (1) and F stay above (y_1 - y_2)^2/2 (resp. a part of it).
StudyResult rank_needed() {
  Matrix<double> X(2, 2), Y(1, 2), W_1(1, 2);
  X << 1, 1, 0, 0;
  Y << 1, -1;
  W_1 << 1, 0;
  const Instance instance(X, Y, {W_1, Matrix<double>::Ones(1, 1)}, 0.5);
  BcdMonotone<double> algorithm;
  start(algorithm, instance, {});
  for (int k = 0; k < 2000; ++k) algorithm.step(nullptr);
  Measurements row;
  algorithm.measure(row);
  StudyResult result;
  result.measured = 2 * row[0].second;  // n times the training error
  result.holds = result.measured >= 2 - 1e-9;
  result.evidence =
      "sum (f(x_i) - y_i)^2 = " + show(result.measured) + " after 2000 sweeps, F = " + show(objective(algorithm)) + ".";
  result.instance =
      "n = 2, x_1 = x_2, y = (1, -1): f(x_1) = f(x_2) = c, so the loss (1) is (c - 1)^2 + (c + 1)^2 = 2 c^2 + 2 >= 2.\n";
  return result;
}

/// A repeated input with the same label does no harm.
StudyResult rank_not_necessary() {
  Instance instance({5, 10, 60, 50, 0.5}, Law::normal, 3);
  instance.X.col(1) = instance.X.col(0);
  instance.Y(0, 1) = instance.Y(0, 0);
  BcdMonotone<double> algorithm;
  start(algorithm, instance, {{"practical_W1", "0"}});
  for (int k = 0; k < 500; ++k) algorithm.step(nullptr);
  StudyResult result;
  result.measured = objective(algorithm);
  result.holds = result.measured < 1e-8;
  result.evidence = "50 samples, rank 49, two equal ones: F = " + show(result.measured) + " after 500 sweeps.";
  return result;
}

/// Slopes of secants over a grid: leaky ReLU in [a, 1], sigma(0) = 0; ReLU has slope 0.
StudyResult slopes() {
  const auto range = [](const Activation& sigma) {
    double lo = std::numeric_limits<double>::infinity(), hi = 0;
    for (int i = -20; i <= 20; ++i)
      for (int k = i + 1; k <= 20; ++k) {
        const double slope = (sigma.value(k / 4.0) - sigma.value(i / 4.0)) / ((k - i) / 4.0);
        lo = std::min(lo, slope), hi = std::max(hi, slope);
      }
    return std::pair{lo, hi};
  };
  StudyResult result{true, 0, "", ""};
  for (const double a : {0.1, 0.5, 0.9}) {
    const Activation sigma = Activation::parse("leaky_relu:" + number_text(a));
    const auto [lo, hi] = range(sigma);
    const auto [alpha, ell] = slope_bounds(sigma);
    result.holds =
        result.holds && std::abs(lo - a) < 1e-14 && std::abs(hi - 1) < 1e-14 && alpha == a && ell == 1 && sigma.value(0) == 0;
    append(result.evidence, "slope " + number_text(a) + ": secants in [" + show(lo) + ", " + show(hi) + "]");
  }
  const auto [lo, hi] = range(Activation::parse("relu"));
  result.holds = result.holds && lo == 0;
  result.measured = lo;
  append(result.evidence, "ReLU: [" + show(lo) + ", " + show(hi) + "], no alpha > 0");
  return result;
}

/// Algorithm 2 on Gaussian matrices: singular values, condition number, and the growth of V_j^0 by at most ell s_2 a layer.
StudyResult bounding() {
  constexpr int kDraws = 50;
  StudyResult result{true, 0, "", ""};
  std::vector<double> raw_condition, raw_growth;
  for (std::uint64_t seed = 1; seed <= kDraws; ++seed) {
    const Instance instance({5, 30, 60, 50, 0.5}, Law::normal, seed);
    for (const bool svb : {true, false}) {
      BcdMonotone<double> algorithm;
      start(algorithm, instance, {{"svb", svb ? "true" : "false"}});
      State<double> state = algorithm.state();
      double condition = 1, growth = 1;
      for (int j = 2; j <= 4; ++j) {
        const Vector<double> s = Eigen::JacobiSVD<Matrix<double>>(algorithm.weights().W[at(j)]).singularValues();
        condition = std::max(condition, s(0) / s(29));
        growth = std::max(growth, std::sqrt(lambda_max(state("V", j)) / lambda_max(state("V", j - 1))));
        if (svb) result.holds = result.holds && s(0) <= 1.25 + 1e-12 && s(29) >= 0.75 - 1e-12;
      }
      if (svb) {
        result.measured = std::max(result.measured, condition);
        result.holds = result.holds && condition <= 5.0 / 3 + 1e-11 && growth <= 1.25 * (1 + 1e-12);
      } else {
        raw_condition.push_back(condition), raw_growth.push_back(growth);
      }
    }
  }
  result.evidence = "50 starts of W_2 .. W_4 (30 x 30): singular values in [3/4, 5/4], largest condition number " +
                    show(result.measured) + "; without bounding the median condition number is " +
                    show(median_of(raw_condition)) + " and |V_j^0| grows by up to " + show(median_of(raw_growth)) + " a layer.";
  return result;
}

/// The exact start against V^0 ~ N(0, 1), by the sign test at 95 %; V^0 = 0 for comparison.
StudyResult exact_start() {
  constexpr int kSeeds = 20;
  int faster = 0, slower = 0;
  std::vector<double> exact, random, zero;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Instance instance(kSmall, Law::normal, seed);
    const std::map<std::string, std::string> steps = {{"practical_W1", "0"}};  // stable for every start of V
    Rng rng(seed, "start of V");
    exact.push_back(sweeps_needed(instance, steps, 300));
    random.push_back(sweeps_needed(instance, steps, 300, [&](auto& V) {
      for (double& v : V.reshaped()) v = rng.normal();
    }));
    zero.push_back(sweeps_needed(instance, steps, 300, [](auto& V) { V.setZero(); }));
    faster += exact.back()<random.back(), slower += exact.back()> random.back();
  }
  StudyResult result;
  result.measured = static_cast<double>(faster) / kSeeds;
  result.holds = faster + slower > 0 && binomial_interval(faster, faster + slower, 0.95).first > 0.5;
  result.evidence = "sweeps to F < 1e-8 (medians of 20 seeds, stable steps, W_2 .. W_L fixed): exact start " +
                    show(median_of(exact)) + ", V^0 ~ N(0, 1) " + show(median_of(random)) + ", V^0 = 0 " +
                    show(median_of(zero)) + "; the exact start is faster than N(0, 1) on " + std::to_string(faster) +
                    " of 20, slower on " + std::to_string(slower) + ".";
  return result;
}

/// One W_1-step a sweep: the minimum is reached as well, later.
StudyResult one_step() {
  constexpr int kSeeds = 8;
  StudyResult result{true, 0, "", ""};
  std::vector<double> many, one;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Instance instance(kSmall, Law::normal, seed);
    many.push_back(sweeps_needed(instance, {}, 300));
    one.push_back(sweeps_needed(instance, {{"K_W", "1"}}, 20000));
    result.holds = result.holds && std::isfinite(one.back()) && one.back() > many.back();
  }
  result.measured = median_of(one) / median_of(many);
  result.evidence = "median sweeps to F < 1e-8 over 8 seeds: " + show(median_of(one)) + " with K_W = 1, " +
                    show(median_of(many)) + " with K_W = 100.";
  return result;
}

/// n = 2 > r = 1: no W fits two different targets of the same activity.
StudyResult no_exact_weight() {
  double best = std::numeric_limits<double>::infinity();
  for (int i = -4000; i <= 4000; ++i) {
    const double w = i * 1e-3, u = w > 0 ? w : w / 2;
    best = std::min(best, (u - 1) * (u - 1) + (u - 2) * (u - 2));
  }
  StudyResult result;
  result.measured = best;
  result.holds = best > 0.5 - 1e-12;
  result.evidence = "smallest |sigma(w V_{j-1}) - V_j|^2 over w in [-4, 4]: " + show(best) + ".";
  result.instance =
      "r = 1, n = 2, V_{j-1} = (1, 1), V_j = (1, 2): with u = sigma(w) the loss is (u - 1)^2 + (u - 2)^2, least at u = 3/2: 1/2.\n";
  return result;
}

/// Algorithm 1, line 9, for j = L - 1: h of the printed indices needs V_L.
StudyResult printed_index() {
  const int L = 5, last = L - 1, needed = last + 1;
  return {
      needed > last, static_cast<double>(needed),
      "L = 5: the V_j are V_1 .. V_4, line 9 for j = 4 needs V_5; the text of Section 3 has the loss sigma(W_j V_{j-1}) - V_j.",
      ""};
}

/// The printed K_V for L = 2 is the logarithm of 0.
StudyResult printed_K_V() {
  const double argument = 3 * (2 - 2) * 4.0;
  return {std::isinf(std::log(argument)), argument,
          "3 gamma (L - 2) r n C_K^2/epsilon = 0 at L = 2, where there is no loop on V to count (read as K_V = 0).", ""};
}

/// Section 6.1 names the inner iterations "K_V = K_V = 100".
StudyResult printed_names() {
  const std::vector<std::string> named = {"K_V", "K_V"};
  const auto found = std::count(named.begin(), named.end(), "K_W");
  return {found == 0, static_cast<double>(found), "Sections 6.1 and 6.2: K_V = K_V = 100, read as K_V = K_W = 100.", ""};
}

/// Section 5.1's objective has j = 1: sigma(W_1 V_0) + V_0 - V_1 with V_0 = x of d_in entries and W_1 V_0 of r.
StudyResult printed_shapes() {
  const Index d_in = 600, r = 30;
  const Matrix<double> W_1(r, d_in);
  return {
      W_1.rows() != d_in, static_cast<double>(d_in - W_1.rows()),
      "at the size of the experiments sigma(W_1 x) has 30 entries and x has 600; read without a skip connection around layer 1.",
      ""};
}

}  // namespace

std::vector<Study> section3_studies() {
  const std::string paper = "Akiyama 2025, ";
  return {
      {"akiyama2025.assumption1.needed", paper + "Assumption 1",
       "With two equal inputs of different labels no parameters have loss 0.", rank_needed},
      {"akiyama2025.assumption1.duplicates", paper + "Assumption 1", "Two equal inputs with one label: F < 1e-8 is reached.",
       rank_not_necessary},
      {"akiyama2025.assumption2", paper + "Assumption 2",
       "Leaky ReLU has slopes in [a, 1] and sigma(0) = 0; ReLU has no positive lower bound.", slopes},
      {"akiyama2025.algorithm2", paper + "Algorithm 2",
       "Singular values in [s_1, s_2], condition number at most s_2/s_1, V_j^0 grows by at most ell s_2 a layer.", bounding},
      {"akiyama2025.section3.exact-start", paper + "Section 3",
       "The exact start of V reaches F < 1e-8 sooner than V^0 ~ N(0, 1) more often than later (20 seeds, sign test at 95 %).",
       exact_start},
      {"akiyama2025.section3.one-step", paper + "Section 3",
       "With K_W = 1 F < 1e-8 is reached on every seed, after more sweeps than with K_W = 100.", one_step},
      {"akiyama2025.section3.no-exact-weight", paper + "Section 3", "For n > r no W_j need have layer loss 0.",
       no_exact_weight},
      {"akiyama2025.errata.index", paper + "Algorithm 1", "Line 9 as printed needs V_L, which does not exist.", printed_index},
      {"akiyama2025.errata.K_V", paper + "Theorem 4.1", "The printed K_V is the logarithm of 0 at L = 2.", printed_K_V},
      {"akiyama2025.errata.K_W", paper + "Section 6", "The settings name K_V twice and K_W not at all.", printed_names},
      {"akiyama2025.errata.skip", paper + "Section 5.1", "Layer 1 of the printed objective adds vectors of different length.",
       printed_shapes},
  };
}

}  // namespace bcd::akiyama2025
