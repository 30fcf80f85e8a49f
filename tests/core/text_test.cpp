#include "algorithms/core/text.hpp"

#include "tests/support/catch.hpp"

using namespace bcd;

TEST_CASE("columns line up in any script: by what is seen, not by bytes", "[text]") {
  // η one column, e + combining acute one, 学習 four (two each), an emoji two, a zero-width joiner none.
  const std::string lined =
      table({"label", "n"}, {{"η = ½", "1"}, {"e\xCC\x81t", "2"}, {"学習", "3"}, {"\xF0\x9F\x98\x80\xE2\x80\x8D", "4"}});
  CHECK(lined ==
        "label  n\n"
        "η = ½  1\n"
        "e\xCC\x81t     2\n"
        "学習   3\n"
        "\xF0\x9F\x98\x80\xE2\x80\x8D     4\n");
  CHECK(table({"a"}, {{"d\xE9p"}}) == "a\nd\xE9p\n");  // no UTF-8: shown as it is
}

TEST_CASE("lines are broken by what is seen", "[text]") {
  CHECK(wrapped("ηηη ηηη ηηη", 0, 7) == "ηηη ηηη\nηηη\n");
  CHECK(wrapped("学習 学習", 2, 9) == "  学習\n  学習\n");
}
