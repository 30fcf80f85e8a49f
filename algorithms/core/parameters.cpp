#include "algorithms/core/parameters.hpp"

#include <algorithm>
#include <cmath>

namespace bcd {

bool Range::contains(double x) const {
  if (std::isnan(x)) return false;
  return (lo_open ? x > lo : x >= lo) && (hi_open ? x < hi : x <= hi);
}

std::string Range::text() const {
  const bool has_lo = std::isfinite(lo), has_hi = std::isfinite(hi);
  if (has_lo && has_hi)
    return std::string("in ") + (lo_open ? "(" : "[") + number_text(lo) + ", " + number_text(hi) + (hi_open ? ")" : "]");
  if (has_lo) return (lo_open ? "> " : ">= ") + number_text(lo);
  if (has_hi) return (hi_open ? "< " : "<= ") + number_text(hi);
  return "any number";
}

void ParameterList::add(Parameter parameter) { list_.push_back(std::move(parameter)); }

void ParameterList::number(const std::string& name, double& field, Range range, const std::string& help) {
  add({name, help, range.text(), [&field]() -> ParameterValue { return field; },
       [&field, name, range](const std::string& text) {
         const double x = parse_number("parameter '" + name + "'", text);
         if (!range.contains(x)) throw UsageError("parameter '" + name + "' must be " + range.text() + ", got " + text);
         field = x;
       }});
}

void ParameterList::integer(const std::string& name, std::int64_t& field, Range range, const std::string& help) {
  add({name, help, "integer " + range.text(), [&field]() -> ParameterValue { return field; },
       [&field, name, range](const std::string& text) {
         const std::int64_t x = parse_integer("parameter '" + name + "'", text);
         if (!range.contains(static_cast<double>(x)))
           throw UsageError("parameter '" + name + "' must be " + range.text() + ", got " + text);
         field = x;
       }});
}

void ParameterList::flag(const std::string& name, bool& field, const std::string& help) {
  add({name, help, "true or false", [&field]() -> ParameterValue { return field; },
       [&field, name](const std::string& text) {
         if (text != "true" && text != "false")
           throw UsageError("parameter '" + name + "' must be true or false, got '" + text + "'");
         field = text == "true";
       }});
}

void ParameterList::set(const std::string& name, const std::string& text) {
  for (const Parameter& p : list_)
    if (p.name == name) return p.set(text);
  std::vector<std::string> valid;
  for (const Parameter& p : list_) valid.push_back(p.name);
  throw UsageError(unknown_name("parameter", name, valid));
}

bool ParameterList::has(const std::string& name) const {
  return std::any_of(list_.begin(), list_.end(), [&](const Parameter& p) { return p.name == name; });
}

std::map<std::string, ParameterValue> ParameterList::values() const {
  std::map<std::string, ParameterValue> out;
  for (const Parameter& p : list_) out[p.name] = p.get();
  return out;
}

std::string ParameterList::one_of(const std::vector<std::string>& names) {
  std::string text = "one of ";
  for (std::size_t i = 0; i < names.size(); ++i) text += (i ? ", " : "") + names[i];
  return text;
}

std::string value_text(const ParameterValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const std::int64_t* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  return std::get<std::string>(value);
}

}  // namespace bcd
