#include "experiments/run/measured.hpp"

#include <algorithm>

#include "algorithms/core/descent_audit.hpp"

namespace bcd {

namespace {

double sum_of_squares(const auto& M) { return M.template cast<double>().squaredNorm(); }

}  // namespace

template <class T>
RequestedColumns<T>::RequestedColumns(const std::vector<std::string>& columns, const Problem<T>& problem)
    : problem_(problem), gradient_(problem.net) {
  for (const NamedMatrix<T>& window : weight_state(problem.net, gradient_)) weights_.push_back(window.name);
  for (const std::string& column : columns) {
    const std::size_t dot = column.find('.');
    const std::string kind = column.substr(0, dot);
    wishes_.push_back({column, kind, dot == std::string::npos ? weights_ : std::vector<std::string>{column.substr(dot + 1)}});
    if (kind == "gradient2" && !backprop_) backprop_.emplace(problem.net, std::min<Index>(problem.n(), Backprop<T>::kChunk));
  }
}

template <class T>
void RequestedColumns<T>::add(std::int64_t k, Algorithm<T>& algorithm, Measurements& row) {
  const State<T> state = algorithm.state();
  if (backprop_)
    backprop_->gradient(algorithm.weights(), problem_.loss, *problem_.X, *problem_.Y, problem_.loss.weight(problem_.n()),
                        gradient_);
  if (before_k_ != k - 1) before_.clear();
  for (const Wish& wish : wishes_)
    if (const std::optional<double> x = value(wish, state, algorithm)) row.emplace_back(wish.column, *x);
  for (const Wish& wish : wishes_)
    if (wish.kind == "step2")
      for (const std::string& part : wish.parts)
        if (const NamedMatrix<T>* window = state.find(part)) before_[part] = window->value;
  before_k_ = k;
}

template <class T>
std::optional<double> RequestedColumns<T>::value(const Wish& wish, const State<T>& state, const Algorithm<T>& algorithm) {
  if (wish.kind == "rounding:train_loss") {
    if constexpr (std::is_same_v<T, double>) return measured_risk(problem_, algorithm.weights()).rounding;
    return std::nullopt;  // promises are judged in double
  }
  const State<T> gradient = weight_state(problem_.net, gradient_);
  double sum = 0;
  for (const std::string& part : wish.parts) {
    const NamedMatrix<T>* window = (wish.kind == "gradient2" ? gradient : state).find(part);
    if (window == nullptr) return std::nullopt;
    if (wish.kind != "step2") {
      sum += sum_of_squares(window->value);
    } else {
      const auto before = before_.find(part);
      if (before == before_.end()) return std::nullopt;
      sum += (window->value.template cast<double>() - before->second.template cast<double>()).squaredNorm();
    }
  }
  return sum;
}

template <class T>
double terms_of(const Problem<T>& problem) {
  double terms = 8 + static_cast<double>(problem.n() + problem.net.d(0));
  for (int i = 1; i <= problem.net.N(); ++i)
    terms += static_cast<double>(problem.net.d(i) * (problem.net.d(i - 1) + 2));  // widths, weights, biases
  return terms;
}

template class RequestedColumns<float>;
template class RequestedColumns<double>;
template double terms_of<float>(const Problem<float>&);
template double terms_of<double>(const Problem<double>&);

}  // namespace bcd
