// What a claim owes its reader: who speaks, in which words or on which ground; and that its verdict cannot negate its text.
#pragma once

#include <string>
#include <vector>

#include "experiments/experiment.hpp"

namespace bcd {

/// What is wrong with the claim, one sentence each; none for a claim that an author could sign. item_has_words: whether an item that
/// the claim names quotes the paper.
std::vector<std::string> faults_of(const Claim& claim, bool item_has_words);

}  // namespace bcd
