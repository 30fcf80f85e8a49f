#include "results/json.hpp"

#include "algorithms/core/usage_error.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

std::string nested(std::size_t depth, const std::string& open, const std::string& close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += "1";
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

}  // namespace

TEST_CASE("JSON of any depth ends in a document or a sentence", "[json]") {
  for (const auto& [open, close] : {std::pair("[", "]"), std::pair("{\"a\":", "}")}) {
    CHECK_NOTHROW(parse_json(nested(kDeepestJson, open, close)));
    CHECK_THROWS_WITH(parse_json(nested(kDeepestJson + 1, open, close)), Contains("nested deeper than 100 levels"));
    CHECK_THROWS_WITH(parse_json(nested(400000, open, close)), Contains("nested deeper than 100 levels"));
    CHECK_THROWS_AS(parse_json(nested(400000, open, "")), UsageError);  // never closed
  }
}

TEST_CASE("what is no JSON is a sentence that can be printed", "[json]") {
  for (const std::string text :
       {"", "{ half", "[1, 2", "nan", "[NaN]", "1e999", "\"\\ud800\"", "\"d\xE9p\xF4t\"", "[1]\x1b[2J"})
    CHECK_THROWS_WITH(parse_json(text), Contains("not JSON ("));
  CHECK(parse_json("\xEF\xBB\xBF[1]").size() == 1);  // a byte order mark
}

TEST_CASE("JSON with the name of a Latin-1 file can be written", "[json]") {
  const nlohmann::json document = {{"folder", "d\xE9p\xF4t"}, {"other", "größe"}};
  CHECK(nlohmann::json::parse(json_text(document))["folder"] == "d\xEF\xBF\xBDp\xEF\xBF\xBDt");
  CHECK(nlohmann::json::parse(json_text(document, 2))["other"] == "größe");
}
