// A variant of an experiment file, and the grids that make several variants of one.
#pragma once

#include "algorithms/core/plugin.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {

/// Settings by their keys with the values each is to take. A key is written as in --set: a bare one is a parameter of the
/// algorithm, a dotted one a place in the file (run.iterations).
using Grid = std::vector<std::pair<std::string, std::vector<nlohmann::json>>>;

/// One variant with its overlays laid on.
struct Variant {
  std::string base;   ///< the label in the file
  std::string label;  ///< base, or base[alpha=2,run.iterations=5] for a point of a grid
  const Plugin* plugin = nullptr;
  nlohmann::json tables;  ///< run tables, parameters, and grid (key -> list of values)

  /// What an external command is given as `options`, by name.
  nlohmann::json options() const;
  /// A parameter of the algorithm, or one of the options.
  bool has_parameter(const std::string& name) const;
  /// Writes one setting. `origin` ("--set alpha=2") stands before the message of a UsageError about an unknown table.
  void set(const std::string& key, const nlohmann::json& value, const std::string& origin);
};

/// "alpha=0.1,1,10" as the command line gives it; commas within brackets and quotes do not separate. Throws UsageError unless
/// it is a list that holds nothing twice.
Grid::value_type parse_grid(const std::string& assignment);

/// As many as an experiment may have.
inline constexpr std::size_t kMostVariants = 10000;

/// All parameters of the variants' algorithms, for messages.
std::vector<std::string> parameter_names(const std::vector<Variant>& variants);
/// Every variant in place of its points: the grid of its file, with the command line's keys instead of or beside the file's. A
/// bare key of the command line concerns the variants whose algorithm has the parameter; none has it: UsageError. So are two variants with one label: their runs would count as one variant's.
std::vector<Variant> expanded(const std::vector<Variant>& variants, const Grid& command_line = {});

}  // namespace bcd
