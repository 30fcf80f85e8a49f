// Which variant has which colour: the same in every figure of every experiment, whatever part of them is drawn.
#pragma once

#include <map>
#include <optional>

#include "experiments/run/records.hpp"

namespace bcd {

/// A number for line_style (plots/palette.hpp) per label.
using Styles = std::map<std::string, std::size_t>;

/// The styles over the figures of ALL experiments of the program, then of the results, which may be a user's file or a grid.
Styles figure_styles(const std::vector<Results>& results);

std::optional<std::size_t> style_of(const Styles& styles, const std::string& label);

}  // namespace bcd
