// Formulas: what is read, what is refused with its column, what they are worth and how far rounding may move that.
#include "results/expression/expression.hpp"

#include <cmath>

#include "algorithms/core/parameters.hpp"
#include "results/expression/judge.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

Trace trace_of(const std::vector<std::string>& columns, const std::vector<std::vector<double>>& rows) {
  return {columns, rows};
}

/// f = 8, 4, 2; g = 0.5, missing, 0.25.
Trace small() { return trace_of({"iteration", "f", "g"}, {{0, 8, 0.5}, {1, 4, kNaN}, {2, 2, 0.25}}); }

double number(const std::string& formula, std::size_t row = 2, std::map<std::string, double> constants = {{"alpha", 3}}) {
  const Trace trace = small();
  return Table(trace, {std::move(constants), 0, 1}).value(Formula::parse(formula), row).term.value;
}

Term with_bound(const std::string& formula, double a, double relative) {
  const Trace trace = trace_of({"a"}, {{a}});
  return Table(trace, {{}, relative, 1}).value(Formula::parse(formula), 0).term;
}

PromiseResult judged(const std::string& holds, const Trace& trace, const std::string& slack = "", double relative = 0,
                     std::int64_t evaluate_every = 1) {
  const Table table(trace, {{{"alpha", 0.5}}, relative, evaluate_every});
  return judge_inequality({"p", "", holds, "", ""}, Inequality::parse(holds),
                          slack.empty() ? std::nullopt : std::optional(Formula::parse(slack)), table)
      .result;
}

}  // namespace

TEST_CASE("formulas have the values and the precedence of mathematics", "[expression]") {
  CHECK(number("1 + 2*3") == 7);
  CHECK(number("(1 + 2)*3") == 9);
  CHECK(number("7 - 2 - 1") == 4);
  CHECK(number("8/4/2") == 1);
  CHECK(number("-2^2") == -4);
  CHECK(number("2^3^2") == 512);
  CHECK(number("2^-1") == 0.5);
  CHECK(number("- -3 + +1") == 4);
  CHECK(number("1e-3*1E3 + .5") == 1.5);
  CHECK(number("abs(-2) + sqrt(9) + log(1) + exp(0) + min(1, 2) + max(1, 2)") == 9);
  CHECK(number("alpha*k") == 6);
  CHECK(number("f[k] + f[k-1] + f[0] + f[1] + f[last]", 1) == 4 + 8 + 8 + 4 + 2);
  CHECK(number("  f [ k - 1 ]  ") == 4);
}

TEST_CASE("what is no formula is refused with its column", "[expression]") {
  const auto refused = [](const std::string& formula, const std::string& part) {
    CAPTURE(formula);
    CHECK_THROWS_WITH(Formula::parse(formula), Contains(part));
  };
  refused("", "column 1: the text ends where a number, a name or '(' is wanted");
  refused("1 +", "column 4: the text ends");
  refused("1 + * 2", "column 5: '*' stands where");
  refused("(1 + 2", "column 7: the text ends where ')' is wanted");
  refused("1 2", "column 3: '2' stands after the formula's end");
  refused("f[k] <= 1", "column 6: '<' stands after the formula's end");
  refused("2*sqr(3)", "column 3: unknown function 'sqr'; did you mean 'sqrt'?");
  refused("min(1)", "column 6: ')' stands where ',' is wanted");
  refused("f[k+1]", "column 4: '+' stands where ']' is wanted");
  refused("f[j]", "column 3: an index is [k], [k-1], [0] or [last]");
  refused("f[k-x]", "column 5: an iteration is a whole number");
  refused("1e999", "column 1: this is no number that a computer holds");
  refused("1; system('x')", "column 2: ';' stands");
  refused("\xc3\xa9", "column 1: ");
  refused(std::string(2000, '1'), "at most 1000");
  refused(std::string(400, '(') + "1" + std::string(400, ')'), "lie deeper than 50");
  refused(std::string(400, '-') + "1", "lie deeper than 50");
  CHECK_THROWS_WITH(Inequality::parse("f[k]"), Contains("column 5: the text ends where <=, >=, <, > or == is wanted"));
  CHECK_THROWS_WITH(Inequality::parse("1 < 2 < 3"), Contains("column 7: '<' stands after the inequality's end"));
  CHECK(Inequality::parse("F[k] <= alhpa").right.names().front().position == 9);
}

