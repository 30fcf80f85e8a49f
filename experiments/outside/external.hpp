// The algorithm `external`: a command of the user's, in any language, that trains on request. The protocol: experiments/outside/external.md.
//
// It is an algorithm to the program (same runner, clocks, evaluator, records), but not one of algorithms/: those never open files
// and know nothing of processes. This adapter belongs to the runner's side, and joins the registry when the program starts.
#pragma once

#include "algorithms/core/plugin.hpp"

namespace bcd {

Plugin external_plugin();

/// Adds it to the registry, once.
void register_external();

}  // namespace bcd
