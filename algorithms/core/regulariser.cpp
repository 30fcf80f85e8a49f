#include "algorithms/core/regulariser.hpp"

#include <cmath>
#include <limits>

#include "algorithms/core/elementwise.hpp"
#include "algorithms/core/rounding.hpp"
#include "algorithms/core/spec_text.hpp"

namespace bcd {

namespace {

using Kind = Regulariser::Kind;

struct Form {
  std::string name;
  Kind kind;
  std::vector<std::string> numbers;  ///< what each number after ':' means
};

const std::vector<Form> kForms = {{"none", Kind::none, {}},
                                  {"l2", Kind::l2, {"lambda"}},
                                  {"l1", Kind::l1, {"lambda"}},
                                  {"elastic", Kind::elastic, {"lambda", "mu"}},
                                  {"nonnegative", Kind::nonnegative, {}},
                                  {"box", Kind::box, {"lo", "hi"}}};

std::string form_text(const Form& form) {
  std::string text = form.name;
  for (std::size_t i = 0; i < form.numbers.size(); ++i) text += (i ? "," : ":") + form.numbers[i];
  return text;
}

const Form& find_form(const std::string& name) {
  std::vector<std::string> names;
  for (const Form& form : kForms) {
    if (form.name == name) return form;
    names.push_back(form.name);
  }
  std::string message = unknown_name("regulariser", name, names) + ". Forms:";
  for (const Form& form : kForms) message += " " + form_text(form);
  throw UsageError(message);
}

const Form& find_form(Kind kind) {
  for (const Form& form : kForms)
    if (form.kind == kind) return form;
  throw std::logic_error("regulariser of unknown kind");
}

/// Soft threshold: argmin_x t |x| + 1/2 (x - b)^2. Written as b minus its projection on [-t, t]; NaN passes through.
template <class T>
T soft(T b, T t) {
  const T inner = b < -t ? -t : b > t ? t : b;
  return b - inner;
}

/// Calls body(f) where f(b) = argmin_x r(x) + g/2 (x - b)^2 in the number type T. Zeng et al. 2019, Proposition 1(c).
template <class T, class Body>
auto with_prox(const Regulariser& r, double g, Body&& body) {
  if (!(g > 0)) throw std::logic_error("proximal operator of a regulariser: g must be > 0");
  switch (r.kind) {
    case Kind::none:
      return body([](T b) { return b; });
    case Kind::l2:
      return body([shrink = static_cast<T>(g / (g + r.lambda))](T b) { return shrink * b; });
    case Kind::l1:
      return body([t = static_cast<T>(r.lambda / g)](T b) { return soft(b, t); });
    case Kind::elastic:
      return body(
          [t = static_cast<T>(r.lambda / g), shrink = static_cast<T>(g / (g + r.mu))](T b) { return shrink * soft(b, t); });
    case Kind::nonnegative:
      return body([](T b) { return b < T(0) ? T(0) : b; });
    case Kind::box:
      return body([lo = static_cast<T>(r.lo), hi = static_cast<T>(r.hi)](T b) { return b < lo ? lo : b > hi ? hi : b; });
  }
  throw std::logic_error("regulariser of unknown kind");
}

}  // namespace

Regulariser Regulariser::parse(const std::string& text) {
  const SpecText spec = split_spec("regulariser", text);
  const Form& form = find_form(spec.name);
  if (spec.numbers.size() != form.numbers.size())
    throw UsageError("regulariser '" + text + "' must be written " + form_text(form) + ", that is with " +
                     std::to_string(form.numbers.size()) + " number(s), got " + std::to_string(spec.numbers.size()));
  Regulariser r;
  r.kind = form.kind;
  for (std::size_t i = 0; i < spec.numbers.size(); ++i) {
    const std::string& meaning = form.numbers[i];
    const double x = spec.numbers[i];
    if (r.kind != Kind::box && x < 0)
      throw UsageError("regulariser '" + text + "': " + meaning + " must be >= 0, got " + number_text(x));
    (meaning == "lambda" ? r.lambda : meaning == "mu" ? r.mu : meaning == "lo" ? r.lo : r.hi) = x;
  }
  if (r.kind == Kind::box && r.lo > r.hi)
    throw UsageError("regulariser '" + text + "': lo must not exceed hi, got " + number_text(r.lo) + " > " + number_text(r.hi));
  return r;
}

Regulariser Regulariser::without_quadratic() const {
  Regulariser h = *this;
  if (kind == Kind::l2) h.kind = Kind::none;
  if (kind == Kind::elastic) h.kind = Kind::l1;
  return h;
}

std::string Regulariser::text() const {
  std::vector<double> numbers;
  if (kind == Kind::l2 || kind == Kind::l1 || kind == Kind::elastic) numbers.push_back(lambda);
  if (kind == Kind::elastic) numbers.push_back(mu);
  if (kind == Kind::box) numbers = {lo, hi};
  return join_spec(find_form(kind).name, numbers);
}

template <class T>
double Regulariser::value(ConstRef<T> x) const {
  const auto z = x.template cast<double>().array();
  switch (kind) {
    case Kind::none:
      return 0;
    case Kind::l2:
      return lambda / 2 * z.square().sum();
    case Kind::l1:
      return lambda * z.abs().sum();
    case Kind::elastic:
      return lambda * z.abs().sum() + mu / 2 * z.square().sum();
    case Kind::nonnegative:
      return (z >= 0).all() ? 0 : kInfinity;
    case Kind::box:
      // The bounds as the number type of x knows them: what prox() returns is inside.
      return (x.array() >= static_cast<T>(lo)).all() && (x.array() <= static_cast<T>(hi)).all() ? 0 : kInfinity;
  }
  throw std::logic_error("regulariser of unknown kind");
}

double Regulariser::prox(double g, double b) const {
  return with_prox<double>(*this, g, [b](auto f) { return f(b); });
}

template <class T>
void Regulariser::prox(double g, MutRef<T> B) const {
  if (kind == Kind::none) return;
  with_prox<T>(*this, g, [&](auto f) { transform<T>(B, B, f); });
}

std::pair<double, double> Regulariser::subdifferential(double x) const {
  const double sign = x > 0 ? 1 : -1;
  switch (kind) {
    case Kind::none:
    case Kind::l2:
      return {quadratic() * x, quadratic() * x};
    case Kind::l1:
    case Kind::elastic:
      if (x == 0) return {-lambda, lambda};
      return {sign * lambda + quadratic() * x, sign * lambda + quadratic() * x};
    case Kind::nonnegative:
      if (x < 0) return {kInfinity, -kInfinity};
      return {x == 0 ? -kInfinity : 0.0, 0.0};
    case Kind::box:
      if (x < lo || x > hi) return {kInfinity, -kInfinity};
      return {x == lo ? -kInfinity : 0.0, x == hi ? kInfinity : 0.0};
  }
  throw std::logic_error("regulariser of unknown kind");
}

template double Regulariser::value<float>(ConstRef<float>) const;
template double Regulariser::value<double>(ConstRef<double>) const;
template void Regulariser::prox<float>(double, MutRef<float>) const;
template void Regulariser::prox<double>(double, MutRef<double>) const;

}  // namespace bcd
