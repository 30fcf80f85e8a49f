#include "algorithms/bsum_ghauch2018/bsum_ghauch2018.hpp"
namespace bcd::bsum_ghauch2018 {
std::vector<Promise> promises() { return {}; }
std::unique_ptr<Audit> make_audit(const ParameterList&, const Problem<double>&) { return nullptr; }
}
