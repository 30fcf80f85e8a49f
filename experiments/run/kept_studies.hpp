// Results of studies, kept beside the records: all of them together take a minute, and no verb should take it twice.
#pragma once

#include <filesystem>

#include "experiments/claims/study.hpp"

namespace bcd {

/// Takes a study's result from OUT/studies/<id>.json where this version of the code made it, else runs the study and keeps its
/// result there. Not kept: studies of shared libraries and of data, and all where there is no folder `out` or it takes no file.
StudyRunner kept_studies(const std::filesystem::path& out);

}  // namespace bcd
