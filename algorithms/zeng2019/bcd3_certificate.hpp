// Lemma 2's element of the limiting subdifferential at the end of a sweep, and how far it is from being one.
//
// At its own update each block X satisfies 0 in grad_X(mixed point) + alpha D + d own(X), where the mixed point has the blocks
// updated before X at their new values and the others at their old ones, and own(X) are the terms of X alone (r, s, the loss,
// the kinks of sigma). So g_X = grad_X(P^k) + e with e = -grad_X(mixed) - alpha D, and g_X is a subgradient at P^k if e lies in
// d own(X) there.
#pragma once

#include <utility>
#include <vector>

#include "algorithms/zeng2019/bcd3_oracle.hpp"

namespace bcd::zeng2019 {

class SplittingCertificate {
 public:
  /// `order`: the blocks of a sweep; `then`, `now`: the points before and after it. All must outlive the object.
  SplittingCertificate(const ThreeSplittingParameters& parameters, const Problem<double>& problem,
                       const SplittingOracle& oracle, const SplittingPoint& now, const SplittingPoint& then,
                       const std::vector<Block>& order);

  /// |g_X|^2 and the squared distance of e to d own(X), for the block at `position` of the order.
  using Norms = std::pair<double, double>;
  Norms of(int position) const;

 private:
  Norms weight_certificate(int i, const MixedPoint& mixed) const;
  Norms v_certificate(int i, const MixedPoint& mixed) const;
  Norms u_certificate(int i, const MixedPoint& mixed) const;
  static void accumulate(double e, double lo, double hi, double gradient, Norms& sum);

  int N() const { return problem_.net.N(); }
  double w() const { return oracle_.loss_weight(); }
  bool proxlinear() const { return parameters_.output_update == ThreeSplittingParameters::OutputUpdate::proxlinear; }
  bool jacobi() const { return parameters_.weight_update == ThreeSplittingParameters::WeightUpdate::jacobi; }

  const ThreeSplittingParameters& parameters_;
  const Problem<double>& problem_;
  const SplittingOracle& oracle_;
  const SplittingPoint& now_;
  const SplittingPoint& then_;
  const std::vector<Block>& order_;
};

}  // namespace bcd::zeng2019
