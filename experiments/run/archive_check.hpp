// Whether an archived record can be made again: the run is made once more and its trace compared.
#pragma once

#include <string>

#include "experiments/run/runner.hpp"

namespace bcd {

/// Whether two records were made with the same arithmetic (processor, flags, vector instructions, compiler, Eigen), so that their
/// numbers are to be the same bit for bit. The number of threads does not matter.
bool same_arithmetic(const RunRecord& a, const RunRecord& b);

/// What making a run again came to.
struct MadeAgain {
  bool well = false;
  std::string text;  ///< "the same bits in 100 rows"; where it differs first, and what was allowed
};

/// Makes the run of an archived record again, without keeping the record, and compares status and trace, clocks aside. With the same
/// arithmetic the numbers must be the same bits. Otherwise they may differ by a bound that is measured, see results/archive/README.md:
/// the run is made a second time, from first weights moved by a relative 64 u (u: the unit roundoff of its precision), and at row k
///   |archived - again| <= (k+1) (max_{j<=k} |moved_j - again_j| + 64 u max_{j<=k} |again_j|),
/// with one sample more for an accuracy. Throws UsageError where the run cannot be made here (an algorithm that is gone, data that is
/// missing).
MadeAgain make_again(const RunRecord& archived);

/// Seconds that the archived run took in all.
double seconds_of(const RunRecord& record);

}  // namespace bcd
