// Small problems and runs that the studies of Akiyama 2025 share.
#pragma once

#include <cstdint>
#include <map>

#include "algorithms/akiyama2025/gradient_bcd.hpp"

namespace bcd::akiyama2025 {

/// Inputs: orthonormal; uniform on the unit sphere; N(0, I/d); N(0, I); e + q_i/2 with e, q_1 .. q_n orthonormal (correlated:
/// |x_i|^2 = 5/4 but S^2 = n + 1/4).
enum class Law { orthonormal, sphere, scaled, normal, correlated };
const char* name_of(Law law);

/// Layers, widths and samples of an instance; slope 1 is the identity.
struct Size {
  int L = 3;
  Index r = 4, d = 20, n = 10;
  double slope = 0.5;
};

/// A problem whose inputs follow a law; labels of a one-hidden-layer teacher that sees the inputs at unit scale.
struct Instance {
  Matrix<double> X, Y;
  Problem<double> problem;
  Weights<double> w0;

  Instance(const Size& size, Law law, std::uint64_t seed);
  /// Given inputs, labels and weights W_1 .. W_L; leaky ReLU.
  Instance(Matrix<double> inputs, Matrix<double> labels, const std::vector<Matrix<double>>& weights, double slope);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

 private:
  void define(int L, Index r, double slope);
};

/// Algorithm 1 ready to step on an instance; parameters by name.
void start(BcdMonotone<double>& algorithm, const Instance& instance, const std::map<std::string, std::string>& parameters);
/// |W_L V_{L-1} - Y|^2 + sum_j |h_j|^2 (gamma = 1).
double objective(const Algorithm<double>& algorithm);

/// What Theorem 4.1's constants depend on, with C_V = 1e40: "eta_W1 <=" admits any larger C_V.
TheoremInput theorem41_input(const Instance& instance, double gamma = 1, double epsilon = 1e-6);

/// The end of a run with a theorem's constants.
struct Outcome {
  double F = 0;                   ///< after K sweeps; infinite after an overflow
  double activity = 0;            ///< largest lambda_max(V_j V_j^T) on the way
  std::vector<Matrix<double>> W;  ///< after K sweeps, by layer, entry 0 unused; empty after an overflow
};
/// Algorithm 1 with these constants; half: steps along the gradient of 1/2 |.|^2 instead of |.|^2.
Outcome run_theorem41(const Instance& instance, const TheoremConstants& c, double gamma = 1, bool half = false);

/// "19/20 (99 % [.., ..])"
std::string fraction_text(int wins, int total);
/// Adds "; " and a part to a list.
void append(std::string& list, const std::string& part);
double median_of(std::vector<double> values);

/// Algorithm 1 for the identity and L = 2, W_2 fixed (eta_W1 -> 0), in closed form: Theorem 4.1's K sweeps of K_W steps each.
struct LinearRun {
  double F = 0;      ///< at the end
  double test = 0;   ///< E (f(x) - y)^2 for x uniform on the unit sphere and y = +-1 independent of x: 1 + |W_2 W_1|^2/d
  double train = 0;  ///< 1/n sum (f(x_i) - y_i)^2
  double norm = 0;   ///< |W_1|
};
/// n = d.
LinearRun run_linear(const Instance& instance);

// The studies of Algorithm 1, by what they speak of; monotone_studies() is all of them.
std::vector<Study> section3_studies();
std::vector<Study> theorem41_studies();
std::vector<Study> theorem43_studies();

}  // namespace bcd::akiyama2025
