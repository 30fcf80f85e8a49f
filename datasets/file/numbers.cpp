#include "datasets/file/numbers.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <regex>

namespace bcd {

bool is_missing(std::string_view field) {
  static constexpr std::string_view kWords[] = {"", "?", "NA", "N/A", "NaN", "nan", "NAN", "null", "NULL", "None"};
  return std::find(std::begin(kWords), std::end(kWords), field) != std::end(kWords);
}

std::optional<double> number(std::string_view field) {
  if (field.starts_with('+')) field.remove_prefix(1);
  if (field.empty() || field.front() == '+') return std::nullopt;
  double x = 0;
  const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), x);
  if (stop != field.data() + field.size() || error == std::errc::invalid_argument) return std::nullopt;
  return error == std::errc{} ? x : std::strtod(std::string(field).c_str(), nullptr);
}

bool has_thousands_marks(std::string_view field) {
  static const std::regex form("[+-]?\\d{1,3}([,. '])\\d{3}(\\1\\d{3})*([.,]\\d+)?");
  return field.size() < 40 && std::regex_match(field.begin(), field.end(), form);
}

std::string missing_remedy() {
  return "write missing = \"drop\" to leave such samples out, or missing = \"mean\" to put the input's training mean there";
}

}  // namespace bcd
