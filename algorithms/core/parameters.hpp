// Parameters as data: a plain struct with defaults and ONE visitor that names each field, its range and its meaning.
// From the list come the command-line options, the experiment-file keys, the range checks, `describe` and the saved values.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"

namespace bcd {

using ParameterValue = std::variant<bool, std::int64_t, double, std::string>;

/// The text that ParameterList::set() reads back as the same value.
std::string value_text(const ParameterValue& value);

/// An interval of numbers; open ends exclude the bound.
struct Range {
  double lo = -std::numeric_limits<double>::infinity();
  double hi = std::numeric_limits<double>::infinity();
  bool lo_open = false, hi_open = false;

  static Range any() { return {}; }
  static Range positive() { return {0, std::numeric_limits<double>::infinity(), true, false}; }
  static Range nonnegative() { return {0, std::numeric_limits<double>::infinity(), false, false}; }
  static Range at_least(double lo) { return {lo, std::numeric_limits<double>::infinity(), false, false}; }
  static Range between(double lo, double hi) { return {lo, hi, false, false}; }
  bool contains(double x) const;
  std::string text() const;  ///< "> 0", ">= 1", "in [0, 1)"
};

struct Parameter {
  std::string name;
  std::string help;
  std::string range;  ///< in words: "> 0", "one of backward, forward"
  std::function<ParameterValue()> get;
  std::function<void(const std::string&)> set;  ///< parses and checks; throws UsageError that names the parameter and the value
};

/// The parameters of one object, bound to its fields. Valid as long as the object lives.
class ParameterList {
 public:
  void number(const std::string& name, double& field, Range range, const std::string& help);
  void integer(const std::string& name, std::int64_t& field, Range range, const std::string& help);
  void flag(const std::string& name, bool& field, const std::string& help);

  /// An enumeration by names, e.g. {{"backward", Order::backward}, {"forward", Order::forward}}.
  template <class E>
  void choice(const std::string& name, E& field, std::vector<std::pair<std::string, E>> names, const std::string& help) {
    std::vector<std::string> valid;
    for (const auto& [text, value] : names) valid.push_back(text);
    add({name, help, one_of(valid),
         [&field, names]() -> ParameterValue {
           for (const auto& [text, value] : names)
             if (value == field) return text;
           return std::string("?");
         },
         [&field, names, name, valid](const std::string& text) {
           for (const auto& [candidate, value] : names)
             if (candidate == text) {
               field = value;
               return;
             }
           throw UsageError("parameter '" + name + "' must be " + one_of(valid) + ", got '" + text + "'");
         }});
  }

  /// A type with static parse(text) and text(), e.g. Regulariser. `form` says in words what may be written.
  template <class P>
  void parsed(const std::string& name, P& field, const std::string& form, const std::string& help) {
    add({name, help, form, [&field]() -> ParameterValue { return field.text(); },
         [&field, name](const std::string& text) {
           try {
             field = P::parse(text);
           } catch (const UsageError& e) {
             throw UsageError("parameter '" + name + "': " + e.what());
           }
         }});
  }

  /// Sets one parameter from text. An unknown name is an error that lists the valid ones and the nearest.
  void set(const std::string& name, const std::string& text);
  bool has(const std::string& name) const;
  const std::vector<Parameter>& all() const { return list_; }
  std::map<std::string, ParameterValue> values() const;

  static std::string one_of(const std::vector<std::string>& names);

 private:
  void add(Parameter parameter);
  std::vector<Parameter> list_;
};

/// The list of a struct that names its fields by `void fields(ParameterList&)`; valid as long as the struct lives.
template <class Parameters>
ParameterList list_of(Parameters& parameters) {
  ParameterList list;
  parameters.fields(list);
  return list;
}
/// Such a struct with the values of a list.
template <class Parameters>
Parameters values_of(const ParameterList& list) {
  Parameters parameters;
  ParameterList own = list_of(parameters);
  for (const auto& [name, value] : list.values()) own.set(name, value_text(value));
  return parameters;
}

}  // namespace bcd
