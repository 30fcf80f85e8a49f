#include "algorithms/core/activation.hpp"

#include <limits>

#include "algorithms/core/activation_functors.hpp"
#include "algorithms/core/elementwise.hpp"
#include "algorithms/core/pieces.hpp"
#include "algorithms/core/rounding.hpp"
#include "algorithms/core/spec_text.hpp"
#include "algorithms/core/text.hpp"

namespace bcd {

namespace {

using functors::Interval;
using functors::with_activation;
using Kind = Activation::Kind;

const std::vector<std::pair<std::string, Kind>> kNames = {
    {"linear", Kind::linear}, {"relu", Kind::relu},         {"leaky_relu", Kind::leaky_relu}, {"sigmoid", Kind::sigmoid},
    {"tanh", Kind::tanh},     {"softplus", Kind::softplus}, {"polynomial", Kind::polynomial}};

std::list<OwnActivation>& own_list() {
  static std::list<OwnActivation> list;
  return list;
}

std::string name_of(Kind kind) {
  for (const auto& [name, candidate] : kNames)
    if (candidate == kind) return name;
  throw std::logic_error("activation of unknown kind");
}

/// Upper bound of max |p| over [-radius, radius] for the polynomial p, at most 0.1 % above the maximum: halve the intervals
/// whose enclosure still allows a larger value than the largest one seen.
double polynomial_bound(const std::vector<double>& p, double radius) {
  constexpr double kAccuracy = 1e-3;
  const functors::Polynomial f{&p};
  double seen = 0;
  std::vector<Interval> open{{-radius, radius}};
  while (!open.empty()) {
    const Interval x = open.back();
    open.pop_back();
    const double mid = x.lo + (x.hi - x.lo) / 2;
    seen = std::max({seen, std::abs(f.jet(x.lo).s), std::abs(f.jet(mid).s), std::abs(f.jet(x.hi).s)});
    const functors::Enclosure e = f.enclose({x.lo, 0, 0, 0}, {x.hi, 0, 0, 0});
    if (!std::isfinite(e.s.magnitude())) return kInfinity;
    const bool may_exceed = e.s.magnitude() > (1 + kAccuracy) * seen;
    if (may_exceed && x.lo < mid && mid < x.hi) open.insert(open.end(), {{x.lo, mid}, {mid, x.hi}});
  }
  return (1 + kAccuracy) * seen;
}

/// Coefficients of the k-th derivative of c0 + c1 u + ...
std::vector<double> differentiate(std::vector<double> c, int times) {
  for (; times > 0 && !c.empty(); --times) {
    for (std::size_t k = 1; k < c.size(); ++k) c[k - 1] = static_cast<double>(k) * c[k];
    c.pop_back();
  }
  while (!c.empty() && c.back() == 0) c.pop_back();
  return c;
}

/// max over |u| <= radius of |derivative of the given order| for the polynomial with coefficients c.
double polynomial_lipschitz(const std::vector<double>& c, int order, double radius) {
  const std::vector<double> p = differentiate(c, order);
  if (p.empty()) return 0;
  if (p.size() == 1) return std::abs(p[0]);
  return std::isinf(radius) ? kInfinity : polynomial_bound(p, radius);
}

template <class F>
functors::Enclosure enclose_around_zero(const F& f, double radius) {
  return f.enclose(f.jet(-radius), f.jet(radius));
}

}  // namespace

Activation Activation::parse(const std::string& text) {
  const SpecText spec = split_spec("activation", text);
  Activation sigma;
  bool known = false;
  for (const auto& [name, candidate] : kNames) {
    if (name != spec.name) continue;
    sigma.kind = candidate;
    known = true;
  }
  for (const OwnActivation& added : own_activations()) {
    if (added.name != spec.name) continue;
    sigma = Activation(added);
    known = true;
  }
  if (!known) throw UsageError(unknown_name("activation", spec.name, activation_names()));

  if (sigma.kind == Kind::polynomial) {
    if (spec.numbers.empty())
      throw UsageError("activation 'polynomial' needs its coefficients c0,c1,...: write for example polynomial:0,1,0.25");
    sigma.coefficients = spec.numbers;
  } else if (sigma.kind == Kind::leaky_relu) {
    if (spec.numbers.size() > 1) throw UsageError("activation '" + text + "': give one slope, for example leaky_relu:0.1");
    if (!spec.numbers.empty()) sigma.slope = spec.numbers[0];
    if (!(sigma.slope > 0 && sigma.slope < 1))
      throw UsageError("activation '" + text + "': the slope of leaky_relu must be in (0, 1), got " + number_text(sigma.slope));
  } else if (!spec.numbers.empty()) {
    throw UsageError("activation '" + text + "': '" + spec.name + "' takes no numbers; write just '" + spec.name + "'");
  }
  return sigma;
}

std::string Activation::text() const {
  if (kind == Kind::leaky_relu) return join_spec(name_of(kind), {slope});
  if (kind == Kind::polynomial) return join_spec(name_of(kind), coefficients);
  if (kind == Kind::own) return own->name;
  return name_of(kind);
}

double Activation::value(double u) const {
  return with_activation(*this, [u](auto f) { return f.value(u); });
}

double Activation::derivative(double u) const {
  return with_activation(*this, [u](auto f) { return f.derivative(u); });
}

double Activation::second_derivative(double u) const {
  return with_activation(*this, [u](auto f) { return f.second(u); });
}

std::pair<double, double> Activation::subdifferential(double u) const {
  if (u == 0 && kind == Kind::relu) return {0.0, 1.0};
  if (u == 0 && kind == Kind::leaky_relu) return {slope, 1.0};
  if (kind == Kind::own && !own->smooth) return own->subdifferential(u);
  const double d = derivative(u);
  return {d, d};
}

double Activation::lipschitz(double radius) const {
  switch (kind) {
    case Kind::linear:
    case Kind::relu:
    case Kind::leaky_relu:
      return 1;
    case Kind::sigmoid:
      return enclose_around_zero(functors::Sigmoid{}, radius).d1.magnitude();
    case Kind::tanh:
      return enclose_around_zero(functors::Tanh{}, radius).d1.magnitude();
    case Kind::softplus:
      return enclose_around_zero(functors::Softplus{}, radius).d1.magnitude();
    case Kind::polynomial:
      return polynomial_lipschitz(coefficients, 1, radius);
    case Kind::own:
      return own->lipschitz(radius);
  }
  throw std::logic_error("activation of unknown kind");
}

double Activation::derivative_lipschitz(double radius) const {
  switch (kind) {
    case Kind::linear:
      return 0;
    case Kind::relu:
    case Kind::leaky_relu:
      return kInfinity;
    case Kind::sigmoid:
      return enclose_around_zero(functors::Sigmoid{}, radius).d2.magnitude();
    case Kind::tanh:
      return enclose_around_zero(functors::Tanh{}, radius).d2.magnitude();
    case Kind::softplus:
      return enclose_around_zero(functors::Softplus{}, radius).d2.magnitude();
    case Kind::polynomial:
      return polynomial_lipschitz(coefficients, 2, radius);
    case Kind::own:
      return own->smooth ? own->derivative_lipschitz(radius) : kInfinity;
  }
  throw std::logic_error("activation of unknown kind");
}

std::string OwnActivation::fault() const {
  const std::string whose = "the activation '" + name + "' ";
  if (!is_snake_case(name)) return whose + "must have a name in snake case: a letter, then a-z, 0-9 and _";
  const std::pair<const char*, bool> needed[] = {{"value", bool(value)},
                                                 {"derivative", bool(derivative)},
                                                 {"lipschitz", bool(lipschitz)},
                                                 {"second_derivative", second_derivative || !smooth},
                                                 {"derivative_lipschitz", derivative_lipschitz || !smooth},
                                                 {"subdifferential", subdifferential || smooth}};
  for (const auto& [what, there] : needed)
    if (!there) return whose + "has no " + what + ", which a " + (smooth ? "smooth" : "kinked") + " one needs";
  return {};
}

void add_activation(OwnActivation own) {
  std::string fault = own.fault();
  for (const auto& [name, kind] : kNames)
    if (name == own.name) fault = "the activation name '" + name + "' is taken by the program; choose another one";
  for (const OwnActivation& other : own_list())
    if (other.name == own.name)
      fault = "the activation name '" + own.name + "' is taken by " + other.library + "; choose another one";
  if (!fault.empty()) throw UsageError(fault);
  own_list().push_back(std::move(own));
}

const std::list<OwnActivation>& own_activations() { return own_list(); }

std::vector<std::string> activation_names() {
  std::vector<std::string> names;
  for (const auto& [name, kind] : kNames) names.push_back(name);
  for (const OwnActivation& own : own_list()) names.push_back(own.name);
  return names;
}

template <class T>
void Activation::apply(ConstRef<T> U, MutRef<T> out) const {
  with_activation(*this, [&](auto f) { transform<T>(U, out, [f](T u) { return f.value(u); }); });
}

template <class T>
void Activation::multiply_by_derivative(ConstRef<T> U, MutRef<T> out) const {
  with_activation(*this, [&](auto f) { transform<T>(out, U, out, [f](T x, T u) { return x * f.derivative(u); }); });
}

template void Activation::apply<float>(ConstRef<float>, MutRef<float>) const;
template void Activation::apply<double>(ConstRef<double>, MutRef<double>) const;
template void Activation::multiply_by_derivative<float>(ConstRef<float>, MutRef<float>) const;
template void Activation::multiply_by_derivative<double>(ConstRef<double>, MutRef<double>) const;

}  // namespace bcd
