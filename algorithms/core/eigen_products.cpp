#include "algorithms/core/eigen_products.hpp"

#ifdef BCDBENCH_PRODUCTS
namespace Eigen::internal {
BCDBENCH_PRODUCTS(, float)
BCDBENCH_PRODUCTS(, double)
}  // namespace Eigen::internal
#endif
