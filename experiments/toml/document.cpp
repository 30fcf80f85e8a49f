#include "experiments/toml/document.hpp"

#include <toml++/toml.h>

#include <fstream>

namespace bcd {

using nlohmann::json;

namespace {

json to_json(const toml::node& node, const std::string& file) {
  if (const auto* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) object[std::string(key.str())] = to_json(value, file);
    return object;
  }
  if (const auto* array = node.as_array()) {
    json list = json::array();
    for (const toml::node& item : *array) list.push_back(to_json(item, file));
    return list;
  }
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  throw UsageError(file + ":" + std::to_string(node.source().begin.line) + ": dates and times have no meaning here");
}

}  // namespace

json toml_document(const std::string& text, const std::string& file) {
  try {
    return to_json(toml::parse(text, file), file);
  } catch (const toml::parse_error& e) {
    throw UsageError(file + ":" + std::to_string(e.source().begin.line) + ": not TOML: " + std::string(e.description()));
  }
}

json command_line_value(const std::string& text) {
  try {
    return toml_document("value = " + text, "--set").at("value");
  } catch (const UsageError&) {
    return text;
  }
}

json record_document(const std::filesystem::path& json_file) {
  std::ifstream in(json_file);
  if (!in) throw UsageError("cannot read the record " + json_file.string());
  try {
    const json config = json::parse(in).at("config");
    if (config.contains("init_from"))
      throw UsageError("record " + json_file.string() + ": the run started from a dumped state (" +
                       config["init_from"].at("folder").get<std::string>() +
                       "), which a record does not hold; run experiment " + config.at("experiment").get<std::string>() +
                       " with --init-from instead");
    json document = {{"id", config.at("experiment")},
                     {"paper", ""},
                     {"title", "One run of " + json_file.string()},
                     {"description", "The run of the record " + json_file.string() + ", made again."}};
    for (const std::string& table : kRunTables) document[table] = config.at(table);
    document["run"]["seeds"] = json::array({config.at("seed")});
    document["variant"] = json::array(
        {{{"label", config.at("variant")}, {"algorithm", config.at("algorithm")}, {"parameters", config.at("parameters")}}});
    return document;
  } catch (const json::exception& e) {
    throw UsageError("record " + json_file.string() + ": not a run record (" + e.what() + ")");
  }
}

json read_layer(Section& section, bool of_variant) {
  std::vector<std::string> names = kRunTables;
  if (of_variant) names.insert(names.end(), {"parameters", "grid"});
  json layer = json::object();
  for (const std::string& name : names) {
    const json value = section.raw(name);
    if (value.is_null()) continue;
    if (!value.is_object()) throw UsageError(section.place() + ": " + name + " must be a table, got " + value.dump());
    layer[name] = value;
  }
  return layer;
}

void lay_over(json& tables, const json& top) {
  for (const auto& [name, table] : top.items()) {
    const bool other_source = name == "dataset" && table.contains("name") && tables.contains(name) &&
                              tables[name].value("name", json()) != table["name"];
    if (other_source || !tables.contains(name))
      tables[name] = table;
    else
      tables[name].update(table);
  }
}

}  // namespace bcd
