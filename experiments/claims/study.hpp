// The studies of the plugins, by id.
#pragma once

#include <string>

#include "algorithms/core/plugin.hpp"

namespace bcd {

/// Throws UsageError for an id that no plugin has.
const Study& find_study(const std::string& id);
/// Runs the study, on its data where it speaks of some.
StudyResult result_of(const Study& study);

}  // namespace bcd
