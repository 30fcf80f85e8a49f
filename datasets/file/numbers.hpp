// Numbers in text, the same for every form of text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bcd {

/// An empty field, ?, NA, N/A, NaN, null, None.
bool is_missing(std::string_view field);
/// A finite or infinite number, or nothing. What is too small for a double is 0, what is too large infinite.
std::optional<double> number(std::string_view field);
/// 1,000 and -12.345.678,90: groups of three digits, with commas, points, blanks or apostrophes between them.
bool has_thousands_marks(std::string_view field);
/// What to do about a missing value that is refused.
std::string missing_remedy();

}  // namespace bcd
