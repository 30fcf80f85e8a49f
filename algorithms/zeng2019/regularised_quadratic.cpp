#include "algorithms/zeng2019/regularised_quadratic.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/core/rounding.hpp"

namespace bcd::zeng2019 {

namespace {

constexpr std::int64_t kSweeps = 100;  // of coordinate descent; from then on a Newton step on the active set is cheaper

/// r is piecewise linear (its quadratic part is in H): the points where its slope jumps, or its domain ends.
std::vector<double> breakpoints(const Regulariser& r) {
  switch (r.kind) {
    case Regulariser::Kind::l1:
    case Regulariser::Kind::nonnegative:
      return {0};
    case Regulariser::Kind::box:
      return {r.lo, r.hi};
    default:
      return {};
  }
}

/// One column. An entry either stands on a breakpoint or is free on its piece [lower, upper] of r, where r has a slope.
class ActiveSet {
 public:
  ActiveSet(const Matrix<double>& H, const Vector<double>& c, const Regulariser& r, Index rows, const Vector<double>& x)
      : H_(H), c_(c), r_(r), rows_(rows), breakpoints_(breakpoints(r)), x_(x), pieces_(at(x.size())) {
    for (Index j = 0; j < x_.size(); ++j) {
      const auto [lo, hi] = subdifferential(j);
      if (lo == hi) set_free(j, x_(j), lo);
    }
  }

  /// Ends with 0 within `allowed` of the subdifferential in every entry, or after `steps`.
  const Vector<double>& minimise(const Vector<double>& allowed, std::int64_t steps) {
    for (std::int64_t step = 0; step < steps; ++step) {
      g_ = H_ * x_ - c_;
      if (stationary(allowed) && !release(allowed)) break;
      if (!newton_step()) one_at_a_time_ = true;
    }
    return x_;
  }

 private:
  struct Piece {
    bool free = false;
    double lower = 0, upper = 0, slope = 0;
  };
  static std::size_t at(Index j) { return static_cast<std::size_t>(j); }

  std::pair<double, double> subdifferential(Index j) const {
    return j < rows_ ? r_.subdifferential(x_(j)) : std::pair(0.0, 0.0);
  }

  /// The piece that holds `inside`.
  void set_free(Index j, double inside, double slope) {
    Piece& piece = pieces_[at(j)];
    piece = {true, -kInfinity, kInfinity, slope};
    if (j >= rows_) return;
    for (const double point : breakpoints_) (point < inside ? piece.lower : piece.upper) = point;
  }

  bool stationary(const Vector<double>& allowed) const {
    for (Index j = 0; j < x_.size(); ++j)
      if (pieces_[at(j)].free && !(std::abs(g_(j) + pieces_[at(j)].slope) <= allowed(j))) return false;
    return true;
  }

  /// Frees the entries that would fall by leaving their breakpoint; only the steepest once several at a time got in each
  /// other's way. False if there is none.
  bool release(const Vector<double>& allowed) {
    std::vector<Index> falling;
    double steepest = 0;
    for (Index j = 0; j < x_.size(); ++j) {
      if (pieces_[at(j)].free) continue;
      const auto [lo, hi] = subdifferential(j);
      const double fall = std::max(g_(j) + lo, -(g_(j) + hi));
      if (!(fall > allowed(j)) || (one_at_a_time_ && fall <= steepest)) continue;
      if (one_at_a_time_) falling.clear();
      falling.push_back(j);
      steepest = fall;
    }
    for (const Index j : falling) leave(j);
    return !falling.empty();
  }

  /// Into the piece above the breakpoint if the slope there is negative, else below.
  void leave(Index j) {
    const auto [lo, hi] = subdifferential(j);
    const bool up = g_(j) + hi < 0;
    set_free(j, std::nextafter(x_(j), up ? kInfinity : -kInfinity), up ? hi : lo);
  }

