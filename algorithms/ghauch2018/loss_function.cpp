#include "algorithms/ghauch2018/loss_function.hpp"

#include <cmath>
#include <limits>

namespace bcd::ghauch2018 {

namespace {

/// A sigmoid rounds to 0 or 1 far out; the logarithms of (A.14) are taken at the nearest number inside.
template <class T>
T inside(T h) {
  constexpr T kLow = std::numeric_limits<T>::min(), kHigh = T(1) - std::numeric_limits<T>::epsilon() / 2;
  return h < kLow ? kLow : h > kHigh ? kHigh : h;
}

/// log(1 + exp(-z)) and its derivative without overflow.
double log1p_exp(double z) { return std::log1p(std::exp(-std::abs(z))) + (z < 0 ? -z : 0.0); }
double negative_share(double z) {  // 1 / (1 + exp(z))
  const double e = std::exp(-std::abs(z));
  return (z < 0 ? 1.0 : e) / (1 + e);
}

template <class T>
double squared_error(ConstRef<T> H, ConstRef<T> Y) {
  return static_cast<double>((H - Y).squaredNorm());
}

}  // namespace

template <class T>
double LossFunction::value(ConstRef<T> H, ConstRef<T> Y) const {
  const auto N = static_cast<double>(H.cols());
  double sum = 0;
  switch (kind) {
    case Kind::ridge:
      return squared_error<T>(H, Y) / N;
    case Kind::exponential:
      return c * std::exp(squared_error<T>(H, Y) / (c * N));
    case Kind::cross_entropy:
      for (Index n = 0; n < H.cols(); ++n)
        for (Index i = 0; i < H.rows(); ++i) {
          const double h = static_cast<double>(inside(H(i, n))), y = static_cast<double>(Y(i, n));
          sum -= y * std::log(h) + (1 - y) * std::log1p(-h);
        }
      return sum / N;
    case Kind::squared_hinge:
      for (Index n = 0; n < H.cols(); ++n)
        for (Index i = 0; i < H.rows(); ++i) {
          const double margin = 1 - static_cast<double>(Y(i, n)) * static_cast<double>(H(i, n));
          if (!(margin <= 0)) sum += margin * margin;  // NaN stays visible
        }
      return sum / (2 * c * N);
    case Kind::logistic:
      for (Index n = 0; n < H.cols(); ++n) sum += log1p_exp(static_cast<double>(Y.col(n).dot(H.col(n))));
      return sum / N;
  }
  throw std::logic_error("loss of unknown kind");
}

template <class T>
void LossFunction::gradient(ConstRef<T> H, ConstRef<T> Y, MutRef<T> G) const {
  const auto N = static_cast<double>(H.cols());
  switch (kind) {
    case Kind::ridge:  // (A.11)
      G = static_cast<T>(2 / N) * (H - Y);
      return;
    case Kind::exponential:  // (A.13) prints neither 1/N
      G = static_cast<T>(2 / N * std::exp(squared_error<T>(H, Y) / (c * N))) * (H - Y);
      return;
    case Kind::cross_entropy:  // (A.15) prints a factor H on the second term
      for (Index n = 0; n < H.cols(); ++n)
        for (Index i = 0; i < H.rows(); ++i) {
          const T h = inside(H(i, n));
          G(i, n) = (h - Y(i, n)) / (h * (T(1) - h)) / static_cast<T>(N);
        }
      return;
    case Kind::squared_hinge:
      for (Index n = 0; n < H.cols(); ++n)
        for (Index i = 0; i < H.rows(); ++i) {
          const T margin = T(1) - Y(i, n) * H(i, n);
          G(i, n) = margin <= T(0) ? T(0) : -Y(i, n) * margin / static_cast<T>(c * N);
        }
      return;
    case Kind::logistic:
      for (Index n = 0; n < H.cols(); ++n)
        G.col(n) = static_cast<T>(-negative_share(static_cast<double>(Y.col(n).dot(H.col(n)))) / N) * Y.col(n);
      return;
  }
  throw std::logic_error("loss of unknown kind");
}

void LossFunction::curvature_root(Eigen::Ref<const Vector<double>> h, Eigen::Ref<const Vector<double>> y, double N,
                                  double scale, MutRef<double> C) const {
  C.setZero();
  switch (kind) {
    case Kind::ridge:
      C.diagonal().setConstant(std::sqrt(2 / N));
      return;
    case Kind::exponential:
      C.diagonal().setConstant(std::sqrt(2 / N * scale));
      return;
    case Kind::cross_entropy:
      for (Index i = 0; i < h.size(); ++i) {
        const double x = inside(h(i)), e = 1 - x;
        C(i, i) = std::sqrt((y(i) / (x * x) + (1 - y(i)) / (e * e)) / N);
      }
      return;
    case Kind::squared_hinge:
      for (Index i = 0; i < h.size(); ++i) C(i, i) = 1 - y(i) * h(i) <= 0 ? 0.0 : std::abs(y(i)) / std::sqrt(c * N);
      return;
    case Kind::logistic: {
      const double p = negative_share(y.dot(h));
      C.col(0) = std::sqrt(p * (1 - p) / N) * y;
      return;
    }
  }
}

std::string LossFunction::unsupported(const Loss& loss) {
  if (loss.kind == Loss::Kind::hinge) return "the hinge is not smooth (Assumption 1); use squared_hinge";
  if (loss.kind == Loss::Kind::exponential)
    return "the margin loss exp(-y v) is not the paper's exponential loss; with real targets set loss squared and the "
           "parameter loss = exponential for (A.12)";
  if (loss.kind == Loss::Kind::own) return "the paper's surrogates are for its own five losses, not for " + loss.name();
  return {};
}

LossFunction::Kind LossFunction::from(const Loss& loss) {
  switch (loss.kind) {
    case Loss::Kind::cross_entropy:
      return Kind::cross_entropy;
    case Loss::Kind::squared_hinge:
      return Kind::squared_hinge;
    case Loss::Kind::logistic:
      return Kind::logistic;
    default:
      return Kind::ridge;
  }
}

template double LossFunction::value<float>(ConstRef<float>, ConstRef<float>) const;
template double LossFunction::value<double>(ConstRef<double>, ConstRef<double>) const;
template void LossFunction::gradient<float>(ConstRef<float>, ConstRef<float>, MutRef<float>) const;
template void LossFunction::gradient<double>(ConstRef<double>, ConstRef<double>, MutRef<double>) const;

}  // namespace bcd::ghauch2018
