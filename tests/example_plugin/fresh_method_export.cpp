// The new algorithm as a shared library, so that the contract suite can judge it without a build of the whole program.
#include "algorithms/core/plugin_entry.hpp"
#include "algorithms/fresh_method/fresh_method.hpp"

namespace {
bcd::Plugin fresh_method() { return bcd::fresh_method::paper().front(); }
}  // namespace

BCDBENCH_PLUGIN(fresh_method)
