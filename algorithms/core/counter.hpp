// A count of updates as a part of a state.
#pragma once

#include <limits>

#include "algorithms/core/state.hpp"

namespace bcd {

/// Exact up to 2^48 in both precisions: a count kept as one float would stay at 2^24 for ever. The window holds the count, in f32
/// its two digits to the base 2^24: count mod 2^24, then count / 2^24.
template <class T>
class Counter {
 public:
  std::int64_t value() const { return of(digits_); }
  Counter& operator=(std::int64_t value) {
    digits_(0, 0) = static_cast<T>(kDigits == 1 ? value : value % kBase);
    if (kDigits == 2) digits_(0, 1) = static_cast<T>(value / kBase);
    return *this;
  }
  void operator++() { *this = value() + 1; }
  void add_to(State<T>& state, const std::string& name) { state.add(name, 0, digits_); }

  /// What such a window says.
  template <class Derived>
  static std::int64_t of(const Eigen::MatrixBase<Derived>& digits) {
    const auto low = static_cast<std::int64_t>(digits(0, 0));
    return digits.cols() == 1 ? low : low + kBase * static_cast<std::int64_t>(digits(0, 1));
  }

 private:
  static constexpr std::int64_t kBase = 1 << 24;
  static constexpr Index kDigits = std::numeric_limits<T>::digits < 53 ? 2 : 1;
  Matrix<T> digits_ = Matrix<T>::Zero(1, kDigits);
};

}  // namespace bcd
