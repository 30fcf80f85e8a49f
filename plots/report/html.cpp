#include "plots/report/html.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>

#include "algorithms/core/text.hpp"

namespace bcd::html {

std::string number(double x) { return std::isnan(x) ? "" : show(x, 4); }

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/// What is raised or lowered: {anything}, or a sign that stands alone; `plain` matches the latter and says where it ends.
struct Piece {
  std::size_t end = 0;  ///< 0: none
  std::string text;
};

constexpr std::size_t kLongestPiece = 1000;

Piece in_braces(const std::string& text, std::size_t at) {
  if (at >= text.size() || text[at] != '{') return {};
  const std::size_t length = text.substr(at + 1, kLongestPiece).find('}');
  return length == std::string::npos ? Piece{} : Piece{at + 1 + length + 1, text.substr(at + 1, length)};
}

/// After ^: {...}, a whole number or one letter, with no letter or digit behind.
Piece raised(const std::string& text, std::size_t at) {
  if (Piece braces = in_braces(text, at); braces.end > 0) return braces;
  std::size_t end = at;
  if (end < text.size() && is_letter(text[end])) {
    ++end;
  } else {
    if (end < text.size() && text[end] == '-') ++end;
    const std::size_t digits = end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == digits) return {};
  }
  if (end < text.size() && (is_letter(text[end]) || is_digit(text[end]))) return {};
  return {end, text.substr(at, end - at)};
}

/// After a single letter and _: {...}, or one letter or digit, with none behind.
Piece lowered(const std::string& text, std::size_t at) {
  if (Piece braces = in_braces(text, at); braces.end > 0) return braces;
  if (at >= text.size() || !(is_letter(text[at]) || is_digit(text[at]))) return {};
  if (at + 1 < text.size() && is_word(text[at + 1])) return {};
  return {at + 1, text.substr(at, 1)};
}

bool single_letter_before(const std::string& text, std::size_t at) {
  return at > 0 && is_letter(text[at - 1]) && (at < 2 || !is_word(text[at - 2]));
}

/// Every `sign` that has a piece behind it becomes a tag around the piece.
std::string tagged(const std::string& text, char sign, const std::string& tag,
                   Piece (*piece_at)(const std::string&, std::size_t)) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const bool begins = text[at] == sign && (sign == '^' || single_letter_before(text, at));
    const Piece piece = begins ? piece_at(text, at + 1) : Piece{};
    out += piece.end > 0 ? "<" + tag + ">" + piece.text + "</" + tag + ">" : text.substr(at, 1);
    at = piece.end > 0 ? piece.end : at + 1;
  }
  return out;
}

}  // namespace

std::string mathematics(const std::string& text) {
  return tagged(tagged(escape_markup(text), '^', "sup", raised), '_', "sub", lowered);
}

namespace {

/// The text with every byte outside of letters, digits and `plain` as `sign` and two hexadecimal digits.
std::string coded(const std::string& text, const std::string& plain, char sign) {
  std::string out;
  for (const char c : text) {
    char code[8];
    std::snprintf(code, sizeof code, "%c%02X", sign, static_cast<unsigned>(static_cast<unsigned char>(c)));
    out += is_letter(c) || is_digit(c) || plain.find(c) != std::string::npos ? std::string(1, c) : std::string(code);
  }
  return out;
}

}  // namespace

std::string address(const std::string& path) { return coded(path, "/-_.~", '%'); }
std::string anchor(const std::string& name) { return coded(name, "-_.", '~'); }

std::string table(const std::vector<Column>& columns, const std::string& rows, const std::string& caption,
                  const std::string& style, const std::string& id) {
  const std::string name = escape_markup(caption);
  std::string out = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + name + "\"><table class=\"" + style +
                    "\"" + (id.empty() ? "" : " id=\"" + id + "\"") + "><caption>" + name + "</caption><thead><tr>";
  for (const Column& c : columns)
    out += "<th scope=\"col\"" + std::string(c.number ? " class=\"n\"" : "") + ">" + escape_markup(c.head) + "</th>";
  return out + "</tr></thead><tbody>" + rows + "</tbody></table></div>\n";
}

std::string cell(const std::string& text) { return "<td>" + escape_markup(text) + "</td>"; }
std::string number_cell(const std::string& text) { return "<td class=\"n\">" + escape_markup(text) + "</td>"; }

std::string svg_address(const std::string& svg) {
  // Percent signs for what an address or an attribute cannot hold; base64 would make it a third longer.
  std::string out = "data:image/svg+xml,";
  out.reserve(svg.size() * 9 / 8);
  for (const char c : svg) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20) {  // an address loses its line breaks; in SVG any white space is as good as one blank
      if (out.back() != ' ') out += ' ';
    } else if (byte >= 0x7F || std::strchr("%#<>\"&", c) != nullptr) {
      char code[4];
      std::snprintf(code, sizeof code, "%%%02X", byte);
      out += code;
    } else {
      out += c;
    }
  }
  return out;
}

std::string script_data(const std::string& json) {
  std::string out;
  for (const char c : json) out += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return out;
}

std::string command(const std::string& line) {
  return "<div class=\"command\"><code>" + escape_markup(line) +
         "</code><button type=\"button\" class=\"copy\">Copy</button></div>\n";
}

}  // namespace bcd::html
