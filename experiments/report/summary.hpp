// What a check found, in Markdown: for the page of a job.
#pragma once

#include "experiments/report/verdicts.hpp"

namespace bcd {

/// A headline, the claims that differ with their evidence, runs that failed, then every claim with what was measured.
std::string summary_markdown(const std::vector<Results>& results, const std::vector<Judgement>& judgements);

}  // namespace bcd
