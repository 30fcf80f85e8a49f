#include "algorithms/taylor2016/admm.hpp"

#include <cmath>

#include "algorithms/core/linear_algebra.hpp"
#include "algorithms/core/parallel.hpp"
#include "algorithms/core/prox.hpp"

namespace bcd::taylor2016 {

void Parameters::fields(ParameterList& list) {
  list.number("beta", beta, Range::positive(), "weight of |z_l - W_l a_{l-1}|^2 in every layer");
  list.number("gamma", gamma, Range::positive(), "weight of |a_l - h(z_l)|^2 in every hidden layer");
  list.integer("warm_start", warm_start, Range::nonnegative(), "sweeps before the multiplier is updated for the first time");
  list.number("multiplier_step", multiplier_step, Range::nonnegative(),
              "s in lambda += s beta (z_L - W_L a_{L-1}): 1 as in the paper, 2 the step of the dual problem, 0 no multiplier");
  list.choice("start", start, {{"normal", Start::normal}, {"forward", Start::forward}},
              "z and a: N(0, 1) entries (the paper), or a forward pass with the first weights");
  list.choice("hinge", hinge, {{"zero_one", HingeCode::zero_one}, {"signed_one", HingeCode::signed_one}},
              "hinge loss of a wrong class: max(0, z) for target 0 (the paper), or max(0, 1 + z) for target -1");
}

template <class T>
std::string Admm<T>::not_applicable(const Problem<T>& problem) const {
  if (problem.net.any_skip()) return "the method's constraints have no skip connections";
  if (problem.net.sigma(problem.net.N()).kind != Activation::Kind::linear)
    return "the output layer must be linear: the loss acts on z_L = W_L a_{L-1}";
  if (!problem.loss.convex()) return "the z_L-update needs a convex loss, " + problem.loss.name() + " is not said to be";
  for (int l = 1; l < problem.net.N(); ++l)
    if (!has_prox(problem.net.sigma(l)))
      return "the z-update has no solution here for a kinked activation of one's own: layer " + std::to_string(l) + " has " +
             problem.net.sigma(l).text();
  return {};
}

template <class T>
void Admm<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  sweeps_ = 0;
  weights_ = w0;
  const Index n = problem.n();
  z_.assign(static_cast<std::size_t>(L() + 1), {});
  a_.assign(static_cast<std::size_t>(L()), {});
  lambda_ = m_ = Matrix<T>::Zero(problem.net.d(L()), n);
  inputs_ = spectrum(1);
  for (int l = 1; l <= L(); ++l) {
    z(l).resize(problem.net.d(l), n);
    Matrix<T>* a_l = l < L() ? &a_[static_cast<std::size_t>(l)] : nullptr;
    if (a_l) a_l->resize(problem.net.d(l), n);
    if (parameters_.start == Start::normal) {
      rng.fill_normal(z(l), 1.0);
      if (a_l) rng.fill_normal(*a_l, 1.0);
      continue;
    }
    for_columns(n, layer_work(l), [&](Index first, Index count, int) {
      auto block = z(l).middleCols(first, count);
      affine(l, first, count, block);
      if (a_l) problem.net.sigma(l).template apply<T>(block, a_l->middleCols(first, count));
    });
  }
}

template <class T>
State<T> Admm<T>::state() {
  State<T> state = weight_state(problem_->net, weights_);
  for (int l = 1; l <= L(); ++l) state.add("z", l, z(l));
  for (int l = 1; l < L(); ++l) state.add("a", l, a_[static_cast<std::size_t>(l)]);
  state.add("lambda", L(), lambda_);
  return state;
}

template <class T>
void Admm<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int l) {
    if (observer) observer->after({name, l});
  };
  for (int l = 1; l < L(); ++l) {
    update_W(l), done("W", l);
    update_a(l), done("a", l);
    update_z(l), done("z", l);
  }
  update_W(L()), done("W", L());
  update_z_L(), done("z", L());
  if (++sweeps_ > parameters_.warm_start) update_lambda(), done("lambda", L());
}

template <class T>
void Admm<T>::measure(Measurements& row) const {
  double total = 0;
  const auto add = [&](const std::string& name, double squared) {
    row.emplace_back(name, std::sqrt(squared));
    total += squared;
  };
  for (int l = 1; l <= L(); ++l) {
    const double fit = sum_over_samples(problem_->n(), layer_work(l), [&](Index first, Index count) {
      Matrix<T> R(problem_->net.d(l), count);
      affine(l, first, count, R);
      return (z(l).middleCols(first, count) - R).template cast<double>().squaredNorm();
    });
    add("residual_z" + std::to_string(l), fit);
    if (l == L()) break;
    const double match = sum_over_samples(problem_->n(), layer_work(l), [&](Index first, Index count) {
      Matrix<T> R(problem_->net.d(l), count);
      problem_->net.sigma(l).template apply<T>(z(l).middleCols(first, count), R);
      return (a(l).middleCols(first, count) - R).template cast<double>().squaredNorm();
    });
    add("residual_a" + std::to_string(l), match);
  }
  row.emplace_back("residual", std::sqrt(total));
  row.emplace_back("multiplier_norm", lambda_.template cast<double>().norm());
}

