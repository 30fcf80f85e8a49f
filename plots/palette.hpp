// The look of a variant: ONE colour and dash per label, the same in every picture and in the report.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace bcd {

struct LineStyle {
  std::string colour;  ///< "#rrggbb" on a white ground
  std::string dark;    ///< the same hue where the ground is dark
  std::string dash;    ///< lengths of ink and gap in pixels, "9,9"; empty: a solid line
};

/// Colours that colour-blind readers can tell apart; past the last one they come again, dashed.
LineStyle line_style(std::size_t index);

/// A number for line_style per label. groups: the labels that stand in one figure together, figure by figure. Labels of one
/// group get different numbers, equal labels the same one. A further group changes an earlier label's number only where it puts
/// it beside another earlier one.
std::map<std::string, std::size_t> assign_styles(const std::vector<std::vector<std::string>>& groups);

}  // namespace bcd
