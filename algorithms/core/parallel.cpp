#include "algorithms/core/parallel.hpp"

#include <omp.h>

namespace bcd {

namespace {

/// Eigen's own threading stays off: its threads wait for each other in busy loops, which on a shared machine costs more than it
/// gains (ten times the processor time was seen), and every large product here is split by columns anyway.
int initial_threads() {
  Eigen::setNbThreads(1);
  return omp_get_max_threads();
}

int g_threads = initial_threads();

}  // namespace

int threads() { return g_threads; }

void set_threads(int count) {
  g_threads = std::max(1, count);
  omp_set_num_threads(g_threads);
}

}  // namespace bcd
