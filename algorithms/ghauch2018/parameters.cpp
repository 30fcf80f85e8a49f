// What can be chosen, what fits together, and which step rules meet the paper's conditions (8).
#include "algorithms/ghauch2018/bsum.hpp"

namespace bcd::ghauch2018 {

void Parameters::fields(ParameterList& list) {
  list.choice("surrogate", surrogate,
              {{"first_order", Surrogate::first_order},
               {"second_order", Surrogate::second_order},
               {"gauss_newton", Surrogate::gauss_newton},
               {"prox_point", Surrogate::prox_point},
               {"linear", Surrogate::linear}},
              "upper bound: (9); (A.1) with the exact Hessian of the block; the same with its Gauss-Newton part; (14); (A.3)");
  list.choice("order", order, {{"cyclic", Order::cyclic}, {"joint", Order::joint}},
              "one block per update, j = k mod J (the paper), or all blocks at once");
  list.choice("loss", loss, {{"problem", LossChoice::problem}, {"exponential", LossChoice::exponential}},
              "the problem's loss in the paper's scaling, or (A.12) on real targets");
  list.number("c", c, Range::positive(), "constant of the exponential loss (A.12) and of the squared hinge (A.17)");
  list.choice("penalty", penalty, {{"l2", Penalty::l2}, {"l1", Penalty::l1}}, "r_j: lambda |W_j|_F^2 (16) or lambda |W_j|_1");
  list.number("lambda", lambda, Range::nonnegative(), "weight of the regularisers");
  list.number("gamma", gamma, Range::nonnegative(), "constant of the surrogate; where backtracking starts");
  list.choice("gamma_rule", gamma_rule, {{"fixed", GammaRule::fixed}, {"backtracking", GammaRule::backtracking}},
              "gamma_j as given, or doubled until the surrogate lies above f along the step");
  list.number("gamma_shrink", gamma_shrink, Range{0, 1, true, false}, "backtracking first multiplies gamma_j by this");
  list.choice(
      "step", step,
      {{"constant", StepRule::constant},
       {"inverse_sqrt", StepRule::inverse_sqrt},
       {"inverse", StepRule::inverse},
       {"recursive", StepRule::recursive},
       {"armijo", StepRule::armijo},
       {"adagrad", StepRule::adagrad},
       {"adadelta", StepRule::adadelta}},
      "alpha; alpha/sqrt(k); alpha/(2k); alpha_{k+1} = alpha_k (1 - t alpha_k); Armijo from alpha; ADAGRAD's rule; ADADELTA's");
  list.choice("step_index", step_index, {{"update", StepIndex::update}, {"sweep", StepIndex::sweep}},
              "k of the step rules: block updates (the paper) or sweeps over all blocks");
  list.number("alpha", alpha, Range::positive(), "step size, c of the decaying rules, first step of the recursive one");
  list.number("t", t, Range{0, 1, true, true}, "of the recursive rule");
  list.integer("batch_size", batch_size, Range::at_least(0), "samples of a stochastic gradient (13); 0: all");
  list.flag("growing", growing, "batches of min(k, N) samples");
  list.parsed("feasible", feasible, "all, ball:RADIUS, box:LO,HI, toeplitz or circulant", "set of feasible W_j");
  list.flag("feasible_output", feasible_output, "the set holds for the output layer too");
  list.integer("updates", updates, Range::at_least(0), "block updates per iteration of the program; 0: one per block");
  list.integer("inner_iterations", inner_iterations, Range::at_least(1), "most inner iterations of (14)");
  list.number("inner_tolerance", inner_tolerance, Range::nonnegative(),
              "(14) is solved when its gradient norm has fallen to this share");
}

LossFunction Parameters::loss_function(const Loss& problem_loss) const {
  return {loss == LossChoice::exponential ? LossFunction::Kind::exponential : LossFunction::from(problem_loss), c};
}

std::string Parameters::breaks_condition_8() const {
  switch (step) {
    case StepRule::constant:
      return "a constant step does not tend to 0";
    case StepRule::armijo:
      return "Armijo's step need not tend to 0";
    case StepRule::adagrad:
      return "ADAGRAD's step is not of the form (7)";
    case StepRule::adadelta:
      return "ADADELTA's step is not of the form (7)";
    case StepRule::inverse_sqrt:
      return "sum alpha_k^2 = alpha^2 sum 1/k is infinite for alpha/sqrt(k)";
    case StepRule::inverse:
      return "";
    case StepRule::recursive:  // alpha_1 = alpha_0 (1 - t alpha_0) has to lie in (0, 1)
      return t * alpha < 1 && alpha * (1 - t * alpha) < 1
                 ? ""
                 : "no step of the rule from alpha_0 = " + number_text(alpha) + " on lies in (0, 1)";
  }
  throw std::logic_error("step rule of unknown kind");
}

template <class T>
std::string Bsum<T>::not_applicable(const Problem<T>& problem) const {
  const Parameters& p = parameters_;
  if (problem.net.any_skip()) return "the model (1) has no skip connections";
  for (int l = 1; l <= problem.net.N(); ++l)
    if (!problem.net.sigma(l).smooth())
      return "Assumption 2 asks for differentiable activations, " + problem.net.sigma(l).text() + " of layer " +
             std::to_string(l) + " is not";
  if (const std::string reason = LossFunction::unsupported(problem.loss); !reason.empty()) return reason;
  if (p.loss == LossChoice::exponential && problem.loss.kind != Loss::Kind::squared)
    return "loss = exponential is (A.12), of real targets: set the problem's loss to squared";
  if (problem.loss.kind == Loss::Kind::cross_entropy && problem.net.sigma(problem.net.N()).kind != Activation::Kind::sigmoid)
    return "the cross-entropy (A.14) needs outputs in (0, 1): set the output activation to sigmoid";
  const bool first = p.surrogate == Surrogate::first_order;
  if (p.order == Order::joint && (!first || p.gamma_rule != GammaRule::fixed || p.step == StepRule::armijo))
    return "order = joint takes surrogate = first_order, gamma_rule = fixed and no armijo: the other choices are made block "
           "by block";
  if ((p.step == StepRule::adagrad || p.step == StepRule::adadelta) &&
      (!first || p.gamma_rule != GammaRule::fixed || p.penalty != Penalty::l2))
    return "step = adagrad and adadelta are baselines for surrogate = first_order with gamma_rule = fixed and penalty = l2";
  if (p.surrogate == Surrogate::linear && p.gamma_rule != GammaRule::fixed)
    return "surrogate = linear has no gamma: set gamma_rule = fixed";
  if (p.surrogate == Surrogate::prox_point && p.gamma_rule != GammaRule::fixed)
    return "surrogate = prox_point lies above f for every gamma: set gamma_rule = fixed";
  if (p.penalty == Penalty::l1 && !first) return "penalty = l1 is treated for surrogate = first_order only (A.5)";
  if (p.feasible.kind != FeasibleSet::Kind::all && !first && !(p.surrogate == Surrogate::linear && p.feasible.bounded()))
    return "feasible sets are treated for surrogate = first_order, bounded ones for linear too";
  if (p.penalty == Penalty::l1 && p.feasible.kind != FeasibleSet::Kind::all)
    return "the proximal step of l1 on a feasible set has no closed form here; use one of the two";
  if (first && !(p.gamma > 0)) return "the first-order surrogate (9) needs gamma > 0";
  if (p.growing && p.batch_size > 0) return "growing batches have no batch_size: set batch_size = 0";
  return {};
}

template std::string Bsum<float>::not_applicable(const Problem<float>&) const;
template std::string Bsum<double>::not_applicable(const Problem<double>&) const;

}  // namespace bcd::ghauch2018
