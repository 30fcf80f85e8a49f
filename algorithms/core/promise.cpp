#include "algorithms/core/promise.hpp"

namespace bcd {

std::string PromiseResult::verdict() const {
  if (!not_applicable.empty()) return "not applicable";
  if (violations > 0) return "violated";
  if (!inconclusive.empty() || checks == 0) return "inconclusive";
  return "holds";
}

}  // namespace bcd
