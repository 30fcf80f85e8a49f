// What an experiment file holds before it is understood: TOML and records as one tree of tables, and how overlays are laid on.
#pragma once

#include <filesystem>

#include "experiments/toml/section.hpp"

namespace bcd {

/// The tables that describe a run; the base of the file, its scales and its variants may each hold any of them.
inline const std::vector<std::string> kRunTables = {"dataset", "network", "loss", "init", "run"};

/// Throws UsageError with file and line on a syntax error.
nlohmann::json toml_document(const std::string& text, const std::string& file);
/// A value as written on the command line: a TOML value (5, 1e-3, true, [30, 30], "relu") or, failing that, plain text.
nlohmann::json command_line_value(const std::string& text);
/// Options of a dataset that name several things (columns, widths) are texts with commas; a list of a TOML file or of the command
/// line is such a text. Everything else stays. Throws UsageError for an element that is no text or number, or holds a comma.
nlohmann::json joined_list(const std::string& option, const nlohmann::json& value);
/// A run record (or the run.json of a dump) as an experiment of one variant and one seed: a record is a recipe.
nlohmann::json record_document(const std::filesystem::path& json_file);

/// The run tables of a section (and `parameters` and `grid`, which only a variant has), checked to be tables. Marks their keys
/// as known.
nlohmann::json read_layer(Section& section, bool of_variant);
/// Lays `top` over `tables`, key by key. A top layer that names ANOTHER dataset replaces the dataset table as a whole: the
/// options below it belong to the other source.
void lay_over(nlohmann::json& tables, const nlohmann::json& top);

}  // namespace bcd
