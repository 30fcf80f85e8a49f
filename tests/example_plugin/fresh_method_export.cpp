// The new algorithm as a shared library, so that the contract suite can judge it without a build of the whole program.
#include "algorithms/core/shared_plugin.hpp"
#include "algorithms/fresh_method/fresh_method.hpp"

BCDBENCH_PLUGIN(bcd::fresh_method::plugin)
