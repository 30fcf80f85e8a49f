#include "plots/palette.hpp"

#include <array>
#include <set>

namespace bcd {
namespace {

struct Colour {
  const char *light, *dark;
};

/// The colours of Okabe and Ito (without the yellow, too pale for a line), a violet and a wine red. On a dark ground the
/// lightness of some is raised. tests/plots/palette_test.cpp measures how far apart every eye, colour-blind or not, sees them.
constexpr std::array<Colour, 9> kColours = {{{"#0072B2", "#2A8FD0"},
                                             {"#D55E00", "#D9640A"},
                                             {"#009E73", "#00B383"},
                                             {"#CC79A7", "#D88BB6"},
                                             {"#E69F00", "#E9A820"},
                                             {"#56B4E9", "#7CC7F2"},
                                             {"#000000", "#F2F4F7"},
                                             {"#7B2FD6", "#9258F0"},
                                             {"#882255", "#B03674"}}};
constexpr std::array<const char*, 4> kDashes = {"", "14,5,3,5", "3,4", "14,4,3,4,3,4"};

}  // namespace

LineStyle line_style(std::size_t index) {
  const Colour& colour = kColours[index % kColours.size()];
  return {colour.light, colour.dark, kDashes[index / kColours.size() % kDashes.size()]};
}

std::map<std::string, std::size_t> assign_styles(const std::vector<std::vector<std::string>>& groups) {
  std::map<std::string, std::set<std::string>> neighbours;
  for (const auto& group : groups)
    for (const std::string& label : group) neighbours[label].insert(group.begin(), group.end());

  std::map<std::string, std::size_t> styles;
  for (const auto& group : groups)
    for (const std::string& label : group) {
      if (styles.contains(label)) continue;
      std::set<std::size_t> taken;
      for (const std::string& other : neighbours[label])
        if (const auto found = styles.find(other); found != styles.end()) taken.insert(found->second);
      std::size_t index = 0;
      while (taken.contains(index)) ++index;
      styles[label] = index;
    }
  return styles;
}

}  // namespace bcd
