// The spectrum of a symmetric matrix. Eigen's solver is compiled once, in linear_algebra.cpp.
#pragma once

#include <Eigen/Eigenvalues>

#include "algorithms/core/types.hpp"

namespace bcd {

using SymmetricEigen = Eigen::SelfAdjointEigenSolver<Matrix<double>>;

/// Eigenvalues in increasing order, and eigenvectors unless they are declined (Eigen::EigenvaluesOnly), of a symmetric matrix of
/// which the lower triangle is read.
SymmetricEigen symmetric_eigen(const Matrix<double>& A, int options = Eigen::ComputeEigenvectors);

}  // namespace bcd
