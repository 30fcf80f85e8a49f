#include "algorithms/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <sstream>

#include "algorithms/core/usage_error.hpp"

namespace bcd {

namespace {

struct CodePoints {
  std::uint32_t first, last;
};

/// Marks that stand on the letter before them, and characters without width.
constexpr CodePoints kNarrow[] = {{0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
                                  {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},   {0xe31, 0xe31},   {0xe34, 0xe3a},
                                  {0xe47, 0xe4e},   {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x20d0, 0x20ff},
                                  {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0xfeff, 0xfeff}};
/// Two columns: the wide and fullwidth blocks of Unicode's East Asian Width (UAX 11), pictographs.
constexpr CodePoints kWide[] = {{0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xa960, 0xa97c},
                                {0xac00, 0xd7a3}, {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <std::size_t N>
bool is_in(const CodePoints (&ranges)[N], std::uint32_t c) {
  return std::any_of(ranges, ranges + N, [c](const CodePoints& r) { return c >= r.first && c <= r.last; });
}

/// The columns that a text takes on a screen: combining marks none, East Asian characters two.
std::size_t display_width(const std::string& text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i++]);
    std::uint32_t c = lead < 0x80 ? lead : lead >= 0xf0 ? lead & 7u : lead >= 0xe0 ? lead & 15u : lead & 31u;
    for (; i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80; ++i)
      c = c << 6 | (static_cast<unsigned char>(text[i]) & 63u);
    width += is_in(kNarrow, c) ? 0 : is_in(kWide, c) ? 2 : 1;
  }
  return width;
}

}  // namespace

namespace {

/// Edits from one word to the other: a letter more, less or another one, two neighbours the other way round.
std::size_t edits(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before, above(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = above;
    above = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), above[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::string nearest_name(const std::string& name, const std::vector<std::string>& valid) {
  std::string best;
  std::size_t least = 3;  // two edits at most, and fewer than half the letters: what is farther away is another word
  for (const std::string& candidate : valid) {
    if (name.size() >= 2 && candidate.starts_with(name)) return candidate;
    if (const std::size_t distance = edits(name, candidate); distance < least && 2 * distance < name.size()) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string unknown_name(const std::string& what, const std::string& name, const std::vector<std::string>& valid) {
  std::string text = "unknown " + what + " '" + name + "'";
  if (valid.empty()) return text + "; none are known here";
  const std::string nearest = nearest_name(name, valid);
  text += nearest.empty() ? ". Valid: " : "; did you mean '" + nearest + "'? Valid: ";
  for (std::size_t i = 0; i < valid.size(); ++i) text += (i ? ", " : "") + valid[i];
  return text;
}

bool is_snake_case(const std::string& name) {
  const auto letter = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto allowed = [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && letter(name.front()) && name.back() != '_' && std::all_of(name.begin(), name.end(), allowed);
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
  if (std::isnan(x)) return "nan";  // whatever its sign
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

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
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
    for (std::size_t c = 0; c < row.size(); ++c) width[c] = std::max(width[c], display_width(row[c]));
  };
  widen(header);
  for (const auto& row : rows) widen(row);

  std::string out;
  const auto put = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += row[c] + std::string(width[c] - display_width(row[c]) + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  put(header);
  for (const auto& row : rows) put(row);
  return out;
}

std::string wrapped(const std::string& text, std::size_t indent, std::size_t width) {
  std::string out, line;
  std::size_t used = 0;  // columns of the line
  const auto flush = [&] {
    if (!line.empty()) out += std::string(indent, ' ') + line + "\n";
    line.clear();
    used = 0;
  };
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const std::size_t columns = display_width(word);
    if (!line.empty() && indent + used + 1 + columns > width) flush();
    used += columns + (line.empty() ? 0 : 1);
    line += (line.empty() ? "" : " ") + word;
  }
  flush();
  return out;
}

}  // namespace bcd
