#include "results/json.hpp"

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd {

nlohmann::json parse_json(const std::string& text) {
  using nlohmann::json;
  const auto depth_limited = [](int depth, json::parse_event_t, json&) {
    if (depth > kDeepestJson)
      throw UsageError("it is nested deeper than " + std::to_string(kDeepestJson) +
                       " levels, which no file of this program is");
    return true;
  };
  try {
    return json::parse(text, depth_limited);
  } catch (const json::exception& e) {  // its message quotes the text
    throw UsageError("not JSON (" + printable(std::string(e.what()).substr(0, 300)) + ")");
  }
}

}  // namespace bcd
