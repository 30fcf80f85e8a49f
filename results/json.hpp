// JSON that others wrote, and JSON for others: the only places where it is parsed and written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace bcd {

/// How deep arrays and objects may lie within each other: what is done with them later goes as deep into the stack.
inline constexpr int kDeepestJson = 100;

/// Throws UsageError that continues the sentence "<file>: ...": not JSON, or nested deeper than kDeepestJson.
nlohmann::json parse_json(const std::string& text);

/// The document as text; bytes that are no UTF-8 (the names of files may hold such) become U+FFFD.
template <class Json>
std::string json_text(const Json& document, int indent = -1) {
  return document.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace bcd
