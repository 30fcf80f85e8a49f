// Columns that a run measures on request: what promises and metrics of an experiment file speak of, from the iterates.
#pragma once

#include <map>
#include <optional>

#include "algorithms/core/algorithm.hpp"
#include "algorithms/core/backprop.hpp"
#include "algorithms/core/restorable.hpp"

namespace bcd {

/// The names are those of is_requested_column(); x are the weights W_1, b_1, ..., W_N, b_N.
template <class T>
class RequestedColumns {
 public:
  RequestedColumns(const std::vector<std::string>& columns, const Problem<T>& problem);
  /// Adds the columns of iteration k. A step needs the iterate before, so there is none where that was not measured; nor is there
  /// a part that the algorithm does not have.
  void add(std::int64_t k, Algorithm<T>& algorithm, Measurements& row);
  void members(Members& members) { members(before_, before_k_); }

 private:
  struct Wish {
    std::string column, kind;        ///< "step2.V1", "step2"
    std::vector<std::string> parts;  ///< V1; all weights where the column names no part
  };
  std::optional<double> value(const Wish& wish, const State<T>& state, const Algorithm<T>& algorithm);

  std::vector<Wish> wishes_;
  std::vector<std::string> weights_;
  const Problem<T>& problem_;
  std::optional<Backprop<T>> backprop_;
  Weights<T> gradient_;
  std::map<std::string, Matrix<T>> before_;  ///< the parts of iteration before_k_ that a step is measured of
  std::int64_t before_k_ = -2;
};

/// How many terms a sum over the samples, through the network or over the weights may have: times eps the relative error of a
/// column of non-negative terms.
template <class T>
double terms_of(const Problem<T>& problem);

}  // namespace bcd
