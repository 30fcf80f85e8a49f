// The studies' instances, replayed by the algorithm itself.
#include "tests/algorithms/ghauch2018/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::ghauch2018;
using namespace bcd::test;

namespace {

StudyResult run_study(const std::string& id) {
  for (const Study& study : studies())
    if (study.id == id) return study.run();
  throw std::logic_error("no study " + id);
}

/// One linear weight, x = 1 with the labels 1 and -1, logistic loss, from w = `start`.
double last_weight(const std::vector<std::pair<std::string, std::string>>& settings, double start, int steps) {
  BsumCase c("logistic", "linear", false, {1, 1}, 2);
  c.X << 1, 1;
  c.Y << 1, -1;
  c.w0.W[1](0, 0) = start;
  Bsum<double> algorithm;
  set_all(algorithm.parameters(), settings);
  return train(algorithm, c.problem, c.w0, steps).W[1](0, 0);
}

}  // namespace

TEST_CASE("the cycles of (11) and (12) with too small a gamma are those of the algorithm", "[bsum][study]") {
  const std::vector<std::pair<std::string, std::string>> gradient = {{"gamma_rule", "fixed"},
                                                                     {"gamma", "0.1"},
                                                                     {"lambda", "0.001"}},
                                                         newton = {{"surrogate", "second_order"},
                                                                   {"gamma_rule", "fixed"},
                                                                   {"gamma", "0.01"},
                                                                   {"lambda", "0.001"}};
  const double w = run_study("ghauch2018.lemma2.gradient-cycle").measured;
  CHECK(w > 1);
  CHECK(std::abs(last_weight(gradient, 1, 1000)) == Approx(w).epsilon(1e-9));
  CHECK(last_weight(gradient, 1, 1001) == Approx(-last_weight(gradient, 1, 1000)).epsilon(1e-9));
  const double v = run_study("ghauch2018.lemma2.newton-cycle").measured;
  CHECK(v == Approx(0.25 / 0.011).epsilon(1e-6));  // where tanh(v/2) = 1: v - (1/2 + 2 lambda v)/(gamma + 2 lambda) = -v
  CHECK(std::abs(last_weight(newton, 3, 3000)) == Approx(v).epsilon(1e-6));
  CHECK(last_weight(newton, 3, 3001) == Approx(-last_weight(newton, 3, 3000)).epsilon(1e-6));
  // With gamma above half the curvature (11) goes to the minimum: the check can tell the two apart.
  CHECK(std::abs(last_weight({{"gamma_rule", "fixed"}, {"gamma", "0.252"}, {"lambda", "0.001"}}, 1, 1000)) < 1e-9);
}

TEST_CASE("every counter-example of the paper shows its numbers", "[bsum][study]") {
  for (const char* id : {"assumption1.ridge",
                         "first-order.rise",
                         "steps.condition-8",
                         "lemma2.gradient-cycle",
                         "lemma2.newton-cycle",
                         "linear.printed",
                         "prop1.c1.target",
                         "prop1.c1.sign",
                         "prop1.c2.sign",
                         "prop1.proof-c2",
                         "prop2.sign",
                         "prop2.logistic",
                         "a1.selu",
                         "a1.exponential",
                         "a1.labels",
                         "second-order.convex",
                         "errata.a9",
                         "errata.a13",
                         "errata.a15",
                         "errata.soft-threshold"}) {
    CAPTURE(id);
    CHECK(run_study(std::string("ghauch2018.") + id).instance.size() > 100);
  }
}
