// What Akiyama 2025 promises about a run of either algorithm, in words; audit.cpp judges.
#include "algorithms/akiyama2025/gradient_bcd.hpp"

namespace bcd::akiyama2025 {

std::vector<Promise> gradient_bcd_promises(GradientBcdKind kind) {
  const bool relu = kind == GradientBcdKind::relu;
  const std::string paper = "Akiyama 2025, ", theorem = paper + (relu ? "Theorem 5.3" : "Theorem 4.1");
  const std::string assumes = "steps = printed or corrected; full-rank X; the theorem's activation";
  std::vector<Promise> list;
  if (relu) {
    list.push_back({"output.samples", paper + "Theorem 5.3, derived",
                    "|w V_i' - y_i| <= (1 - 2 eta_V m)|w V_i - y_i| for every sample", "m = min(|w_+|^2, |w_-|^2)",
                    "one output, eta_V <= 1/(2 |w|^2)"});
    list.push_back({"activities.nonnegative", paper + "Algorithm 3", "V_j >= 0 after every sweep", "", ""});
  } else {
    list.push_back({"output.identity", paper + "Theorem 4.1, derived",
                    "R' = (I - a W_L W_L^T) R (I - a' V^T V) for R = W_L V_{L-1} - Y", "", ""});
    list.push_back(
        {"output.contraction", paper + "Theorem 4.1, derived", "|R'| <= q |R| with the factors' spectral norms", "", ""});
  }
  list.push_back(
      {"weights.identity", paper + (relu ? "Algorithm 3" : "Algorithm 1"),
       relu ? "W_2 .. W_{L-2} take one gradient step, W_{L-1} two, W_L none" : "W_2 .. W_{L-1} take one gradient step", "",
       ""});
  list.push_back(
      {"inner.distance", theorem + ", derived", "|V_end - V*| <= q^K_V |V_start - V*| for every inner loop",
       relu ? "q = |1 - a| + a (2 b + b^2), b = |W_j|" : "q = max |1 - a x|, x in [alpha^2 smin(W_j)^2, ell^2 smax(W_j)^2]",
       relu ? "skip connection; samples with V* >= 0" : "sigma' >= alpha > 0, square W_j"});
  list.push_back({"first.distance", theorem + ", derived", "|W_1 - W_1*| <= q_1^K_W |W_1_old - W_1*|",
                  "q_1 = max |1 - a x|, x in [alpha^2 s^2, ell^2 S^2]", "Assumption 1"});
  list.push_back({"loss.bounded", paper + "Section 3, derived", "|f(X) - Y| <= sqrt(c F): F = 0 makes W optimal for (1)",
                  "c = 1 + sum_j G_j^2/gamma, G_j = |W_L| prod_{i > j} (ell |W_i| + t_i)", ""});
  list.push_back({"theorem.output", theorem, "|R_k| <= q_O |R_{k-1}|", "", assumes});
  list.push_back({"theorem.layers", theorem, "gamma |h_1|^2 <= eps/3 and gamma sum_{j>=2} |h_j|^2 <= eps/3 after every sweep",
                  "", assumes});
  list.push_back({"theorem.singular", theorem, "singular values of W_2 .. W_L in [1/2, 3/2]", "", assumes});
  list.push_back({"theorem.activity", theorem + ", Remark 4.2", "lambda_max(V_j V_j^T) <= C_V", "", assumes});
  list.push_back({"theorem.minimum", theorem, "F <= epsilon after K sweeps", "", assumes});
  return list;
}

}  // namespace bcd::akiyama2025
