#include "algorithms/core/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

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

std::string value_text(const ParameterValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const std::int64_t* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (const double* number = std::get_if<double>(&value)) return number_text(*number);
  return std::get<std::string>(value);
}

}  // namespace bcd
