#include "algorithms/core/audit.hpp"

#include <cmath>
#include <limits>

#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

CheckLog two_promises() {
  return CheckLog({{"descent", "paper, Lemma 1", "F falls", "a", ""}, {"rate", "paper, Theorem 1", "O(1/K)", "b", "bounded"}});
}

const PromiseResult& descent(const CheckLog& log) { return log.results().at(0); }

}  // namespace

TEST_CASE("a violated promise is flagged with its first iteration and block", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 3}, 0.5, 1e-12);
  log.check("descent", 2, {"U", 2}, -1e-9, 1e-12);
  log.check("descent", 3, {"Wb", 1}, -2e-9, 1e-12);
  const PromiseResult& r = descent(log);
  CHECK(r.verdict() == "violated");
  CHECK(r.checks == 3);
  CHECK(r.violations == 2);
  CHECK(r.first_iteration == 2);
  CHECK(r.first_block == "U2");
  CHECK(r.first_slack == -1e-9);
  CHECK(r.worst_slack == -2e-9);
  CHECK(r.worst_iteration == 3);
  CHECK(r.worst_block == "Wb1");
  CHECK(r.worst_ratio == Approx(-2000));
}

TEST_CASE("a slack within the rounding allowance holds", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 1}, -1e-12, 1e-12);
  log.check("descent", 2, {"V", 1}, 0, 1e-12);
  CHECK(descent(log).verdict() == "holds");
  CHECK(descent(log).first_iteration == -1);
  log.check("descent", 3, {"V", 1}, -1.000001e-12, 1e-12);
  CHECK(descent(log).verdict() == "violated");
}

TEST_CASE("the worst check is the one with the smallest slack relative to its allowance", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 1}, -1.0, 10.0);
  log.check("descent", 2, {"V", 2}, -1e-3, 2e-3);
  CHECK(descent(log).worst_slack == -1.0);
  CHECK(descent(log).worst_ratio == -0.5);
  CHECK(descent(log).worst_iteration == 2);
  CHECK(descent(log).worst_block == "V2");
}

TEST_CASE("a NaN slack violates", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 4, {"potential"}, std::nan(""), 1e-12);
  CHECK(descent(log).verdict() == "violated");
  CHECK(descent(log).first_iteration == 4);
  CHECK(descent(log).first_block == "potential");  // layer 0 is not written
}

TEST_CASE("no check at all is inconclusive, never a pass", "[audit]") {
  CheckLog log = two_promises();
  log.check("rate", 1, {}, 1, 1e-12);
  CHECK(descent(log).verdict() == "inconclusive");
  CHECK(log.results()[1].verdict() == "holds");
}

TEST_CASE("not applicable wins over every outcome, a violation over inconclusive", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {}, 1, 1e-12);
  log.inconclusive("descent", "the iterates may be unbounded");
  CHECK(descent(log).verdict() == "inconclusive");
  CHECK(descent(log).inconclusive == "the iterates may be unbounded");
  log.check("descent", 2, {}, -1, 1e-12);
  CHECK(descent(log).verdict() == "violated");
  log.not_applicable("descent", "the loss has no Lipschitz gradient");
  CHECK(descent(log).verdict() == "not applicable");
  CHECK(descent(log).not_applicable == "the loss has no Lipschitz gradient");
}

TEST_CASE("the slack column holds the smallest slack since the last row", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 2}, 3, 1);
  log.check("descent", 1, {"V", 1}, 2, 1);
  CHECK(log.take_slacks() == std::map<std::string, double>{{"descent", 2}});
  CHECK(log.take_slacks().empty());
  log.check("descent", 2, {"V", 1}, 5, 1);
  CHECK(log.take_slacks().at("descent") == 5);
  CHECK(descent(log).worst_slack == 2);
}

TEST_CASE("an undeclared promise and a missing allowance are errors of the audit", "[audit]") {
  CheckLog log = two_promises();
  CHECK_THROWS_AS(log.check("ascent", 1, {}, 1, 1e-12), std::logic_error);
  CHECK_THROWS_AS(log.not_applicable("ascent", "reason"), std::logic_error);
  CHECK_THROWS_AS(log.check("descent", 1, {}, 1, 0), std::logic_error);
  CHECK_THROWS_AS(log.check("descent", 1, {}, 1, std::nan("")), std::logic_error);
}

TEST_CASE("the log keeps how loose a bound is where an audit gives the side that is bounded", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 1}, 3, 1e-12);
  CHECK(descent(log).tightest == 0);                // nobody said what is bounded
  log.check("descent", 2, {"V", 1}, 99, 1e-12, 1);  // 1 <= 100
  log.check("descent", 3, {"V", 1}, 6, 1e-12, 2);   // 2 <= 8
  log.check("descent", 4, {"V", 1}, 5, 1e-12, 0);   // 0 <= 5 says nothing
  CHECK(descent(log).tightest == 4);
  log.check("descent", 5, {"V", 1}, 1e-11, 1e-12, 1e-11);  // 1e-11 <= 2e-11, but rounding leaves one digit of it
  CHECK(descent(log).tightest == 4);
}

TEST_CASE("the first violation is kept with both sides and the numbers they are made of", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 1}, 1, 1e-12, 2, {{"a", 7}});
  CHECK(descent(log).first_terms.empty());
  log.check("descent", 2, {"V", 1}, -1, 1e-12, 3, {{"a", 1.5}, {"|D|^2", 2}});  // 3 <= 2
  log.check("descent", 3, {"V", 1}, -9, 1e-12, 9, {{"a", 9}, {"|D|^2", 1}});
  CHECK(descent(log).first_iteration == 2);
  CHECK(descent(log).first_left == 3);
  CHECK(descent(log).first_left + descent(log).first_slack == 2);
  CHECK(descent(log).first_terms == Measurements{{"a", 1.5}, {"|D|^2", 2}});
}

TEST_CASE("an infinite right side bounds nothing: it is no check, and a promise with no other check does not hold", "[audit]") {
  CheckLog log = two_promises();
  log.check("descent", 1, {"V", 1}, std::numeric_limits<double>::infinity(), 1e-12);
  CHECK(descent(log).checks == 0);
  CHECK(descent(log).unbounded == 1);
  CHECK(descent(log).verdict() == "inconclusive");
  log.check("descent", 2, {"V", 1}, 1, 1e-12);
  CHECK(descent(log).verdict() == "holds");
  CHECK(descent(log).worst_slack == 1);
}
