#include "algorithms/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <sstream>

#include "algorithms/core/usage_error.hpp"

namespace bcd {

std::string nearest_name(const std::string& name, const std::vector<std::string>& valid) {
  std::string best;
  std::size_t best_distance = ~std::size_t{0};
  for (const std::string& candidate : valid) {
    if (name.size() >= 2 && candidate.starts_with(name)) return candidate;
    std::vector<std::size_t> row(candidate.size() + 1);  // Levenshtein distance, one row at a time
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < candidate.size(); ++j) {
        const std::size_t substitute = diagonal + (name[i] == candidate[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({substitute, row[j] + 1, diagonal + 1});
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

std::string unknown_name(const std::string& what, const std::string& name, const std::vector<std::string>& valid) {
  std::string text = "unknown " + what + " '" + name + "'";
  if (valid.empty()) return text + "; none are known here";
  text += "; did you mean '" + nearest_name(name, valid) + "'? Valid: ";
  for (std::size_t i = 0; i < valid.size(); ++i) text += (i ? ", " : "") + valid[i];
  return text;
}

double parse_number(const std::string& what, const std::string& text) {
  double x = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, x);
  if (error != std::errc{} || stop != end || !std::isfinite(x))
    throw UsageError(what + " must be a number, got '" + text + "'");
  return x;
}

std::int64_t parse_integer(const std::string& what, const std::string& text) {
  std::int64_t x = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, x);
  if (error != std::errc{} || stop != end) throw UsageError(what + " must be a whole number, got '" + text + "'");
  return x;
}

std::string number_text(double x) {
  char buffer[40];
  const auto [stop, error] = std::to_chars(buffer, buffer + sizeof buffer, x);
  return std::string(buffer, error == std::errc{} ? stop : buffer);
}

std::string show(double x, int digits) {
  if (std::isnan(x)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, x);
  return text;
}

std::vector<std::string> split_list(const std::string& option, const std::string& list) {
  std::vector<std::string> pieces;
  std::istringstream stream(list + ",");
  for (std::string piece; std::getline(stream, piece, ',');) {
    if (piece.empty())
      throw UsageError("--" + option + ": an empty entry in '" + list + "'; write entries separated by commas");
    pieces.push_back(piece);
  }
  return pieces;
}

std::string table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width(header.size());
  const auto widen = [&](const std::vector<std::string>& row) {
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], row[c].size());
  };
  widen(header);
  for (const auto& row : rows) widen(row);

  std::string out;
  const auto put = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += row[c] + std::string(width[c] - row[c].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  put(header);
  for (const auto& row : rows) put(row);
  return out;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + "\n";
    line.clear();
  };
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) flush();
    line += (line.empty() ? "" : " ") + word;
  }
  flush();
  return out;
}

}  // namespace bcd
