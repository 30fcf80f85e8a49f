// The studies of the plugins, by id.
#pragma once

#include <functional>
#include <string>

#include "algorithms/core/plugin.hpp"

namespace bcd {

/// Throws UsageError for an id that no plugin has.
const Study& find_study(const std::string& id);
/// Runs the study, on its data where it speaks of some.
StudyResult result_of(const Study& study);
/// How a study that a claim names comes to its result: made now, or kept from an earlier time.
using StudyRunner = std::function<StudyResult(const Study&)>;

}  // namespace bcd
