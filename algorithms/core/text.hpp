// Text for people: numbers, tables, messages about names. The one place for each form.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bcd {

/// "unknown <what> '<name>'; did you mean '<nearest>'? Valid: a, b, c" - the one form of this message in the program.
std::string unknown_name(const std::string& what, const std::string& name, const std::vector<std::string>& valid);
/// The first valid name that begins with `name`, else the one with the smallest edit distance.
std::string nearest_name(const std::string& name, const std::vector<std::string>& valid);
/// How whatever a plugin brings is named: a letter, then letters, digits and underscores, all lower case.
bool is_snake_case(const std::string& name);
/// Strict number parsing ("1e-3", "5"); throws UsageError naming `what`.
double parse_number(const std::string& what, const std::string& text);
std::int64_t parse_integer(const std::string& what, const std::string& text);
/// Shortest text that reads back as the same double.
std::string number_text(double x);
/// A number for a table or a sentence: `digits` significant ones; "-" for NaN.
std::string show(double x, int digits = 3);

/// The text with every `what` replaced by `with`.
std::string replaced(std::string text, const std::string& what, const std::string& with);
/// "a,b,c" -> {"a", "b", "c"}; an empty piece is a UsageError that names the option.
std::vector<std::string> split_list(const std::string& option, const std::string& list);

/// Rows as aligned columns, two blanks apart; no trailing blanks.
std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
/// The text broken into lines of at most `width` characters, each beginning with `indent` blanks; ends with a newline.
std::string wrapped(const std::string& text, std::size_t indent = 0, std::size_t width = 100);

}  // namespace bcd