  /// To the minimiser over the free entries, or to the first breakpoint on the way. False if that is where it began.
  bool newton_step() {
    std::vector<Index> free;
    for (Index j = 0; j < x_.size(); ++j)
      if (pieces_[at(j)].free) free.push_back(j);
    Vector<double> d(static_cast<Index>(free.size()));
    for (Index i = 0; i < d.size(); ++i) d(i) = -(g_(free[at(i)]) + pieces_[at(free[at(i)])].slope);
    const Eigen::LLT<Matrix<double>> factor(H_(free, free));
    factor.solveInPlace(d);

    const auto reach = [&](Index i) {  // the share of d(i) that stays on the piece
      const Index j = free[at(i)];
      const Piece& piece = pieces_[at(j)];
      const double end = d(i) > 0 ? piece.upper : piece.lower;
      return d(i) == 0 || std::isinf(end) ? kInfinity : (end - x_(j)) / d(i);
    };
    double length = 1;
    for (Index i = 0; i < d.size(); ++i) length = std::min(length, reach(i));
    for (Index i = 0; i < d.size(); ++i) {
      const Index j = free[at(i)];
      Piece& piece = pieces_[at(j)];
      if (reach(i) <= length) {
        x_(j) = d(i) > 0 ? piece.upper : piece.lower;
        piece.free = false;
      } else {
        x_(j) = std::clamp(x_(j) + length * d(i), piece.lower, piece.upper);
      }
    }
    return length > 0;
  }

  const Matrix<double>& H_;
  const Vector<double>& c_;
  const Regulariser& r_;
  Index rows_;
  std::vector<double> breakpoints_;
  Vector<double> x_, g_;
  std::vector<Piece> pieces_;
  bool one_at_a_time_ = false;
};

/// Apart from its callers: GCC 12 drops the way through float where it vectorises two of them.
template <class T>
[[gnu::noinline]] double rounded_to(double x) {
  return static_cast<double>(static_cast<T>(x));
}

}  // namespace

template <class T>
double minimise_regularised(ConstRef<T> H, MutRef<T> G, MutRef<T> X, const Regulariser& r, Index rows, double tolerance,
                            std::int64_t iterations) {
  Matrix<double> K = H.template cast<double>();
  const Matrix<double> C = K * X.template cast<double>() - G.template cast<double>();
  coordinate_descent<T>(
      H, G, X, [&](Index j, double h, double b) { return j < rows ? r.prox(h, b) : b; }, tolerance,
      static_cast<int>(std::min(iterations, kSweeps)));

  K.diagonal().head(rows).array() += r.quadratic();
  Regulariser rest = r.without_quadratic();  // its bounds as T knows them
  rest.lo = rounded_to<T>(rest.lo);
  rest.hi = rounded_to<T>(rest.hi);

  // The distance of 0 to the subdifferential at columns of X, as a share of what is allowed: the tolerance, and rounding, by which
  // an inner product of length k is wrong by at most k eps times the sum of the moduli.
  const double unit = 4 * static_cast<double>(K.rows() + 4) * static_cast<double>(std::numeric_limits<T>::epsilon());
  const Matrix<double> moduli = K.cwiseAbs();
  const auto allowed = [&](const Matrix<double>& x, const Matrix<double>& c) -> Matrix<double> {
    return (unit * (moduli * x.cwiseAbs() + c.cwiseAbs()).array() + tolerance).matrix();
  };
  const auto left = [&](const Matrix<double>& x, const Matrix<double>& c, const Matrix<double>& bound) -> Matrix<double> {
    Matrix<double> share = K * x - c;
    for (Index column = 0; column < x.cols(); ++column)
      for (Index j = 0; j < x.rows(); ++j) {
        const double g = share(j, column);
        const auto [lo, hi] = j < rows ? rest.subdifferential(x(j, column)) : std::pair(0.0, 0.0);
        share(j, column) = std::max({0.0, g + lo, -(g + hi)}) / bound(j, column);
      }
    return share;
  };

  Matrix<double> x = X.template cast<double>();
  if (!x.allFinite() || !C.allFinite()) return 0;  // an overflow ends the run
  const Matrix<double> bound = allowed(x, C);
  Matrix<double> share = left(x, C, bound);
  for (Index column = 0; column < x.cols(); ++column) {
    if (share.col(column).maxCoeff() <= 1) continue;
    const Vector<double> c = C.col(column);
    X.col(column) = ActiveSet(K, c, rest, rows, x.col(column)).minimise(bound.col(column), iterations).template cast<T>();
    const Matrix<double> solved = X.col(column).template cast<double>();
    share.col(column) = left(solved, c, allowed(solved, c));
  }
  return share.maxCoeff();
}

template double minimise_regularised<float>(ConstRef<float>, MutRef<float>, MutRef<float>, const Regulariser&, Index, double,
                                            std::int64_t);
template double minimise_regularised<double>(ConstRef<double>, MutRef<double>, MutRef<double>, const Regulariser&, Index,
                                             double, std::int64_t);

}  // namespace bcd::zeng2019
