#include "algorithms/core/parameters.hpp"

#include <cmath>

#include "algorithms/core/regulariser.hpp"
#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
namespace {

enum class Order { backward, forward };

struct Example {
  double alpha = 1;
  double rate = 0.5;
  std::int64_t steps = 10;
  bool bias = true;
  Order order = Order::backward;
  Regulariser regulariser;

  ParameterList fields() {
    ParameterList list;
    list.number("alpha", alpha, Range::positive(), "proximal weight");
    list.number("rate", rate, {0, 1, false, true}, "step length");
    list.integer("steps", steps, Range::at_least(1), "inner steps");
    list.flag("bias", bias, "with biases");
    list.choice<Order>("order", order, {{"backward", Order::backward}, {"forward", Order::forward}}, "order of the updates");
    list.parsed("regulariser", regulariser, "none, l2:lambda, ...", "r(W)");
    return list;
  }
};

}  // namespace

TEST_CASE("parameters are set from text and read back", "[parameters]") {
  Example p;
  ParameterList list = p.fields();
  list.set("alpha", "2.5e-1");
  list.set("steps", "7");
  list.set("bias", "false");
  list.set("order", "forward");
  list.set("regulariser", "l2:0.1");
  CHECK(p.alpha == 0.25);
  CHECK(p.steps == 7);
  CHECK_FALSE(p.bias);
  CHECK(p.order == Order::forward);
  CHECK(p.regulariser.kind == Regulariser::Kind::l2);
  const auto values = list.values();
  CHECK(std::get<double>(values.at("alpha")) == 0.25);
  CHECK(std::get<std::int64_t>(values.at("steps")) == 7);
  CHECK_FALSE(std::get<bool>(values.at("bias")));
  CHECK(std::get<std::string>(values.at("order")) == "forward");
  CHECK(std::get<std::string>(values.at("regulariser")) == "l2:0.1");
  CHECK(list.has("alpha"));
  CHECK_FALSE(list.has("beta"));
  REQUIRE(list.all().size() == 6);
  CHECK(list.all()[0].range == "> 0");
  CHECK(list.all()[1].range == "in [0, 1)");
  CHECK(list.all()[2].range == "integer >= 1");
  CHECK(list.all()[4].range == "one of backward, forward");
}

TEST_CASE("a wrong value is refused, named with its range, and changes nothing", "[parameters]") {
  Example p;
  ParameterList list = p.fields();
  CHECK_THROWS_AS(list.set("alpha", "-1"), UsageError);
  CHECK_THROWS_WITH(list.set("alpha", "-1"), "parameter 'alpha' must be > 0, got -1");
  CHECK_THROWS_WITH(list.set("alpha", "0"), Contains("> 0"));
  CHECK_THROWS_WITH(list.set("alpha", "nan"), Contains("must be a number"));
  CHECK_THROWS_WITH(list.set("alpha", "inf"), Contains("must be a number"));
  CHECK_THROWS_WITH(list.set("alpha", "1x"), Contains("must be a number") && Contains("'1x'"));
  CHECK_THROWS_WITH(list.set("alpha", ""), Contains("must be a number"));
  CHECK_THROWS_WITH(list.set("rate", "1"), Contains("in [0, 1)"));
  CHECK_THROWS_WITH(list.set("steps", "0"), Contains(">= 1"));
  CHECK_THROWS_WITH(list.set("steps", "2.5"), Contains("whole number"));
  CHECK_THROWS_WITH(list.set("bias", "yes"), Contains("true or false"));
  CHECK_THROWS_WITH(list.set("order", "sideways"), Contains("backward, forward") && Contains("'sideways'"));
  CHECK_THROWS_WITH(list.set("regulariser", "l9"), Contains("parameter 'regulariser'") && Contains("l9"));
  CHECK(p.alpha == 1);
  CHECK(p.rate == 0.5);
  CHECK(p.steps == 10);
  CHECK(p.bias);
  CHECK(p.order == Order::backward);
}

TEST_CASE("an unknown parameter lists the valid ones and the nearest", "[parameters]") {
  Example p;
  ParameterList list = p.fields();
  CHECK_THROWS_AS(list.set("alhpa", "1"), UsageError);
  CHECK_THROWS_WITH(list.set("alhpa", "1"),
                    "unknown parameter 'alhpa'; did you mean 'alpha'? Valid: alpha, rate, steps, bias, "
                    "order, regulariser");
  CHECK(unknown_name("dataset", "x", {}) == "unknown dataset 'x'; none are known here");
}

TEST_CASE("the nearest name has the smallest edit distance", "[parameters]") {
  CHECK(nearest_name("kitten", {"mitten", "sitting", "kit"}) == "mitten");  // distances 1, 3, 3
  CHECK(nearest_name("", {"abc", "a"}).empty());
  CHECK(nearest_name("alhpa", {"k", "rate"}).empty());                 // what is farther away is another word
  CHECK(nearest_name("rnu", {"run", "set"}) == "run");                 // neighbours the other way round are one edit
  CHECK(nearest_name("ab", {"ax", "cd"}).empty());                     // half of its letters are wrong
  CHECK(nearest_name("momentun", {"moment", "momenta"}) == "moment");  // distances 2, 2
  CHECK(unknown_name("set", "alhpa", {"k"}) == "unknown set 'alhpa'. Valid: k");
  CHECK(nearest_name("abcd", {"bcd", "xbcx"}) == "bcd");
  CHECK(nearest_name("bcd3", {"sgd", "bcd3_zeng2019"}) ==
        "bcd3_zeng2019");  // an abbreviation is nearer than any word of its length
}

TEST_CASE("ranges contain what they say", "[parameters]") {
  CHECK(Range::any().contains(-1e300));
  CHECK_FALSE(Range::any().contains(std::nan("")));
  CHECK_FALSE(Range::positive().contains(0));
  CHECK(Range::nonnegative().contains(0));
  CHECK(Range::between(0, 1).contains(1));
  CHECK_FALSE(Range({0, 1, false, true}).contains(1));
  CHECK_FALSE(Range({0, 1, true, false}).contains(0));
  CHECK(Range::any().text() == "any number");
  CHECK(Range({0, 1, true, false}).text() == "in (0, 1]");
}

TEST_CASE("numbers are written so that they read back as the same double", "[parameters]") {
  Rng rng(1, "number-text");
  for (int k = 0; k < 1000; ++k) {
    const double x = rng.normal() * std::exp(50 * rng.normal());
    CHECK(parse_number("x", number_text(x)) == x);
  }
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(5) == "5");
  CHECK(parse_integer("k", "-12") == -12);
}
