// Straight lines through a few correlated points, with intervals that keep their 95 % when the points are correlated and
// slightly curved.
#pragma once

#include <vector>

#include "results/rates/interval.hpp"

namespace bcd::rates {

struct Line {
  double intercept = kNaN, slope = kNaN;
  double at(double x) const { return intercept + slope * x; }
};

/// Ordinary least squares; NaN with fewer than two different x.
Line fit_line(const std::vector<double>& x, const std::vector<double>& y);

/// The slope of y over x, the points in the order of x and the last ones those nearest to the limit. Interval: a +- t s, with a
/// the slope of all points and s its standard error by circular block bootstrap of the residuals (blocks of n^(1/3) points,
/// since neighbours are correlated, or the autoregressive correction of single residuals if that is larger), widened to hold b
/// and 2 b - a, with b the slope of the last half: a trend within the points (a pre-asymptotic term) then widens the interval
/// instead of biasing it. NaN with fewer than five points.
Estimate trend(const std::vector<double>& x, const std::vector<double>& y);

/// The mean of y, with its interval by the same rule.
Estimate level(const std::vector<double>& y);

/// The two-sided 95 % point of Student's t, for 3 or more degrees of freedom (Hill's expansion; error below 1 %).
double student_95(double degrees);

double mean(const std::vector<double>& x);
double median(std::vector<double> x);

}  // namespace bcd::rates
