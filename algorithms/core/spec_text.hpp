// Internal: the text form "name:number,number,..." in which activations and regularisers are written.
#pragma once

#include <string>
#include <vector>

#include "algorithms/core/parameters.hpp"

namespace bcd {

struct SpecText {
  std::string name;
  std::vector<double> numbers;
};

/// Splits "name" or "name:1,2". Throws UsageError naming `what` when a number cannot be read.
inline SpecText split_spec(const std::string& what, const std::string& text) {
  const std::size_t colon = text.find(':');
  SpecText spec{text.substr(0, colon), {}};
  if (colon == std::string::npos) return spec;
  for (std::size_t begin = colon + 1;;) {
    const std::size_t comma = text.find(',', begin);
    const std::string piece = text.substr(begin, comma == std::string::npos ? comma : comma - begin);
    spec.numbers.push_back(parse_number(what + " '" + text + "': each value after ':'", piece));
    if (comma == std::string::npos) return spec;
    begin = comma + 1;
  }
}

/// "name:1,2", the inverse of split_spec.
inline std::string join_spec(const std::string& name, const std::vector<double>& numbers) {
  std::string text = name;
  for (std::size_t i = 0; i < numbers.size(); ++i) text += (i ? "," : ":") + number_text(numbers[i]);
  return text;
}

}  // namespace bcd
