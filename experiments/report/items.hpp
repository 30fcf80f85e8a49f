// A paper's items, one line each, in the paper's order: what the rows about an item say together.
#pragma once

#include <string>
#include <vector>

#include "experiments/file/paper.hpp"
#include "results/claim.hpp"

namespace bcd {

/// The verdict on an item, from the rows that are evidence:
///   holds as corrected   a derived row that corrects it is true
///   fails                a row is against the paper
///   not decided          else a statement of the paper is not decided
///   holds                else the paper's own statement (or one of ours that supports it) is true
///   reproduced, not reproduced   else readings and reported numbers: one number of stated settings that is not reproduced
///                        decides; a reading (the rows with the same guess) is as good as its weakest row, and the item as its
///                        best reading
///   not decided, not run, not testable   else whatever comes first of these
///   no claim             no row is about it: a gap
ItemRow item_of_rows(const Paper& paper, const PaperItem& item, const std::vector<const ClaimRow*>& rows);

/// Every item of the paper. A row stands under each item that its own `item` names; where it names "Theorem 1(a)" and that is an
/// item, not under "Theorem 1", unless that would have no row.
std::vector<ItemRow> items_of(const Paper& paper, const std::vector<ClaimRow>& rows);
/// The items of all papers that the rows speak of.
std::vector<ItemRow> items_of(const std::vector<ClaimRow>& rows);

/// How many items have which verdict, a line per paper and their sum.
std::string item_counts(const std::vector<ItemRow>& items);
/// How many rows support, contradict and leave their paper, a line per paper and their sum; and how many were not run. What the
/// authors of files say for themselves is not counted.
std::string finding_counts(const std::vector<ClaimRow>& rows);

}  // namespace bcd
