#include "experiments/report/items.hpp"

#include <algorithm>
#include <map>

#include "algorithms/core/text.hpp"
#include "experiments/claims/verdict.hpp"

namespace bcd {

namespace {

bool is_true(const ClaimRow& row) { return outcome_of(row.verdict) == Outcome::holds; }
/// Whether the row speaks for itself, as the paper's statement does.
bool is_statement(const ClaimRow& row) { return row.origin == origin::paper && row.kind != "reported"; }
bool is_trial(const ClaimRow& row) { return row.origin == origin::reading || row.kind == "reported"; }

/// "3 hold, 1 not decided; 2 are no evidence".
std::string division(const std::vector<const ClaimRow*>& rows) {
  std::map<std::string, int> verdicts;
  int mute = 0;
  for (const ClaimRow* row : rows)
    if (row->is_evidence())
      ++verdicts[row->verdict];
    else
      ++mute;
  std::string text;
  for (const auto& [verdict, count] : verdicts) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + verdict;
  if (mute > 0) text += (text.empty() ? "" : "; ") + std::to_string(mute) + (mute == 1 ? " is" : " are") + " no evidence";
  return (rows.size() == 1 ? "1 row: " : std::to_string(rows.size()) + " rows: ") + text;
}

/// What the trials say together: a reading, the rows with the same guess, is as good as its weakest row, and the item as its best
/// reading. Empty where nothing is tried.
std::string word_of_trials(const std::vector<const ClaimRow*>& evidence) {
  static const std::vector<std::pair<Outcome, std::string>> order = {{Outcome::violated, "not reproduced"},
                                                                     {Outcome::inconclusive, "not decided"},
                                                                     {Outcome::not_run, "not run"},
                                                                     {Outcome::holds, "reproduced"}};
  std::map<std::string, std::size_t> readings;  // the guess, the place in the order
  for (const ClaimRow* row : evidence) {
    const auto at = std::find_if(order.begin(), order.end(),
                                 [outcome = outcome_of(row->verdict)](const auto& entry) { return entry.first == outcome; });
    if (!is_trial(*row) || at == order.end()) continue;
    const auto place = static_cast<std::size_t>(at - order.begin());
    const auto [reading, is_new] = readings.emplace(row->basis, place);
    if (!is_new) reading->second = std::min(reading->second, place);
  }
  std::size_t best = 0;
  for (const auto& [guess, place] : readings) best = std::max(best, place);
  return readings.empty() ? "" : order[best].second;
}

std::string word_for(const std::vector<const ClaimRow*>& rows) {
  std::vector<const ClaimRow*> evidence;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(evidence), [](const ClaimRow* row) { return row->is_evidence(); });
  const auto any = [&](auto&& test) {
    return std::any_of(evidence.begin(), evidence.end(), [&](const ClaimRow* row) { return test(*row); });
  };
  const auto found = [&](Outcome outcome) {
    return any([&](const ClaimRow& row) { return row.origin != origin::control && outcome_of(row.verdict) == outcome; });
  };
  if (rows.empty()) return "no claim";
  if (any([](const ClaimRow& row) { return !row.corrects.empty() && is_true(row); })) return "holds as corrected";
  if (any([](const ClaimRow& row) { return row.finding == finding::against; })) return "fails";
  if (any([](const ClaimRow& row) { return is_statement(row) && outcome_of(row.verdict) == Outcome::inconclusive; }))
    return "not decided";
  if (any([](const ClaimRow& row) {
        return (is_statement(row) || (row.origin == origin::derived && row.finding == finding::supports)) && is_true(row);
      }))
    return "holds";
  const auto number_missed = [](const ClaimRow& row) {
    return row.kind == "reported" && row.origin != origin::reading && outcome_of(row.verdict) == Outcome::violated;
  };
  if (any(number_missed)) return "not reproduced";
  if (const std::string word = word_of_trials(evidence); !word.empty()) return word;
  if (found(Outcome::inconclusive) || found(Outcome::not_applicable)) return "not decided";
  if (found(Outcome::not_run)) return "not run";
  return found(Outcome::not_testable) ? "not testable" : "not decided";
}

/// Why an item is not decided: the statement that is open, or whose hypothesis is unmet; else why its rows are no evidence.
std::string what_is_open(const std::vector<const ClaimRow*>& rows) {
  for (const auto& [outcome, why] :
       {std::pair(Outcome::inconclusive, "; open: "), {Outcome::not_applicable, "; unmet hypothesis: "}})
    for (const ClaimRow* row : rows)
      if (row->is_evidence() && row->origin != origin::control && outcome_of(row->verdict) == outcome)
        return why + row->statement;
  for (const ClaimRow* row : rows)
    if (!row->implied_by.empty()) return "; the check cannot fail: " + row->implied_by;
  const bool observed = std::all_of(rows.begin(), rows.end(), [](const ClaimRow* row) {
    return row->origin == origin::derived || row->origin == origin::control;
  });
  return observed ? "; observations of ours only" : "";
}

std::string note_for(const std::string& verdict, const std::vector<const ClaimRow*>& rows) {
  if (rows.empty()) return "";
  std::string corrections;
  if (verdict == "holds as corrected")
    for (const ClaimRow* row : rows)
      if (!row->corrects.empty() && is_true(*row) && corrections.find(row->corrects) == std::string::npos)
        corrections += (corrections.empty() ? "with " : "; ") + row->corrects;
  return (corrections.empty() ? "" : corrections + "; ") + division(rows) +
         (verdict == "not decided" ? what_is_open(rows) : "");
}

/// A line per paper and their sum; the columns in the order of `words`, but only those that occur.
std::string counts(const std::string& what, const std::vector<std::pair<std::string, std::string>>& paper_and_word,
                   const std::vector<std::string>& words) {
  if (paper_and_word.empty()) return "";
  std::map<std::string, std::map<std::string, int>> papers;
  std::map<std::string, int> total;
  for (const auto& [paper, word] : paper_and_word) {
    ++papers[paper][word];
    ++total[word];
  }
  std::vector<std::string> header{"paper", what};
  for (const std::string& word : words)
    if (total.contains(word)) header.push_back(word);
  std::vector<std::vector<std::string>> lines;
  const auto add = [&](const std::string& name, std::map<std::string, int>& of) {
    std::vector<std::string> line{name, ""};
    int sum = 0;
    for (std::size_t i = 2; i < header.size(); ++i) {
      line.push_back(std::to_string(of[header[i]]));
      sum += of[header[i]];
    }
    line[1] = std::to_string(sum);
    lines.push_back(std::move(line));
  };
  for (auto& [paper, of] : papers) add(paper, of);
  if (papers.size() > 1) add("all", total);
  return table(header, lines);
}

}  // namespace

