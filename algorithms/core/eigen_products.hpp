// Eigen's dense products, compiled once (eigen_products.cpp) and not in every source that multiplies. For the sources of this
// project: a plugin that is built elsewhere compiles its own.
#pragma once

#include <Eigen/Core>

// These are internal names of Eigen 3.4. With another version every source compiles its own products.
#if EIGEN_WORLD_VERSION == 3 && EIGEN_MAJOR_VERSION == 4
// clang-format off
#define BCDBENCH_PRODUCTS_OF(PREFIX, S, LEFT, RIGHT)                                                                           \
  PREFIX template struct general_matrix_matrix_product<Index, S, LEFT, false, S, RIGHT, false, ColMajor, 1>;                   \
  PREFIX template struct general_matrix_matrix_triangular_product<Index, S, LEFT, false, S, RIGHT, false, ColMajor, 1, Lower>; \
  PREFIX template struct general_matrix_vector_product<Index, S, const_blas_data_mapper<S, Index, LEFT>, LEFT, false, S,       \
                                                       const_blas_data_mapper<S, Index, RIGHT>, false>;

#define BCDBENCH_PACKING(PREFIX, S, ORDER)                                                                                     \
  PREFIX template struct gemm_pack_lhs<S, Index, const_blas_data_mapper<S, Index, ORDER>, gebp_traits<S, S>::mr,               \
                                       gebp_traits<S, S>::LhsProgress, gebp_traits<S, S>::LhsPacket4Packing, ORDER>;           \
  PREFIX template struct gemm_pack_rhs<S, Index, const_blas_data_mapper<S, Index, ORDER>, gebp_traits<S, S>::nr, ORDER>;

#define BCDBENCH_PRODUCTS(PREFIX, S)                                                                                           \
  PREFIX template struct gebp_kernel<S, S, Index, blas_data_mapper<S, Index, ColMajor>, gebp_traits<S, S>::mr,                 \
                                     gebp_traits<S, S>::nr>;                                                                   \
  BCDBENCH_PACKING(PREFIX, S, ColMajor)                                                                                        \
  BCDBENCH_PACKING(PREFIX, S, RowMajor)                                                                                        \
  BCDBENCH_PRODUCTS_OF(PREFIX, S, ColMajor, ColMajor)                                                                          \
  BCDBENCH_PRODUCTS_OF(PREFIX, S, ColMajor, RowMajor)                                                                          \
  BCDBENCH_PRODUCTS_OF(PREFIX, S, RowMajor, ColMajor)                                                                          \
  BCDBENCH_PRODUCTS_OF(PREFIX, S, RowMajor, RowMajor)
// clang-format on

namespace Eigen::internal {
BCDBENCH_PRODUCTS(extern, float)
BCDBENCH_PRODUCTS(extern, double)
}  // namespace Eigen::internal
#endif
