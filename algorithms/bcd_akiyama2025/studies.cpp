#include "algorithms/bcd_akiyama2025/bcd_akiyama2025.hpp"

namespace bcd::bcd_akiyama2025 {

std::vector<Study> studies() { return {}; }

}  // namespace bcd::bcd_akiyama2025
