#include "experiments/toml/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "algorithms/core/plain_text.hpp"
#include "results/gzip.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;

namespace {

/// A table within a table within a table ... costs stack wherever the document is walked; the parser bounds only the nesting of
/// values, not the parts of a dotted key.
constexpr int kMostParts = 100;
constexpr std::size_t kLargestDocument = std::size_t{4} << 20;

/// The last byte of the comment or the string that begins at `at`; `at` itself where none does.
std::size_t skipped(const std::string& text, std::size_t at) {
  const char c = text[at];
  if (c == '#') return std::min(text.find('\n', at), text.size()) - 1;
  if (c != '"' && c != '\'') return at;
  const std::string three(3, c);
  const bool lines = text.compare(at, 3, three) == 0;
  for (std::size_t i = at + (lines ? 3 : 1); i < text.size() && (lines || text[i] != '\n'); ++i) {
    if (c == '"' && text[i] == '\\')
      ++i;
    else if (lines ? text.compare(i, 3, three) == 0 : text[i] == c)
      return lines ? i + 2 : i;
  }
  return text.size() - 1;  // it does not end: the parser will say so
}

/// Throws UsageError for a document that is too large or has a key of too many parts.
void require_bounded(const std::string& text, const std::string& file) {
  if (text.size() > kLargestDocument)
    throw UsageError(file + ": longer than the " + std::to_string(kLargestDocument) + " bytes that are read");
  int parts = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = skipped(text, i);
    if (end == i && text[i] == '.')
      ++parts;
    else if (end == i && !std::isalnum(static_cast<unsigned char>(text[i])) &&
             std::string_view("_- \t").find(text[i]) == std::string_view::npos)
      parts = 1;
    if (parts > kMostParts)
      throw UsageError(file + ":" +
                       std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i), '\n')) +
                       ": a key of more than " + std::to_string(kMostParts) + " parts");
    i = end;
  }
}

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
  require_bounded(text, file);
  try {
    return to_json(toml::parse(text, file), file);
  } catch (const toml::parse_error& e) {
    throw UsageError(file + ":" + std::to_string(e.source().begin.line) +
                     ": not TOML: " + printable(std::string(e.description())));
  }
}

json command_line_value(const std::string& text) {
  try {
    const json document = toml_document("value = " + text, "--set");
    return document.size() == 1 ? document.at("value") : json(text);
  } catch (const UsageError&) {
    return text;
  }
}

json joined_list(const std::string& option, const json& value) {
  if (!value.is_array()) return value;
  std::string text;
  for (const json& element : value) {
    const std::optional<std::string> word = scalar_text(element);
    if (!word || element.is_boolean()) throw UsageError(option + " must list texts or numbers, got " + value_words(value));
    if (word->find(',') != std::string::npos)
      throw UsageError(option + ": '" + printable(*word) +
                       "' holds a comma, which separates names; give a column by its number");
    text += (text.empty() ? "" : ",") + *word;
  }
  return text;
}

json record_document(const std::filesystem::path& json_file) {
  const std::string text = json_file.extension() == ".gz" ? gunzipped(json_file) : file_content(json_file);
  const auto read = [&] {
    try {
      return parse_json(text);
    } catch (const UsageError& e) {
      throw UsageError("record " + printable(json_file.string()) + ": not a run record: " + e.what());
    }
  };
  const json record = read();
  try {
    const json config = record.at("config");
    if (config.contains("init_from"))
      throw UsageError("record " + json_file.string() + ": the run started from a dumped state (" +
                       config["init_from"].at("folder").get<std::string>() +
                       "), which a record does not hold; run experiment " + config.at("experiment").get<std::string>() +
                       " with --init-from instead");
    json document = {{"id", config.at("experiment")},
                     {"paper", ""},
                     {"title", "One run of " + printable(json_file.filename().string())},
                     {"description", "The run of the record " + printable(json_file.string()) + ", made again."}};
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
    if (!value.is_object()) throw UsageError(section.place() + ": " + name + " must be a table, got " + value_words(value));
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
