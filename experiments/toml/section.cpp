#include "experiments/toml/section.hpp"

#include <algorithm>
#include <cmath>

#include "algorithms/core/plain_text.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;

std::optional<std::string> scalar_text(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_unsigned()) return std::to_string(value.get<std::uint64_t>());
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  if (value.is_number_float()) return number_text(value.get<double>());
  return std::nullopt;
}

constexpr std::size_t kLongestLine = 500;

std::string value_words(const json& value) {
  constexpr std::size_t kShown = 200;
  const std::string text = value.is_number_float() ? number_text(value.get<double>()) : json_text(value);
  return text.size() <= kShown ? text : text.substr(0, kShown) + "...";
}

Section::Section(json table, std::string place) : table_(std::move(table)), place_(std::move(place)) {
  if (table_.is_null()) table_ = json::object();
  if (!table_.is_object()) throw UsageError(place_ + ": must be a table, got " + value_words(table_));
}

const json* Section::find(const std::string& key, bool required) {
  known_.insert(key);
  const auto it = table_.find(key);
  if (it != table_.end()) return &*it;
  if (required) {
    std::vector<std::string> present;
    for (const auto& item : table_.items()) present.push_back(item.key());
    std::string text = place_ + ": the key '" + key + "' is missing";
    if (!present.empty()) text += "; there is " + ParameterList::one_of(present).substr(std::string("one of ").size());
    throw UsageError(text);
  }
  return nullptr;
}

void Section::wrong(const std::string& key, const std::string& wanted, const json& got) const {
  throw UsageError(place_ + ": " + key + " must be " + wanted + ", got " + value_words(got));
}

std::int64_t Section::whole(const std::string& key, const json& value, const Range& range) const {
  if (!value.is_number_integer() || !range.contains(value.get<double>())) wrong(key, "a whole number " + range.text(), value);
  return value.get<std::int64_t>();
}

std::string Section::text(const std::string& key, const std::optional<std::string>& fallback) {
  const json* value = find(key, !fallback);
  if (!value) return *fallback;
  if (!value->is_string()) wrong(key, "a text in quotes", *value);
  const std::string text = value->get<std::string>();
  if (const std::string fault = text_fault(text, true); !fault.empty()) throw UsageError(place_ + ": " + key + " " + fault);
  return text;
}

std::string Section::line(const std::string& key, const std::optional<std::string>& fallback) {
  const std::string value = text(key, fallback);
  if (const std::string fault = text_fault(value); !fault.empty())
    throw UsageError(place_ + ": " + key + " " + fault + "; write it on one line");
  if (value.size() > kLongestLine)
    throw UsageError(place_ + ": " + key + " has " + std::to_string(value.size()) + " bytes; at most " +
                     std::to_string(kLongestLine) + " fit into a picture");
  return value;
}

std::string Section::choice(const std::string& key, const std::vector<std::string>& valid,
                            const std::optional<std::string>& fallback) {
  const std::string name = text(key, fallback);
  if (std::find(valid.begin(), valid.end(), name) == valid.end())
    throw UsageError(place_ + ": " + unknown_name(key, name, valid));
  return name;
}

double Section::number(const std::string& key, Range range, std::optional<double> fallback) {
  const json* value = find(key, !fallback);
  if (!value) return *fallback;
  if (!value->is_number() || !std::isfinite(value->get<double>()) || !range.contains(value->get<double>()))
    wrong(key, range.text() == "any number" ? "a number" : "a number " + range.text(), *value);
  return value->get<double>();
}

std::int64_t Section::integer(const std::string& key, Range range, std::optional<std::int64_t> fallback) {
  const json* value = find(key, !fallback);
  return value ? whole(key, *value, range) : *fallback;
}

bool Section::flag(const std::string& key, bool fallback) {
  const json* value = find(key, false);
  if (!value) return fallback;
  if (!value->is_boolean()) wrong(key, "true or false", *value);
  return value->get<bool>();
}

std::vector<std::string> Section::texts(const std::string& key) {
  std::vector<std::string> list;
  const json* value = find(key, false);
  if (!value) return list;
  if (!value->is_array()) wrong(key, "a list of texts", *value);
  for (const json& item : *value) {
    if (!item.is_string()) wrong(key, "a list of texts", *value);
    list.push_back(item.get<std::string>());
  }
  return list;
}

std::vector<std::int64_t> Section::integers(const std::string& key, Range range) {
  std::vector<std::int64_t> list;
  const json* value = find(key, false);
  if (!value) return list;
  if (!value->is_array()) wrong(key, "a list of whole numbers " + range.text(), *value);
  for (const json& item : *value) list.push_back(whole(key, item, range));
  return list;
}

json Section::raw(const std::string& key) {
  const json* value = find(key, false);
  return value ? *value : json();
}

Section Section::table(const std::string& key) {
  const json* value = find(key, false);
  return Section(value ? *value : json(), place_ + " [" + key + "]");
}

std::vector<Section> Section::tables(const std::string& key) {
  std::vector<Section> list;
  const json* value = find(key, false);
  if (!value) return list;
  if (!value->is_array()) wrong(key, "a list of tables ([[" + key + "]])", *value);
  for (std::size_t i = 0; i < value->size(); ++i)
    list.emplace_back((*value)[i], place_ + " [[" + key + "]] number " + std::to_string(i + 1));
  return list;
}

std::map<std::string, std::string> Section::as_text(const json& table) const {
  std::map<std::string, std::string> map;
  for (const auto& [key, value] : table.items()) {
    const std::optional<std::string> text = scalar_text(value);
    if (!text) wrong(key, "a number, a text, true or false", value);
    if (const std::string fault = text_fault(*text, true); !fault.empty()) throw UsageError(place_ + ": " + key + " " + fault);
    map[key] = *text;
  }
  return map;
}

std::map<std::string, std::string> Section::text_map(const std::string& key) {
  const Section inner = table(key);
  return inner.as_text(inner.table_);
}

std::map<std::string, std::string> Section::rest() {
  json others = json::object();
  for (const auto& [key, value] : table_.items())
    if (known_.insert(key).second) others[key] = value;
  return as_text(others);
}

void Section::done() const {
  const std::vector<std::string> valid(known_.begin(), known_.end());
  for (const auto& item : table_.items())
    if (!known_.count(item.key())) throw UsageError(place_ + ": " + unknown_name("key", item.key(), valid));
}

}  // namespace bcd
