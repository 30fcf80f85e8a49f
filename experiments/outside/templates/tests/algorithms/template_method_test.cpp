#include "algorithms/template_method/template_method.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using template_method::TemplateMethod;

namespace {

/// 3-4-2, nine samples.
const test::Tiny<>& tiny() {
  static const test::Tiny<> problem(test::network({3, 4, 2}, "tanh"), Loss::parse("squared", true), 9, 1);
  return problem;
}

void start(Algorithm<double>& algorithm) {
  Rng rng(1, "algorithm");
  algorithm.initialise(tiny().problem, tiny().w0, rng);
}

double risk(const Weights<double>& w) {
  Matrix<double> V;
  forward<double>(tiny().problem.net, w, tiny().X, V);
  return 0.5 * (V - tiny().Y).squaredNorm() / 9;
}

}  // namespace

TEST_CASE("template_method: a step goes along the negative gradient, found by differences", "[template_method]") {
  TemplateMethod<double> method;
  method.parameters().set("step", "1e-3");  // short enough to be taken as it is
  start(method);
  method.step(nullptr);
  const double h = 1e-5;
  for (Index j = 0; j < tiny().w0.W[1].size(); ++j) {
    Weights<double> more = tiny().w0, less = tiny().w0;
    more.W[1](j) += h;
    less.W[1](j) -= h;
    const double g = (risk(more) - risk(less)) / (2 * h);
    CHECK((tiny().w0.W[1](j) - method.weights().W[1](j)) / 1e-3 == Approx(g).margin(1e-8));  // h^2 times a third derivative
  }
}

TEST_CASE("template_method: the promise holds in a long run, and the risk falls", "[template_method][promise]") {
  TemplateMethod<double> method;
  start(method);
  test::Judge judge(method, template_method::promises(), template_method::make_audit({}, tiny().problem));
  for (int k = 0; k < 50; ++k) judge.sweep();
  CHECK(judge.result("descent").checks == 50);
  CHECK(judge.result("descent").verdict() == "holds");
  CHECK(risk(method.weights()) < risk(tiny().w0));
}

TEST_CASE("template_method: a step with the wrong sign breaks the promise", "[template_method][twin]") {
  TemplateMethod<double> method;
  start(method);
  test::Judge judge(method, template_method::promises(), template_method::make_audit({}, tiny().problem));
  judge.open();
  method.step(nullptr);
  Weights<double> w0 = tiny().w0;
  State<double> state = method.state();
  const State<double> begin = weight_state(tiny().problem.net, w0);
  for (std::size_t j = 0; j < state.size(); ++j) state[j].value = 2 * begin[j].value - state[j].value;
  judge.close();
  CHECK(judge.result("descent").verdict() == "violated");
}
