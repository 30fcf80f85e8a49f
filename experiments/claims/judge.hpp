// Verdicts: the claims of an experiment against its records.
#pragma once

#include <vector>

#include "experiments/experiment.hpp"
#include "results/claim.hpp"
#include "results/record.hpp"

namespace bcd {

/// One row per claim of the experiment. Kinds and their keys:
///   promise   promise = "descent.block"                    the audits of all runs of `variants`; violated if any run is
///   value     metric, at (iteration; absent: last), op = "<" | ">", value
///                                                          the median over the seeds compared with a number
///                                                          with share: on at least that share of the runs
///   reported  metric, at, reported, tolerance              |median - reported| <= tolerance: reproduced, else differs
///   order     metric, at, op, baseline                     per common seed: variants[0] op baseline; holds if it does on every seed,
///                                                          or on at least the share `share` of them
///             value and order take `statistic`: last (the value at `at`), or mean_log, max, min over the iterations up to `at`
///   same      metric, tolerance, baseline, factor          the two variants' traces agree (variant = factor * baseline) relative
///                                                          to tolerance at every iteration and common seed
///   status    value = expected status as text "status"     every run of `variants` ended with this status
///   rate      assert, and its keys                         what results/rates finds in the runs: experiments/claims/rate.hpp
///   study     study = id                                   a demonstration of a plugin, run when judged
///   not_testable  reason = "..."                           a statement that no run can decide
/// A claim whose `scale` is another one, or whose runs are missing, is "not run".
std::vector<ClaimRow> judge(const Experiment& experiment, const std::vector<RunRecord>& records, const std::string& scale);

/// JUnit XML of claims: a failure is a verdict that differs from the expectation.
std::string junit(const std::vector<ClaimRow>& rows);

}  // namespace bcd
