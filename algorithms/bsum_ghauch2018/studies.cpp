#include "algorithms/bsum_ghauch2018/bsum_ghauch2018.hpp"
namespace bcd::bsum_ghauch2018 {
std::vector<Study> studies() { return {}; }
}
