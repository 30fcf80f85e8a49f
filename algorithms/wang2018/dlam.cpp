#include "algorithms/wang2018/dlam.hpp"

#include <cmath>

#include "algorithms/core/parallel.hpp"
#include "algorithms/wang2018/fista.hpp"
#include "algorithms/wang2018/preimage.hpp"

namespace bcd::wang2018 {

using Parameters = DlamParameters;

void DlamParameters::fields(ParameterList& list) {
  list.number("rho", rho, Range::positive(), "weight of |z_l - W_l a_{l-1} - b_l|^2 / 2");
  list.number("eps", eps, Range::positive(), "tolerance eps^0 of |a_l - h(z_l)| <= eps");
  list.number("eps_factor", eps_factor, {0, 1, true, false},
              "sweep k uses eps^k = max(eps_factor eps^{k-1}, eps_min); 1: fixed (Wang et al. 2018)");
  list.number("eps_min", eps_min, Range::positive(), "smallest eps while it shrinks");
  list.parsed("omega", omega, "none, l2:L, l1:L, elastic:L,M, nonnegative or box:LO,HI", "regulariser of every W_l");
  list.choice("theta", theta, {{"block", Theta::block}, {"row", Theta::row}, {"entry", Theta::entry}},
              "theta_l: one number; one a neuron, each found by backtracking; or t s_j, s_j the row sums of a a' and t found");
  list.number("nu", nu, Range::positive(), "Algorithm 2's first theta, in units of rho");
  list.number("gamma", gamma, {1, std::numeric_limits<double>::infinity(), true, false}, "factor of theta in Algorithm 2");
  list.choice("tau", tau, {{"block", Tau::block}, {"sample", Tau::sample}, {"entry", Tau::entry}},
              "tau_l: one number; one a sample, each found by backtracking; or t s_i, s_i the row sums of |W'W| and t found");
  list.number("mu", mu, Range::positive(), "Algorithm 3's first tau, in units of rho");
  list.number("eta", eta, {1, std::numeric_limits<double>::infinity(), true, false}, "factor of tau in Algorithm 3");
  list.choice("output_update", output_update, {{"fista", OutputUpdate::fista}, {"exact", OutputUpdate::exact}},
              "z_L: FISTA (the paper; the squared loss has a closed form) or the proximal step to rounding");
  list.integer("fista_iterations", fista_iterations, Range::at_least(1), "most iterations of FISTA");
  list.number("fista_tolerance", fista_tolerance, Range::nonnegative(),
              "FISTA stops once no entry moves by more, relative to 1 + the largest entry");
  list.choice("a_update", a_update, {{"projected", ActivationUpdate::projected}, {"printed", ActivationUpdate::printed}},
              "projected: (6) solved, that is with projection on the box; printed: Algorithm 3 to the letter, which stalls");
  list.number("start_noise", start_noise, Range::nonnegative(),
              "z_l (l < L) starts at the forward pass plus this times N(0,1), with a_l = h(z_l); 0: the forward pass");
}

template <class T>
Dlam<T>::Dlam(bool accelerated) : accelerated_(accelerated) {
  if (!accelerated_) return;  // the defaults of Wang et al. 2022
  parameters_.eps = 100;
  parameters_.eps_factor = 0.5;
}

template <class T>
std::string Dlam<T>::not_applicable(const Problem<T>& problem) const {
  const Network& net = problem.net;
  if (net.any_skip()) return "Problem 2 has no skip connections";
  if (net.sigma(net.N()).kind != Activation::Kind::linear) return "the output layer must be linear: z_L enters R itself";
  for (int l = 1; l < net.N(); ++l)
    if (!is_quasilinear(net.sigma(l)))
      return "Assumption 3 asks for a quasilinear activation whose preimages are known, " + net.sigma(l).text() + " of layer " +
             std::to_string(l) + " need not be one";
  if (!problem.loss.convex()) return "R must be convex (Assumption 2), " + problem.loss.name() + " is not said to be";
  if (parameters_.output_update == Parameters::OutputUpdate::fista && !problem.loss.smooth() &&
      problem.loss.kind != Loss::Kind::hinge)
    return "FISTA needs a loss with a gradient, " + problem.loss.name() + " is not smooth; use output_update = exact";
  if (parameters_.output_update == Parameters::OutputUpdate::fista && !std::isfinite(problem.loss.gradient_lipschitz()) &&
      problem.loss.kind != Loss::Kind::hinge)
    return "FISTA needs a loss with Lipschitz continuous gradient, " + problem.loss.name() +
           " has none; use output_update = exact";
  return {};
}

template <class T>
void Dlam<T>::initialise(const Problem<T>& problem, const Weights<T>& w0, Rng& rng) {
  problem_ = &problem;
  net_ = &problem.net;
  weights_ = w0;
  const auto layers = at(L()) + 1, workers = static_cast<std::size_t>(threads());
  Index widest = net_->d(L()), widest_hidden = 0;
  for (int l = 1; l < L(); ++l) widest_hidden = std::max(widest_hidden, net_->d(l));
  widest = std::max(widest, widest_hidden);
  blocks_.assign(2, std::vector<Vector<T>>(workers, Vector<T>(widest * kColumnBlock)));
  gradient_.resize(widest_hidden * problem.n());
  eps_ = Matrix<T>::Constant(1, 1, static_cast<T>(parameters_.eps));
  s_ = Matrix<T>::Zero(1, 1);
  first_ready_ = shared_ = false;
  moments_.assign(layers, {});
  change_.assign(layers, {});
  curved_.assign(layers, {});
  minimiser_.assign(layers, {});
  shape_.assign(layers, {});
  theta_.assign(layers, {});
  tau_.assign(layers, {});
  for (int l = 1; l <= L(); ++l) {
    const Index d = net_->d(l), before = net_->d(l - 1);
    change_[at(l)].resize(d, before);
    curved_[at(l)].resize(d, before);
    minimiser_[at(l)].resize(d, before);
    shape_[at(l)] = Vector<T>::Ones(before);
    theta_[at(l)].setZero(parameters_.theta == Parameters::Theta::row ? d : 1,
                          parameters_.theta == Parameters::Theta::entry ? before : 1);
    if (l < L())
      tau_[at(l)].setZero(parameters_.tau == Parameters::Tau::entry ? d : 1,
                          parameters_.tau == Parameters::Tau::sample ? problem.n() : 1);
  }
  start_auxiliaries(rng);
  W_before_ = accelerated_ ? weights_.W : std::vector<Matrix<T>>{};
  a_before_ = accelerated_ ? a_ : std::vector<Matrix<T>>{};

  // a_0 = x never changes: its Gram matrix is made once.
  const Index d = net_->d(0), square = room_of<T>(d * d);
  const T* sum = sums_(problem.n(), product_work(d, d) / 2, square + d, [&](Index first, Index count, int, T* part) {
    add_input_moments(problem.X->middleCols(first, count), part, part + square);
  });
  take_input_moments(1, sum, sum + square);
}

// The forward pass, off which start_noise moves z_l.
template <class T>
void Dlam<T>::start_auxiliaries(Rng& rng) {
  z_.assign(at(L()) + 1, {});
  a_.assign(at(L()), {});
  for (int l = 1; l <= L(); ++l) {
    Matrix<T>& z = z_[at(l)];
    z.resize(net_->d(l), problem_->n());
    if (l < L() && parameters_.start_noise > 0)
      rng.fill_normal(z, parameters_.start_noise);
    else
      z.setZero();
    if (l < L()) a_[at(l)].resize(net_->d(l), problem_->n());
    for_columns(problem_->n(), product_work(net_->d(l), net_->d(l - 1)), [&](Index first, Index count, int) {
      auto part = z.middleCols(first, count);
      part.noalias() += weights_.W[at(l)] * A(l - 1).middleCols(first, count);
      part.colwise() += weights_.b[at(l)];
      if (l < L()) net_->sigma(l).template apply<T>(part, a_[at(l)].middleCols(first, count));
    });
  }
}

template <class T>
void Dlam<T>::step(BlockObserver* observer) {
  const auto done = [&](const char* name, int l) {
    if (observer) observer->after({name, l});
  };
  if (parameters_.eps_factor < 1)
    eps_(0, 0) = static_cast<T>(std::max(parameters_.eps_factor * static_cast<double>(eps_(0, 0)), parameters_.eps_min));
  const double s = static_cast<double>(s_(0, 0)), s_next = (1 + std::sqrt(1 + 4 * s * s)) / 2;
  omega_ = (s - 1) / s_next;
  s_(0, 0) = static_cast<T>(s_next);
  safeguards_ = 0;
  for (int l = 1; l <= L(); ++l) {
    update_W(l), done("W", l);
    if (net_->bias) update_b(l), done("b", l);
    update_z(l), done("z", l);
    if (l < L()) update_a(l), done("a", l);
  }
}

template <class T>
State<T> Dlam<T>::state() {
  shared_ = true;
  State<T> all = weight_state(*net_, weights_);
  for (int l = 1; l <= L(); ++l) {
    all.add("z", l, z_[at(l)]);
    all.add("theta", l, theta_[at(l)]);
    if (accelerated_) all.add("Wbefore", l, W_before_[at(l)]);
    if (l == L()) continue;
    all.add("a", l, a_[at(l)]);
    all.add("tau", l, tau_[at(l)]);
    if (accelerated_) all.add("abefore", l, a_before_[at(l)]);
  }
  all.add("eps", 0, eps_);
  if (accelerated_) all.add("s", 0, s_);
  return all;
}

template <class T>
void Dlam<T>::measure(Measurements& row) const {
  const double sum =
      sum_over_samples(problem_->n(), kEntryWork * static_cast<double>(net_->d(L())), [&](Index first, Index count) {
        return problem_->loss.template sum<T>(z_[at(L())].middleCols(first, count), problem_->Y->middleCols(first, count));
      });
  row.emplace_back("output_loss", problem_->loss.weight(problem_->n()) * sum);
  row.emplace_back("eps", static_cast<double>(eps_(0, 0)));
  if (accelerated_) row.emplace_back("safeguards", static_cast<double>(safeguards_));
}

// ---- moments: every sum over samples that the W_l- and b_l-updates need ----

template <class T>
void Dlam<T>::add_input_moments(ConstRef<T> a, T* gram, T* sums) {
  Eigen::Map<Matrix<T>>(gram, a.rows(), a.rows()).template selfadjointView<Eigen::Lower>().rankUpdate(a);
  Eigen::Map<Vector<T>>(sums, a.rows()) += a.rowwise().sum();
}

template <class T>
void Dlam<T>::take_input_moments(int l, const T* gram, const T* sums) {
  const Index before = net_->d(l - 1);
  Moments& total = moments_[at(l)];
  total.gram = Eigen::Map<const Matrix<T>>(gram, before, before);
  total.gram.template triangularView<Eigen::StrictlyUpper>() = total.gram.transpose();
  total.sums = Eigen::Map<const Vector<T>>(sums, before);
  // theta = t s: with s_j = sum_i |gram_ij|, diag(s) - gram is positive semidefinite.
  if (parameters_.theta == Parameters::Theta::entry)
    shape_[at(l)] = scaled_shape<T>(total.gram.cwiseAbs().colwise().sum().transpose());
}

template <class T>
template <class Residual>
void Dlam<T>::sum_moments(int l, double work, Residual&& residual_of) {
  const Index d = net_->d(l), before = net_->d(l - 1);
  const bool input = l > 1;
  // Behind each other: cross, rows and, where the input changes, gram and sums.
  const Index rows = room_of<T>(d * before), gram = rows + room_of<T>(d), sums = gram + room_of<T>(before * before);
  work += product_work(d, before) + (input ? product_work(before, before) / 2 : 0);
  const T* sum = sums_(problem_->n(), work, input ? sums + before : gram, [&](Index first, Index count, int thread, T* part) {
    const auto a = A(l - 1).middleCols(first, count);
    const auto residual = residual_of(first, count, thread);
    Eigen::Map<Matrix<T>>(part, d, before).noalias() += residual * a.transpose();
    Eigen::Map<Vector<T>>(part + rows, d) += residual.rowwise().sum();
    if (input) add_input_moments(a, part + gram, part + sums);
  });
  Moments& total = moments_[at(l)];
  total.cross = Eigen::Map<const Matrix<T>>(sum, d, before);
  total.rows = Eigen::Map<const Vector<T>>(sum + rows, d);
  if (input) take_input_moments(l, sum + gram, sum + sums);
}

// R = z_l - W_l a_{l-1} - b_l and its moments. Layer 1: its own z-update has gathered them on its way.
template <class T>
void Dlam<T>::gather(int l) {
  if (l == 1 && first_ready_ && !shared_) return;
  sum_moments(l, product_work(net_->d(l), net_->d(l - 1)), [&](Index first, Index count, int thread) {
    auto r = block(0, thread, net_->d(l), count);
    r.noalias() = weights_.W[at(l)] * A(l - 1).middleCols(first, count);
    r.colwise() += weights_.b[at(l)];
    r = z_[at(l)].middleCols(first, count) - r;
    return r;
  });
}

// ---- b_l, (3), with the gradient averaged over the samples: b_l plus the mean of z_l - W_l a_{l-1} - b_l, the minimiser ----

template <class T>
void Dlam<T>::update_b(int l) {
  weights_.b[at(l)] += moments_[at(l)].rows / static_cast<T>(problem_->n());
}

// ---- z_l, (4): W_l a_{l-1} + b_l projected on the preimage of a_l; z_L, (5): argmin R(z) + rho/2 |z - W_L a_{L-1} - b_L|^2.
//      The quadratic models with L_z = rho are the functions themselves. ----

template <class T>
void Dlam<T>::update_z(int l) {
  const double w = problem_->loss.weight(problem_->n());
  const bool fista_step = parameters_.output_update == Parameters::OutputUpdate::fista &&
                          problem_->loss.kind != Loss::Kind::squared && problem_->loss.kind != Loss::Kind::hinge;
  const bool moments = l == 1 && !shared_;  // the next sweep's, while this block of x is in the cache
  const auto update = [&](Index first, Index count, int thread) {
    auto z = z_[at(l)].middleCols(first, count);
    auto p = block(0, thread, net_->d(l), count);
    p.noalias() = weights_.W[at(l)] * A(l - 1).middleCols(first, count);
    p.colwise() += weights_.b[at(l)];
    if (l < L()) {
      z = p;
      project_on_preimage<T>(net_->sigma(l), a_[at(l)].middleCols(first, count), static_cast<double>(eps_(0, 0)), z);
    } else if (fista_step) {
      fista<T>(problem_->loss, w, parameters_.rho, p, problem_->Y->middleCols(first, count), parameters_.fista_tolerance,
               static_cast<int>(parameters_.fista_iterations), z);
    } else {
      problem_->loss.template prox<T>(w, parameters_.rho, p, problem_->Y->middleCols(first, count), z);
    }
    p = z - p;  // the residual, for the moments
    return p;
  };
  const double work =
      product_work(net_->d(l), net_->d(l - 1)) + (fista_step ? 20 : 1) * kEntryWork * static_cast<double>(net_->d(l));
  if (moments)
    sum_moments(1, work, update);
  else
    for_columns(problem_->n(), work, update);
  first_ready_ = l == 1 ? moments : first_ready_;
}

/// Layer 1 gathers its moments in its own z-update, as in a run that nobody looks into between the blocks.
template <class T>
std::optional<StepCost> Dlam<T>::cost() const {
  const double n = static_cast<double>(problem_->n());
  StepCost cost;
  for (int l = 1; l <= L(); ++l) {
    const double d = static_cast<double>(net_->d(l)), before = static_cast<double>(net_->d(l - 1));
    double products = 2;                                      // W a of the z-update, R a'
    cost.flops += 2 * d * before * before;                    // D gram
    if (accelerated_) cost.flops += 4 * d * before * before;  // of the extrapolated point, of the test whether F falls
    if (l > 1) {
      products += 1 + 3;                // W a again for R; a-update of layer l-1: R, W'R, W D
      if (accelerated_) products += 2;  // R and W D of the test whether F falls
      cost.products += 1;
      cost.flops += before * before * n;  // gram
    }
    cost.products += products;
    cost.flops += products * 2 * d * before * n;
  }
  return cost;
}

template <class T>
double Dlam<T>::bytes_per_sweep() const {
  const double n = static_cast<double>(problem_->n());
  double entries = static_cast<double>(net_->d(0)) * n;
  for (int l = 1; l <= L(); ++l) {
    const double z = static_cast<double>(net_->d(l)) * n;
    entries += 2 * z;  // z_l written, a_l or Y read, by the z-update
    if (l == L()) break;
    const double next = static_cast<double>(net_->d(l + 1)) * n;
    entries += z + next + z;       // gradient: a_l, z_{l+1} read, gradient written
    entries += 2 * 3 * z + 4 * z;  // one trial in two passes over a, z, gradient; then a written
    entries += 2 * z + 2 * next;   // layer l+1: a_l read twice, z_{l+1} read twice
  }
  return entries * sizeof(T);
}

template class Dlam<float>;
template class Dlam<double>;

}  // namespace bcd::wang2018
