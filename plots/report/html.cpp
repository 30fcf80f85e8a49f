#include "plots/report/html.hpp"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <regex>

#include "algorithms/core/text.hpp"

namespace bcd::html {

std::string number(double x) { return std::isnan(x) ? "" : show(x, 4); }

std::string mathematics(const std::string& text) {
  static const std::regex raised(R"(\^(?:\{([^}]*)\}|(-?[0-9]+|[A-Za-z])(?![A-Za-z0-9])))");
  static const std::regex lowered(R"(\b([A-Za-z])_(?:\{([^}]*)\}|([A-Za-z0-9])(?![A-Za-z0-9_])))");
  const std::string out = std::regex_replace(escape_markup(text), raised, "<sup>$1$2</sup>");
  return std::regex_replace(out, lowered, "$1<sub>$2$3</sub>");
}

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
