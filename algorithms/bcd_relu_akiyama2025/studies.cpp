#include "algorithms/bcd_relu_akiyama2025/bcd_relu_akiyama2025.hpp"

namespace bcd::bcd_relu_akiyama2025 {

std::vector<Study> studies() { return {}; }

}  // namespace bcd::bcd_relu_akiyama2025
