// One row or item for people and for programs: who says it, in which words, and what is no evidence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "results/claim.hpp"

namespace bcd {

/// "the paper", "our reading (guess: ...)", "derived here (algorithms/..., Theorem 2)", "control".
std::string who_says(const ClaimRow& row);
/// "\"the words\" (Section 3, p. 4)"; empty without words and place.
std::string quoted_words(const std::string& quote, const std::string& place);
/// Why a row is no evidence; empty where it is.
std::string no_evidence(const ClaimRow& row);

/// JSON whose keys stay in the order in which they were written.
using OrderedJson = nlohmann::ordered_json;

OrderedJson row_as_json(const ClaimRow& row);
OrderedJson item_as_json(const ItemRow& item);

}  // namespace bcd
