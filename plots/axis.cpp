#include "plots/axis.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/text.hpp"

namespace bcd {
namespace {

/// Larger values come from runs that overflow: their curves leave the chart instead of flattening all others.
constexpr double kOffChart = 1e30;

/// Relative to its numbers, a range below this is one number to the reader: its tics would read the same, and where neighbouring
/// doubles end there are no others to put between them.
constexpr double kNarrowest = 1e-6;
constexpr int kMostDigits = 8;  // of a tic: enough for kNarrowest

bool is_narrow(double low, double high) {
  return high - low <= std::max(kNarrowest * std::max(std::abs(low), std::abs(high)), 1 / kOffChart);
}

/// gnuplot's format for tics `step` apart: six digits, or as many as tell them from each other.
std::string tic_format(double low, double high, double step) {
  const double largest = std::max(std::abs(low), std::abs(high));
  const int digits = static_cast<int>(std::floor(std::log10(largest)) - std::floor(std::log10(step))) + 1;
  return digits <= 6 ? "'%h'" : "'%." + std::to_string(std::min(digits, kMostDigits)) + "g'";
}

/// 1, 2 or 5 times a power of ten, so that about five steps cover the span.
double round_step(double span) {
  const double power = std::pow(10.0, std::floor(std::log10(span / 5)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (span / (factor * power) <= 6) return factor * power;
  return 10 * power;
}

/// Round numbers on a logarithmic axis that is too short for powers of ten.
std::vector<double> few_decades(double low, double high) {
  std::vector<double> tics;
  if (high / low < 5) {
    const double step = round_step(high - low);
    const double first = std::ceil(low / step);
    for (int i = 0; (first + i) * step <= high; ++i) tics.push_back((first + i) * step);  // about five
    return tics;
  }
  for (double exponent = std::floor(std::log10(low)); exponent <= std::log10(high); ++exponent)
    for (const double factor : {1.0, 2.0, 5.0})
      if (const double tic = factor * std::pow(10.0, exponent); tic >= low && tic <= high) tics.push_back(tic);
  return tics;
}

}  // namespace

void Axis::cover(const std::vector<double>& values) {
  for (const double value : values) {
    if (!(std::abs(value) < kOffChart) || (log_ && value < 1 / kOffChart)) continue;
    low_ = empty_ ? value : std::min(low_, value);
    high_ = empty_ ? value : std::max(high_, value);
    empty_ = false;
  }
}

void Axis::fix(double low, double high) {
  low_ = low;
  high_ = high;
  empty_ = false;
  fixed_ = true;
}

void Axis::close() {
  if (fixed_ && !is_narrow(low_, high_)) return;
  if (empty_) low_ = high_ = 1;
  const bool narrow = is_narrow(low_, high_);
  if (log_) {
    const double factor = narrow ? 2 : std::pow(high_ / low_, share_);
    low_ /= factor;
    high_ *= factor;
    return;
  }
  const bool from_zero = low_ >= 0;
  const double width = high_ - low_, margin = !narrow ? share_ * width : std::max(std::abs(high_), 1.0) / 2;
  low_ = from_zero && low_ <= 0.15 * width ? 0 : low_ - margin;
  high_ += margin;
}

double Axis::clamped(double value) const { return std::clamp(value, low_, high_); }

double Axis::place(double value) const {
  return log_ ? std::log(value / low_) / std::log(high_ / low_) : (value - low_) / (high_ - low_);
}

std::string Axis::tics() const {
  const std::string set = "  set " + name_ + "tics ", format = "  set format " + name_ + " ";
  const double linear_step = round_step(high_ - low_);
  const std::string plain = format + tic_format(low_, high_, linear_step) + "\n";
  if (!log_) return set + number_text(linear_step) + "\n  unset m" + name_ + "tics\n" + plain;
  const double decades = std::log10(high_ / low_);
  const bool two_powers = std::floor(std::log10(high_)) > std::ceil(std::log10(low_));
  if (decades < 1.5 || !two_powers) {
    std::string list;
    for (const double tic : few_decades(low_, high_)) list += (list.empty() ? "" : ", ") + number_text(tic);
    return set + "(" + list + ")\n  unset m" + name_ + "tics\n" + plain;
  }
  const int step = static_cast<int>(std::ceil(decades / 6));  // decades between two tics
  const std::string minor = step == 1 ? "  set m" + name_ + "tics 10\n" : "  unset m" + name_ + "tics\n";
  return set + "1e" + std::to_string(step) + "\n" + minor + format + "'10^{%L}'\n";
}

std::string Axis::script() const {
  return (log_ ? "  set logscale " : "  unset logscale ") + name_ + "\n  set " + name_ + "range [" + number_text(low_) + ":" +
         number_text(high_) + "]\n" + tics();
}

}  // namespace bcd
