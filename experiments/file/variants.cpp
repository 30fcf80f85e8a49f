#include "experiments/file/variants.hpp"

#include <algorithm>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;

namespace {

/// Where a key leads: table and name within it.
std::pair<std::string, std::string> place_of(const std::string& key) {
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return {"parameters", key};
  return {key.substr(0, dot), key.substr(dot + 1)};
}

bool is_parameter(const std::string& key) { return key.find('.') == std::string::npos; }

std::string value_label(const json& value) { return scalar_text(value).value_or(json_text(value)); }

void check_axis(const std::string& key, const json& values, const std::string& place) {
  const std::string where = place + ": grid over " + key;
  if (values.is_object()) throw UsageError(where + ": a key with a dot stands in quotes, like \"run.iterations\" = [5, 20]");
  if (!values.is_array() || values.empty())
    throw UsageError(where + " must be a list with at least one value, got " + value_words(values));
  for (std::size_t i = 0; i < values.size(); ++i)
    // By what is read of them: 0.1 and "0.1" are one value.
    if (std::any_of(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const json& other) { return value_label(other) == value_label(values[i]); }))
      throw UsageError(where + " holds " + value_label(values[i]) + " twice");
  if (key == "run.seeds") throw UsageError(where + ": every variant is run with all seeds; write them in run.seeds");
}

/// Pieces between commas that stand outside brackets and quotes.
std::vector<std::string> split_values(const std::string& list) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  bool quoted = false;
  for (const char c : list) {
    if (c == '"') quoted = !quoted;
    if (!quoted && c == '[') ++depth;
    if (!quoted && c == ']') --depth;
    if (c == ',' && depth == 0 && !quoted)
      pieces.emplace_back();
    else
      pieces.back() += c;
  }
  return pieces;
}

/// The axes of one variant: its file's, then the command line's that concern it.
Grid axes_of(const Variant& variant, const Grid& command_line) {
  Grid axes;
  const auto given = [&](const std::string& key) {
    return std::any_of(command_line.begin(), command_line.end(), [&](const auto& axis) { return axis.first == key; });
  };
  const json of_the_file = variant.tables.value("grid", json::object());
  for (const auto& [key, values] : of_the_file.items()) {
    check_axis(key, values, "variant '" + variant.base + "'");
    if (!given(key)) axes.emplace_back(key, values.get<std::vector<json>>());
  }
  for (const auto& axis : command_line)
    if (!is_parameter(axis.first) || variant.has_parameter(axis.first)) axes.push_back(axis);
  return axes;
}

std::vector<Variant> points(const Variant& variant, const Grid& axes) {
  std::vector<Variant> made = {variant};
  for (const auto& [key, values] : axes) {
    std::vector<Variant> next;
    for (const Variant& point : made)
      for (const json& value : values) {
        Variant& finer = next.emplace_back(point);
        finer.label += (point.label == point.base ? "[" : ",") + key + "=" + value_label(value);
        finer.set(key, value, "variant '" + variant.base + "': grid over " + key);
      }
    made = std::move(next);
    if (made.size() > kMostVariants)
      throw UsageError("variant '" + variant.base + "': the grid has more than " + std::to_string(kMostVariants) + " points");
  }
  if (!axes.empty())
    for (Variant& point : made) point.label += "]";
  return made;
}

}  // namespace

json Variant::options() const {
  const json text = tables.value("parameters", json::object()).value("options", json());
  if (plugin->name != "external" || !text.is_string()) return json::object();
  try {
    const json options = parse_json(text.get<std::string>());
    return options.is_object() ? options : json::object();
  } catch (const UsageError&) {  // said where the parameter is read
    return json::object();
  }
}

bool Variant::has_parameter(const std::string& name) const {
  const auto algorithm = plugin->make<double>();
  return algorithm->parameters().has(name) || options().contains(name);
}

void Variant::set(const std::string& key, const json& value, const std::string& origin) {
  const auto [table, name] = place_of(key);
  if (!is_parameter(key) && std::find(kRunTables.begin(), kRunTables.end(), table) == kRunTables.end())
    throw UsageError(origin + ": " + unknown_name("table", table, kRunTables));
  if (json own = options(); is_parameter(key) && own.contains(name) && !plugin->make<double>()->parameters().has(name)) {
    own[name] = value.is_string() ? command_line_value(value.get<std::string>()) : value;
    tables["parameters"]["options"] = json_text(own);
    return;
  }
  lay_over(tables, json{{table, {{name, value}}}});
}

Grid::value_type parse_grid(const std::string& assignment) {
  const auto equals = assignment.find('=');
  const std::string example = "write key=value,value,..., for example --grid alpha=0.1,1,10 or --grid run.iterations=5,20";
  if (equals == std::string::npos || equals == 0) throw UsageError("--grid " + assignment + ": " + example);
  const std::string key = assignment.substr(0, equals);
  json values = json::array();
  for (const std::string& piece : split_values(assignment.substr(equals + 1))) {
    if (piece.empty()) throw UsageError("--grid " + assignment + ": a value is empty; " + example);
    values.push_back(command_line_value(piece));
  }
  check_axis(key, values, "--grid " + assignment);
  return {key, values.get<std::vector<json>>()};
}

std::vector<std::string> parameter_names(const std::vector<Variant>& variants) {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const Variant& variant : variants) {
    const auto algorithm = variant.plugin->make<double>();
    const ParameterList list = algorithm->parameters();
    for (const Parameter& p : list.all()) add(p.name);
    const json options = variant.options();
    for (const auto& item : options.items()) add(item.key());
  }
  return names;
}

std::vector<Variant> expanded(const std::vector<Variant>& variants, const Grid& command_line) {
  for (const auto& axis : command_line)
    if (is_parameter(axis.first) &&
        std::none_of(variants.begin(), variants.end(), [&](const Variant& v) { return v.has_parameter(axis.first); }))
      throw UsageError("--grid " + axis.first + ": " + unknown_name("parameter", axis.first, parameter_names(variants)));
  std::vector<Variant> made;
  for (const Variant& variant : variants)
    for (Variant& point : points(variant, axes_of(variant, command_line))) made.push_back(std::move(point));
  std::set<std::string> labels;
  for (const Variant& variant : made) {
    if (const std::string fault = text_fault(variant.label); variant.label.empty() || !fault.empty())
      throw UsageError("the label '" + printable(variant.label) + "' " + (fault.empty() ? "is empty" : fault));
    if (!labels.insert(variant.label).second)
      throw UsageError("two variants have the label '" + variant.label + "'; labels must differ, after grids are expanded too");
  }
  return made;
}

}  // namespace bcd