template <class T>
double Admm<T>::layer_work(int l) const {
  const Network& net = problem_->net;
  return product_work(net.d(l), net.d(l - 1)) + kEntryWork * static_cast<double>(net.d(l));
}

template <class T>
void Admm<T>::affine(int l, Index first, Index count, MutRef<T> out) const {
  out.noalias() = W(l) * a(l - 1).middleCols(first, count);
  if (problem_->net.bias) out.colwise() += b(l);
}

/// a_l = argmin gamma |a - h(z_l)|^2 + beta |z_{l+1} - W_{l+1} a - b_{l+1}|^2
///     = (gamma I + beta W^T W)^{-1} (gamma h(z_l) + beta W^T (z_{l+1} - b)), W = W_{l+1}.
template <class T>
void Admm<T>::update_a(int l) {
  const T beta = static_cast<T>(parameters_.beta), gamma = static_cast<T>(parameters_.gamma);
  const Matrix<T>& next = W(l + 1);
  Matrix<T> M = gamma * Matrix<T>::Identity(next.cols(), next.cols());
  M.template selfadjointView<Eigen::Lower>().rankUpdate(next.transpose(), beta);
  cholesky<T>(M);
  const Matrix<T> back = beta * next.transpose();  // d_l x d_{l+1}
  const Vector<T> shift = back * b(l + 1);
  Matrix<T>& a_l = a_[static_cast<std::size_t>(l)];
  for_columns(problem_->n(), product_work(next.rows(), next.cols()) + product_work(next.cols(), next.cols()),
              [&](Index first, Index count, int) {
                auto block = a_l.middleCols(first, count);
                problem_->net.sigma(l).template apply<T>(z(l).middleCols(first, count), block);
                block *= gamma;
                block.noalias() += back * z(l + 1).middleCols(first, count);
                block.colwise() -= shift;
                cholesky_solve<T>(M, block);
              });
}

/// z_l = argmin gamma |a_l - h(z)|^2 + beta |z - W_l a_{l-1} - b_l|^2.
template <class T>
void Admm<T>::update_z(int l) {
  for_columns(problem_->n(), layer_work(l), [&](Index first, Index count, int) {
    auto block = z(l).middleCols(first, count);
    affine(l, first, count, block);
    activation_prox<T>(problem_->net.sigma(l), a(l).middleCols(first, count), block, parameters_.beta / parameters_.gamma,
                       block);
  });
}

template <class T>
bool Admm<T>::shifted_hinge() const {
  return problem_->loss.kind == Loss::Kind::hinge && parameters_.hinge == HingeCode::zero_one;
}

/// z_L = argmin w l(z, y) + <z, lambda> + beta |z - m|^2 = argmin w l(z, y) + beta |z - (m - lambda/(2 beta))|^2. With targets
/// 0 and 1 the hinge max(0, z) of a wrong class is max(0, 1 - y x) at y = -1, x = z - 1.
template <class T>
void Admm<T>::update_z_L() {
  const double w = problem_->loss.weight(problem_->n());
  const T half = static_cast<T>(0.5 / parameters_.beta);
  for_columns(problem_->n(), layer_work(L()), [&](Index first, Index count, int) {
    auto block = z(L()).middleCols(first, count);
    auto m = m_.middleCols(first, count);
    const auto y = problem_->Y->middleCols(first, count);
    affine(L(), first, count, m);
    block = m - half * lambda_.middleCols(first, count);
    if (shifted_hinge()) block.array() -= (y.array() < T(0)).template cast<T>();
    problem_->loss.template prox<T>(w, 2 * parameters_.beta, block, y, block);
    if (shifted_hinge()) block.array() += (y.array() < T(0)).template cast<T>();
  });
}

/// lambda <- lambda + s beta (z_L - W_L a_{L-1} - b_L).
template <class T>
void Admm<T>::update_lambda() {
  lambda_ += static_cast<T>(parameters_.multiplier_step * parameters_.beta) * (z(L()) - m_);
}

/// An eigenvalue decomposition of size p counts as 9 p^3 (Golub and Van Loan's count of the symmetric QR algorithm).
template <class T>
std::optional<StepCost> Admm<T>::cost() const {
  const double n = static_cast<double>(problem_->n());
  StepCost cost;
  for (int l = 1; l <= L(); ++l) {
    const double d = static_cast<double>(problem_->net.d(l)), before = static_cast<double>(problem_->net.d(l - 1)),
                 p = before + (problem_->net.bias ? 1 : 0);
    cost.products += 2;                                // z A^T, W a
    cost.flops += 4 * d * before * n + 4 * d * p * p;  // and z A^T times the pseudo-inverse
    if (l > 1) {
      cost.products += 1;
      cost.flops += before * before * n + 9 * p * p * p;
    }
    if (l < L()) {  // W^T W by half, its factor, W^T z, two triangular solves
      const double after = static_cast<double>(problem_->net.d(l + 1));
      cost.products += 1;
      cost.flops += d * d * after + d * d * d / 3 + 2 * d * after * n + 2 * d * d * n;
    }
  }
  return cost;
}

template class Admm<float>;
template class Admm<double>;

}  // namespace bcd::taylor2016
