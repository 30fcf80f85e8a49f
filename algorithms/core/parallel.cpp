#include "algorithms/core/parallel.hpp"

#include <omp.h>

namespace bcd {

namespace {
int g_threads = omp_get_max_threads();
}

int threads() { return g_threads; }

void set_threads(int count) {
  g_threads = std::max(1, count);
  omp_set_num_threads(g_threads);
  Eigen::setNbThreads(g_threads);
}

}  // namespace bcd
