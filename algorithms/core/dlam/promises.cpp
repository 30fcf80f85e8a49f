// What Wang et al. 2018 promise about DLAM and Wang et al. 2022 about mDLAM: the list that audit.cpp judges.
#include "algorithms/core/dlam/dlam.hpp"

namespace bcd {

namespace {

std::vector<Promise> shared_promises(const std::string& paper) {
  return {{"feasible", paper + "Problem 2", "|a_l - h(z_l)| <= eps for every entry after every sweep", "",
           "the start is feasible and eps fixed"},
          {"backtracking.bound", paper + "Algorithms 2 and 3", "theta and tau stay below a bound: both loops end",
           "max(nu, gamma |a a'|_inf) rho and max(mu, eta |W'W|_inf) rho", ""},
          {"bounded.below", paper + "Property 1", "F >= 0", "", "R >= 0"},
          {"bounded.iterates", paper + "Property 1", "the iterates are bounded", "", "F multi-coercive (Assumption 1)"}};
}

}  // namespace

std::vector<Promise> dlam_promises() {
  const std::string paper = "Wang et al. 2018, ", fixed = "the start is feasible and eps fixed";
  std::vector<Promise> all = {
      {"optimality.block", paper + "Lemma 1", "each update satisfies the optimality condition of its subproblem",
       "with tau in the place of rho in the last line (a misprint)", "z_L: closed form or exact"},
      {"models.above", paper + "Lemma 2, (9), (10)",
       "U >= phi and V >= phi at the new b_l, z_l (true of any two points: no evidence)", "L_b = n rho, L_z = rho", ""},
      {"descent.block", paper + "Lemma 3, (11)-(14)",
       "F before - F after >= |theta o D^2|/2, n rho/2 |D|^2, rho/2 |D|^2 - <e, D>, |tau o D^2|/2",
       "theta, tau as they came out; e = dR(z_L) + rho (z_L - W a - b) at the new z_L, 0 if (5) is solved exactly", fixed},
      {"output.descent", paper + "Lemma 3, (13) for l = L", "F before - F after >= rho/2 |D|^2 as printed, whatever solves (5)",
       "", fixed},
      {"descent.sweep", paper + "Property 2, (7)", "F^k - F^{k+1} >= the sum of the bounds of Lemma 3", "as in descent.block",
       fixed},
      {"rate.smallest", paper + "Theorem 1, o(1/k)", "min over i <= k of |X^i - X^{i-1}|^2 <= (F^0 - F^k + sum <e, D>)/sum c_i",
       "c_i = min(rho, theta, tau)/2 of sweep i", fixed},
      {"subgradient.joint", paper + "Property 3, (8)", "dist(0, dF(X^{k+1})) <= C (|dW| + |db| + |dz| + |da|)",
       "C^{k+1} of Appendix D with the rho it leaves out", fixed},
      {"subgradient.partial", "derived from Appendix D",
       "the same for the distance of 0 to the product of the partial subdifferentials",
       "C^{k+1}; bounds of a box count as active within the last step of a_l", fixed}};
  for (Promise& p : shared_promises(paper)) all.push_back(std::move(p));
  return all;
}

std::vector<Promise> mdlam_promises() {
  const std::string paper = "Wang et al. 2022, ";
  std::vector<Promise> all = {
      {"descent.block", paper + "safeguard", "no block step raises F", "up to <e, D> for z_L by FISTA", "eps fixed"},
      {"descent.sweep", paper + "safeguard", "F^{k+1} <= F^k", "", "eps fixed"},
      {"linear.rate", "Xu, Bao, Xing 2024, Example 3.3", "F^{k+1} - F* <= C_1 (F^{k-1} - F*)", "", "F* known"}};
  for (Promise& p : shared_promises(paper)) all.push_back(std::move(p));
  return all;
}

}  // namespace bcd