TEST_CASE("a number that is not there has a reason instead", "[expression]") {
  const Trace trace = small();
  const Table table(trace, {{}, 0, 1});
  const auto reading = [&](const std::string& formula, std::size_t row) { return table.value(Formula::parse(formula), row); };
  CHECK(reading("f[k-1]", 0).state == Reading::State::outside);
  CHECK_THAT(reading("g[k]", 1).reason, Contains("there is no g at iteration 1"));
  CHECK_THAT(reading("h[k]", 1).reason, Contains("unknown column 'h'"));
  CHECK_THAT(reading("beta", 1).reason, Contains("no parameter 'beta'"));
  CHECK_THAT(reading("f[7]", 1).reason, Contains("no iteration 7"));
  CHECK_THAT(reading("1/(f[k] - 4)", 1).reason, Contains("is inf at iteration 1"));
  CHECK_THAT(reading("sqrt(-f[k])", 1).reason, Contains("nan at iteration 1"));
  CHECK(std::isnan(reading("g[k]", 1).term.value));
}

TEST_CASE("metrics are columns for other metrics", "[expression]") {
  const Trace trace = small();
  Table table(trace, {{}, 0, 1});
  table.define("gap", Formula::parse("f[k] - f[last]"));
  table.define("ratio", Formula::parse("gap[k]/gap[k-1]"));
  CHECK(table.value(Formula::parse("gap[k]"), 0).term.value == 6);
  CHECK(table.value(Formula::parse("ratio[k]"), 1).term.value == 2.0 / 6.0);
  CHECK(table.value(Formula::parse("ratio[k]"), 0).state == Reading::State::outside);
}

// The bound must hold for every a' in [a - e, a + e]: evaluated in long double at the ends and between.
TEST_CASE("the bound on the rounding covers every operand within its own bound", "[expression]") {
  using Function = long double (*)(long double);
  const std::vector<std::pair<std::string, Function>> formulas = {
      {"a[k]*a[k] - 3*a[k]", [](long double a) { return a * a - 3 * a; }},
      {"1/(a[k] - 1)", [](long double a) { return 1 / (a - 1); }},
      {"sqrt(a[k] - 2)", [](long double a) { return std::sqrt(std::max(a - 2, 0.0L)); }},
      {"log(a[k])*exp(a[k])", [](long double a) { return std::log(a) * std::exp(a); }},
      {"a[k]^3 - a[k]^-2", [](long double a) { return a * a * a - 1 / (a * a); }},
      {"a[k]^1.5 + 2^a[k]", [](long double a) { return std::pow(a, 1.5L) + std::pow(2.0L, a); }},
      {"max(a[k], 3)*min(a[k], 4) - abs(1 - a[k])",
       [](long double a) { return std::max(a, 3.0L) * std::min(a, 4.0L) - std::abs(1 - a); }}};
  for (const auto& [text, exact] : formulas)
    for (const double a : {2.0, 2.5, 3.7})
      for (const double relative : {0.0, 1e-12, 1e-3}) {
        CAPTURE(text, a, relative);
        const Term term = with_bound(text, a, relative);
        for (const double where : {-1.0, -0.4, 0.0, 0.4, 1.0}) {
          const long double value = exact(a * (1 + static_cast<long double>(where * relative)));
          CHECK(std::abs(value - term.value) <= term.rounding * (1 + 1e-12) + 1e-300);
        }
      }
  CHECK(with_bound("1/(a[k] - 2)", 2.0 + 1e-15, 1e-12).rounding == kInfinity);  // the denominator may be 0
  CHECK(with_bound("a[k] - a[k]", 3, 1e-10).rounding >= 6e-10);
}

