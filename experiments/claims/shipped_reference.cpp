#include "experiments/claims/shipped_reference.hpp"

#include "experiments/build/embedded.hpp"

namespace bcd {

Reference reference_of(const std::string& paper) {
  for (const EmbeddedFile& file : embedded_references())
    if (file.name == paper) return parse_reference(std::string(file.text), "results/reference/" + paper + ".json");
  return {};
}

const ReferenceClaim* find_reference(const std::string& claim) {
  static const std::map<std::string, ReferenceClaim> all = [] {
    std::map<std::string, ReferenceClaim> merged;
    for (const EmbeddedFile& file : embedded_references()) merged.merge(reference_of(std::string(file.name)).claims);
    return merged;
  }();
  const auto at = all.find(claim);
  return at == all.end() ? nullptr : &at->second;
}

}  // namespace bcd
