// Paths that spiral into their limit: the KL exponent over whole turns.
#pragma once

#include <vector>

#include "results/rates/envelope.hpp"

namespace bcd::rates {

/// Near a limit with a positive definite Hessian H an iteration is x_{k+1} = M x_k. A pair of eigenvalues r e^{+-i phi} of M
/// turns the path, so that log (f - f*) = 2 k log r + P(k) and log |grad f| = k log r + Q(k), P and Q of period pi/phi: theta is
/// 1/2, but the points of log |grad f| over log (f - f*) swing about their line, as far as H is conditioned, and a line fitted
/// to little more than one turn is tilted (by up to 1.9 amplitudes over the decades of the window; sine, one turn). Points at
/// the same phase lie on a line of slope theta exactly, whatever the swing.
struct Turns {
  std::size_t period = 0;  ///< iterations after which the swing repeats itself; 0: no whole turn is seen
  Estimate theta;          ///< slope between points one period apart; also where a turn is only likely (misfit below 0.5)
};

/// Looks for a period in the lower three quarters of the decades of E (in half of them, envelope.hpp's window, one turn would
/// hardly fit), in at most 400 points at equal distances. Lag by lag: theta by least squares of the differences at that lag,
/// misfit = what remains of them over the swing's standard deviation, both root mean squares. The period is the lag of the
/// smallest misfit beyond the first where it exceeds 1 (neighbours resemble each other at any smooth path) and up to 7/8 of the
/// points, if that misfit is below 0.2: the swing is the same on both turns but for 4 % of its variance. Noise of correlation
/// up to 0.999 passes for a turn in none of 480 sequences. Interval: from the smallest to the largest slope between any two
/// points a period apart, widened by what the misfit leaves of the swing over the decades of a turn.
Turns whole_turns(const std::vector<double>& gaps, const std::vector<double>& g, const std::vector<double>& E, double floor);

}  // namespace bcd::rates
