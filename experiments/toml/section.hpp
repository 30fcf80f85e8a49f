// One table of an experiment file while it is read: typed access, and a record of which keys exist, so that each key is written
// once (where it is read) and every other key in the file is an error that names place, valid keys and the nearest.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "algorithms/core/parameters.hpp"

namespace bcd {

class Section {
 public:
  /// place: "zeng2019-fig1.toml: [network]". Throws UsageError unless `table` is a table.
  Section(nlohmann::json table, std::string place);

  bool has(const std::string& key) const { return table_.contains(key); }
  const std::string& place() const { return place_; }
  /// The whole table, for who lays tables over each other; marks no key as known.
  const nlohmann::json& as_json() const { return table_; }

  /// Each returns the value of the key, or the fallback where the key is absent; without a fallback the key is required.
  std::string text(const std::string& key, const std::optional<std::string>& fallback = {});
  /// As text, on one line: names and what is written into pictures.
  std::string line(const std::string& key, const std::optional<std::string>& fallback = {});
  std::string choice(const std::string& key, const std::vector<std::string>& valid,
                     const std::optional<std::string>& fallback = {});
  double number(const std::string& key, Range range = Range::any(), std::optional<double> fallback = {});
  std::int64_t integer(const std::string& key, Range range, std::optional<std::int64_t> fallback = {});
  bool flag(const std::string& key, bool fallback);
  std::vector<std::string> texts(const std::string& key);
  std::vector<std::int64_t> integers(const std::string& key, Range range);
  /// The value as it stands; null when absent.
  nlohmann::json raw(const std::string& key);
  /// A table, or an array of tables (named in messages by `name` and number); empty when absent.
  Section table(const std::string& key);
  std::vector<Section> tables(const std::string& key);
  /// A table whose keys are not the file format's (an algorithm's parameters, a dataset's options): every value as text.
  std::map<std::string, std::string> text_map(const std::string& key);
  /// All keys not read so far, as text.
  std::map<std::string, std::string> rest();

  /// Throws UsageError on a key that was never asked for.
  void done() const;
  /// Runs body; a UsageError gets the place in front.
  template <class Body>
  auto located(Body&& body) const {
    try {
      return body();
    } catch (const UsageError& e) {
      throw UsageError(place_ + ": " + e.what());
    }
  }

 private:
  const nlohmann::json* find(const std::string& key, bool required);
  [[noreturn]] void wrong(const std::string& key, const std::string& wanted, const nlohmann::json& got) const;
  std::int64_t whole(const std::string& key, const nlohmann::json& value, const Range& range) const;
  std::map<std::string, std::string> as_text(const nlohmann::json& table) const;

  nlohmann::json table_;
  std::string place_;
  std::set<std::string> known_;
};

/// A number, truth value or text as the text that ParameterList::set and load_dataset read; nothing for arrays and tables.
std::optional<std::string> scalar_text(const nlohmann::json& value);
/// A value as messages show it: JSON, with nan and inf as they are written in TOML, and not too long.
std::string value_words(const nlohmann::json& value);

}  // namespace bcd