TEST_CASE("an inequality is judged at every iteration that it speaks of", "[expression]") {
  const PromiseResult holds = judged("f[k] <= alpha*f[k-1]", small());
  CHECK(holds.verdict() == "holds");
  CHECK(holds.checks == 2);
  CHECK(holds.worst_slack == 0);

  const PromiseResult violated = judged("f[k] <= 0.4*f[k-1]", small());
  CHECK(violated.verdict() == "violated");
  CHECK(violated.violations == 2);
  CHECK(violated.first_iteration == 1);
  CHECK(violated.first_left == 4);
  CHECK(violated.first_slack == Approx(-0.8));
  CHECK(violated.first_terms == Measurements{{"f[k]", 4}, {"f[k-1]", 8}});

  const PromiseResult reversed = judged("0.4*f[k-1] >= f[k]", small());
  CHECK(reversed.first_left == 4);
  CHECK(reversed.first_slack == Approx(-0.8));
  CHECK(judged("f[k] == 8/2^k", small()).verdict() == "holds");
  CHECK(judged("f[k] == 8/3^k", small()).first_iteration == 1);
  CHECK(judged("k < 2", small()).first_iteration == 2);
  CHECK(judged("k <= 2", small()).verdict() == "holds");
}

TEST_CASE("the allowance is the rounding of both sides, or what the file gives", "[expression]") {
  const Trace trace = trace_of({"f"}, {{1}, {1 + 1e-13}});
  CHECK(judged("f[k] <= f[k-1]", trace).verdict() == "violated");  // the column is exact here
  CHECK(judged("f[k] <= f[k-1]", trace, "", 1e-13).verdict() == "holds");
  CHECK(judged("f[k] < f[k-1]", trace, "", 1e-13).verdict() == "inconclusive");  // equal to rounding
  CHECK(judged("f[k] <= f[k-1]", trace, "1e-12*abs(f[k])").verdict() == "holds");
  CHECK(judged("f[k] <= f[k-1]", trace, "1e-14*abs(f[k])").verdict() == "violated");
  CHECK(judged("f[k] <= f[k-1]", trace, "-1").verdict() == "inconclusive");
  CHECK(judged("f[k] <= f[k-1]", trace, "", kInfinity).verdict() == "inconclusive");
}

TEST_CASE("a number that is missing or not finite decides nothing, and hides no violation", "[expression]") {
  CHECK(judged("g[k] <= 1", small()).verdict() == "inconclusive");
  CHECK_THAT(judged("g[k] <= 1", small()).inconclusive, Contains("iteration 1: there is no g at iteration 1"));
  CHECK(judged("g[k] <= 0.4", small()).verdict() == "violated");
  CHECK(judged("h[k] <= 1", small()).verdict() == "inconclusive");
  CHECK(judged("f[k] <= f[k-5]", small()).verdict() == "inconclusive");
  const double huge = std::numeric_limits<double>::max();
  CHECK(judged("f[k] <= 1", trace_of({"f"}, {{0}, {kInfinity}})).verdict() == "inconclusive");
  CHECK(judged("2*f[k] <= 1", trace_of({"f"}, {{0}, {huge}})).verdict() == "inconclusive");
  const PromiseResult steps = judged("s[k] <= 1", trace_of({"s"}, {{kNaN}, {1}, {0.5}}));  // a step begins at iteration 1
  CHECK(steps.verdict() == "holds");
  CHECK(steps.checks == 2);
  // Every second iteration is evaluated: the others are not asked for.
  const Trace sparse = trace_of({"f"}, {{4}, {kNaN}, {3}, {kNaN}, {2}});
  CHECK(judged("f[k] <= f[0]", sparse, "", 0, 2).verdict() == "holds");
  CHECK(judged("f[k] <= f[0]", sparse, "", 0, 2).checks == 3);
  CHECK(judged("f[k] <= f[k-1]", sparse, "", 0, 2).verdict() == "inconclusive");
  CHECK(judged("f[k] <= f[0]", sparse, "", 0, 1).verdict() == "inconclusive");
}
