// The scale of one axis: the range of what is drawn on it, and tics at round numbers that fit the range.
#pragma once

#include <string>
#include <vector>

namespace bcd {

class Axis {
 public:
  /// name: "x" or "y", as gnuplot calls it; share: how much of the range is left free at either end.
  Axis(std::string name, bool log, double share) : name_(std::move(name)), log_(log), share_(share) {}

  /// Widens the range; skips what the axis cannot show (NaN, infinity, on a logarithmic axis numbers <= 0).
  void cover(const std::vector<double>& values);
  /// Sets the range, margins included.
  void fix(double low, double high);
  /// The finished range: margins added, never empty, from 0 where the data begin a little above it.
  void close();

  double low() const { return low_; }
  double high() const { return high_; }
  bool log() const { return log_; }
  bool fixed() const { return fixed_; }
  /// The nearest number that lies on the axis.
  double clamped(double value) const;
  /// Where a value stands, 0 at the lower and 1 at the upper end.
  double place(double value) const;
  /// gnuplot's scale, range, tics and number format.
  std::string script() const;

 private:
  std::string tics() const;

  std::string name_;
  bool log_;
  double share_;
  double low_ = 0, high_ = 0;
  bool empty_ = true, fixed_ = false;
};

}  // namespace bcd
