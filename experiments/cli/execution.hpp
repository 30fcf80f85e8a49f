// How runs are made, from a verb's options.
#pragma once

#include "experiments/cli/selection.hpp"

namespace bcd {

void add_execution_options(OptionList& options);
/// The options of execution, checked; sets the number of threads.
RunOptions execution(const CommandLine& options, const Selection& selection);

}  // namespace bcd