ItemRow item_of_rows(const Paper& paper, const PaperItem& item, const std::vector<const ClaimRow*>& rows) {
  ItemRow line{paper.id, item.number, item.states, item.quote, item.place, word_for(rows), "", {}};
  line.note = note_for(line.verdict, rows);
  for (const ClaimRow* row : rows) line.rows.push_back(row->id);
  return line;
}

std::vector<ItemRow> items_of(const Paper& paper, const std::vector<ClaimRow>& rows) {
  std::vector<std::vector<const ClaimRow*>> named(paper.items.size()), loosely(paper.items.size());
  for (const ClaimRow& row : rows) {
    if (row.paper != paper.id) continue;
    for (const std::size_t i : items_named(paper, row.item)) named[i].push_back(&row);
    for (std::size_t i = 0; i < paper.items.size(); ++i)
      if (names_number(row.item, paper.items[i].number)) loosely[i].push_back(&row);
  }
  std::vector<ItemRow> items;
  for (std::size_t i = 0; i < paper.items.size(); ++i)
    items.push_back(item_of_rows(paper, paper.items[i], named[i].empty() ? loosely[i] : named[i]));
  return items;
}

std::vector<ItemRow> items_of(const std::vector<ClaimRow>& rows) {
  std::vector<ItemRow> all;
  for (const Paper& paper : papers()) {
    if (std::none_of(rows.begin(), rows.end(), [&](const ClaimRow& row) { return row.paper == paper.id; })) continue;
    for (ItemRow& item : items_of(paper, rows)) all.push_back(std::move(item));
  }
  return all;
}

std::string item_counts(const std::vector<ItemRow>& items) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const ItemRow& item : items) words.emplace_back(item.paper, item.verdict);
  return counts("items", words,
                {"holds", "holds as corrected", "fails", "reproduced", "not reproduced", "not decided", "not testable",
                 "not run", "no claim"});
}

std::string finding_counts(const std::vector<ClaimRow>& rows) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const ClaimRow& row : rows)
    if (row.paper != kNoPaper)
      words.emplace_back(row.paper, outcome_of(row.verdict) == Outcome::not_run ? "not run" : row.finding);
  std::vector<std::string> order = finding::all;
  order.emplace_back("not run");
  return counts("rows", words, order);
}

}  // namespace bcd
