// The pieces of HTML that the parts of the report share. Text goes in as it is and comes out escaped.
#pragma once

#include <string>
#include <vector>

#include "plots/report/markup.hpp"

namespace bcd::html {

/// Four digits; nothing for NaN.
std::string number(double x);

/// Text with the few signs of mathematics that the experiment files use: x^2, P^{k-1}, V_N.
std::string mathematics(const std::string& text);

/// A path as the address of a link: what has a meaning there (#, ?, %, blanks, quotes, ...) as percent signs.
std::string address(const std::string& path);
/// A name as the id of an element, which needs no escape in an attribute, an address or a selector; different for different names.
std::string anchor(const std::string& name);

struct Column {
  std::string head;
  bool number = false;  ///< to the right
};

/// rows: the HTML of the body. A wide table scrolls within its box, which takes the keyboard for that.
std::string table(const std::vector<Column>& columns, const std::string& rows, const std::string& caption,
                  const std::string& style = "", const std::string& id = "");
std::string cell(const std::string& text);
std::string number_cell(const std::string& text);

/// An SVG file as an address that holds it.
std::string svg_address(const std::string& svg);

/// JSON text that may stand in a script element.
std::string script_data(const std::string& json);

/// A command with a button that copies it.
std::string command(const std::string& line);

}  // namespace bcd::html
