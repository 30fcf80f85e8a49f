// The constants of Akiyama 2025, Theorems 4.1 and 5.3: as printed, and as derived in README.md.
#pragma once

#include <string>

#include "algorithms/core/types.hpp"

namespace bcd::akiyama2025 {

/// Singular values of the data matrix X (d x n, samples as columns), from the eigenvalues of X^T X.
struct DataSpectrum {
  double smin = 0;  ///< sigma_min over the n samples; 0 if n > d or the rank is deficient
  double smax = 0;
  Index rank = 0;         ///< eigenvalues of X^T X above n eps times the largest
  double column_max = 0;  ///< max_i |x_i|
  double kappa2() const { return smin > 0 ? (smax / smin) * (smax / smin) : std::numeric_limits<double>::infinity(); }
};
DataSpectrum data_spectrum(ConstRef<double> X);

/// What the theorems' constants depend on: all from the initial state.
struct TheoremInput {
  int L = 2;           ///< layers, L - 1 of them hidden
  Index r = 0, n = 0;  ///< width and samples
  double gamma = 1;
  double alpha = 0;  ///< inf sigma'
  double ell = 1;    ///< Lipschitz constant of sigma
  double epsilon = 1e-6;
  double R = 0;        ///< |W_L V_{L-1} - Y|^2
  double R_max = 0;    ///< largest |W_L V_{L-1,i} - y_i|
  double V_norm = 0;   ///< largest spectral norm of V_1 .. V_{L-1}
  double w_norm2 = 0;  ///< |W_L|^2 (Theorem 5.3)
  double w_min2 = 0;   ///< min(|w_+|^2, |w_-|^2) (Theorem 5.3)
  double C_V = 0;      ///< bound on lambda_max(V_j V_j^T); 0: the corrected theorem's own bound
  DataSpectrum X;
};

/// Step sizes for the gradient of |.|^2 (no 1/2, sums over samples), numbers of iterations, and what is promised.
struct TheoremConstants {
  double eta_V = 0, eta_W1 = 0, eta_W2 = 0;
  double K = 0, K_V = 0, K_W = 0;  ///< whole numbers, as double because the printed ones can be enormous
  double C_V = 0;
  double t = 0, t1 = 0;  ///< bounds on |h_j|_F, j >= 2, and |h_1|_F at the end of a sweep
  double q_O = 1;        ///< promised factor of |W_L V_{L-1} - Y|_F per sweep
  std::string unmet;     ///< the hypothesis that fails on this instance, or empty
};

/// Readings of Theorem 4.1 that differ from the print. All are admissible where the print is: its "<=" allows a smaller step, and
/// K_W grows as 1/eta_W2.
enum class Theorem41 {
  printed,
  squared,   ///< max |x_i|^2 for max |x_i| in the limit of eta_W2, s^2 for s in K_W: the print without two likely misprints
  repaired,  ///< eta_W2 no larger than 1/(2 gamma ell^2 S^2) either; nothing else changed
};
TheoremConstants theorem41_printed(const TheoremInput& in, Theorem41 reading = Theorem41::printed);
TheoremConstants theorem41_corrected(const TheoremInput& in);
TheoremConstants theorem53_printed(const TheoremInput& in);
/// Theorem 5.3 with stable steps, which its limits admit: eta_V <= 1/(2 |W_L|^2), eta_W2 <= 1/(2 gamma S^2), and the numbers of
/// iterations that belong to them. For L = 2 the theorem survives so.
TheoremConstants theorem53_corrected(const TheoremInput& in);

}  // namespace bcd::akiyama2025
