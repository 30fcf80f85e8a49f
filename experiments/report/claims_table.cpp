#include "experiments/report/claims_table.hpp"

#include <algorithm>
#include <set>

#include "algorithms/core/text.hpp"
#include "experiments/claims/hypotheses.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/report/items.hpp"
#include "experiments/report/row_text.hpp"
#include "experiments/run/kept_studies.hpp"
#include "experiments/run/records.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

ClaimEntry judged_entry(const ClaimRow& row, const std::string& scale, const Shelf& shelf) {
  ClaimEntry entry{row, scale, ClaimEntry::Source::records, {}};
  for (const std::string& id : row.records) entry.files.push_back(record_file(shelf, id).string());
  return entry;
}

ClaimEntry reference_entry(const Experiment& experiment, const Claim& claim, const std::string& scale) {
  ClaimEntry entry;
  entry.scale = claim.scale.empty() ? scale : claim.scale;
  entry.row = row_of(claim, experiment.paper, experiment.id);
  if (const auto number = claim.number.find("reported"); number != claim.number.end())
    entry.row.reported = number_text(number->second);
  if (claim.kind == "not_testable") {
    decide(entry.row, claim, Outcome::not_testable);
    entry.row.evidence = claim.text.at("reason");
    return entry;
  }
  const std::vector<std::string> shipped = experiment_ids();  // the reference knows nothing of other files
  if (std::find(shipped.begin(), shipped.end(), experiment.id) == shipped.end()) return entry;
  const ReferenceClaim* reference = find_reference(claim.id);
  if (reference == nullptr || !reference->measured.contains(entry.scale)) return entry;
  decide(entry.row, claim, outcome_of(reference->verdict_at(entry.scale)));
  entry.row.measured = reference->measured.at(entry.scale);
  entry.source = ClaimEntry::Source::reference;
  entry.files = {"results/reference/" + experiment.paper + ".json"};
  return entry;
}

std::vector<ClaimEntry> entries_of(const Experiment& experiment, const std::vector<ClaimRow>& rows, const std::string& scale,
                                   const Shelf& shelf) {
  std::vector<ClaimEntry> entries;
  for (std::size_t i = 0; i < experiment.claims.size(); ++i) {
    const Outcome outcome = i < rows.size() ? outcome_of(rows[i].verdict) : Outcome::not_run;
    const bool judged = outcome != Outcome::not_run && outcome != Outcome::not_testable;
    entries.push_back(judged ? judged_entry(rows[i], scale, shelf) : reference_entry(experiment, experiment.claims[i], scale));
  }
  return entries;
}

const char* source_text(ClaimEntry::Source source) {
  switch (source) {
    case ClaimEntry::Source::records:
      return "records";
    case ClaimEntry::Source::reference:
      return "reference";
    case ClaimEntry::Source::none:
      break;
  }
  return "none";
}

/// The verdict, with the expectation where it is another one.
std::string verdict_text(const ClaimRow& row) {
  return row.as_expected() ? row.verdict : row.verdict + " (expected: " + row.expected + ")";
}

/// The first file and the number of the others.
std::string files_text(const ClaimEntry& entry) {
  if (entry.files.empty()) return "-";
  return entry.files.front() + (entry.files.size() == 1 ? "" : " and " + std::to_string(entry.files.size() - 1) + " more") +
         (entry.row.archive.empty() ? "" : "; " + entry.row.archive);
}

std::string measured_text(const ClaimEntry& entry) {
  if (outcome_of(entry.row.verdict) == Outcome::not_testable) return "because: " + entry.row.evidence;
  return entry.row.measured.empty() ? "-" : entry.row.measured;
}

/// For one run of a Markdown table: bars (norms) are the columns' separator.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::vector<ClaimRow> rows_of(const std::vector<ClaimEntry>& entries) {
  std::vector<ClaimRow> rows;
  for (const ClaimEntry& entry : entries) rows.push_back(entry.row);
  return rows;
}

std::string markdown_row(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += "| " + escaped(cell) + " ";
  return line + "|\n";
}

std::string shown_verdict(const ItemRow& item) {
  return item.verdict == "not reproduced" ? "not reproduced under the settings tried" : item.verdict;
}

std::string words_of(const ItemRow& item) {
  const std::string words = quoted_words(item.quote, item.place);
  return item.states + (words.empty() ? "" : ". " + words) + (item.note.empty() ? "" : ". " + item.note);
}

/// One row with all that is known of it, indented under its item.
std::string row_text(const ClaimEntry& entry) {
  const ClaimRow& row = entry.row;
  const std::string words = quoted_words(row.quote, row.place);
  std::string text = "\n  " + row.id + "  [" + row.item + "]  " + verdict_text(row) + ", " + row.finding + "\n" +
                     wrapped(row.statement, 6) + wrapped(who_says(row) + (words.empty() ? "" : ": " + words), 6);
  if (!row.is_evidence()) text += wrapped(no_evidence(row), 6);
  return text + wrapped("measured: " + measured_text(entry) + (row.reported.empty() ? "" : "; the paper: " + row.reported), 6) +
         wrapped(row.experiment + ", scale " + entry.scale + ", evidence: " + files_text(entry), 6);
}

/// Where the verdicts come from, in one sentence.
std::string origin_text(const std::vector<ClaimEntry>& entries) {
  const auto count = [&](ClaimEntry::Source source) {
    return std::to_string(
        std::count_if(entries.begin(), entries.end(), [&](const ClaimEntry& e) { return e.source == source; }));
  };
  const auto left = std::count_if(entries.begin(), entries.end(), [](const ClaimEntry& e) { return e.other_version; });
  const auto archived =
      std::count_if(entries.begin(), entries.end(), [](const ClaimEntry& e) { return !e.row.archive.empty(); });
  return count(ClaimEntry::Source::records) + " judged from records" +
         (archived == 0 ? "" : " (" + std::to_string(archived) + " from the archive)") + ", " +
         count(ClaimEntry::Source::reference) + " as in the committed reference run (results/reference), " +
         count(ClaimEntry::Source::none) + " not testable or not run at their scale" +
         (left == 0 ? ""
                    : "; for " + std::to_string(left) + " there are records of another version of the code: --any-version");
}

}  // namespace

std::vector<ClaimEntry> collect_claims(const std::vector<std::string>& experiments, const Overrides& overrides,
                                       const Shelf& shelf) {
  const std::string& scale = overrides.scale;
  std::vector<ClaimEntry> entries;
  for (const std::string& id : experiments) {
    const Experiment experiment = load_experiment(id, overrides);
    const auto [records, other_versions] = existing_records(experiment, shelf);
    // An experiment without runs has studies only: they are made beside the records of other experiments.
    const bool judged_here = !records.empty() || (experiment.runs.empty() && fs::exists(record_folder(shelf.out)));
    const std::vector<ClaimRow> rows =
        judged_here ? judge(experiment, records, scale, kept_studies(shelf.out)) : std::vector<ClaimRow>{};
    for (ClaimEntry& entry : entries_of(experiment, rows, scale, shelf)) {
      entry.other_version = other_versions > 0 && entry.source != ClaimEntry::Source::records &&
                            outcome_of(entry.row.verdict) != Outcome::not_testable;
      entries.push_back(std::move(entry));
    }
  }
  refuse_circles(rows_of(entries));
  std::vector<ClaimRow*> judged;
  for (ClaimEntry& entry : entries)
    if (entry.source == ClaimEntry::Source::records) judged.push_back(&entry.row);
  settle_hypotheses(judged);
  std::stable_sort(entries.begin(), entries.end(),
                   [](const ClaimEntry& a, const ClaimEntry& b) { return a.row.paper < b.row.paper; });
  return entries;
}

std::vector<ClaimRow> with_the_rest(const std::vector<ClaimRow>& judged, const std::string& scale) {
  using Name = std::pair<std::string, std::string>;  // a file of the user's may have a claim of the same id: another row
  std::map<Name, const ClaimRow*> known;
  std::set<std::string> papers;
  for (const ClaimRow& row : judged)
    if (row.paper != kNoPaper) known[{row.experiment, row.id}] = &row, papers.insert(row.paper);
  Overrides overrides;
  overrides.scale = scale;
  std::vector<ClaimRow> rows;
  std::set<Name> taken;
  for (const std::string& id : experiment_ids()) {
    if (!papers.contains(id.substr(0, id.find('-')))) continue;  // <paper>-<stem>
    const Experiment experiment = load_experiment(id, overrides);
    for (const Claim& claim : experiment.claims) {
      const auto own = known.find({id, claim.id});
      const bool decided = own != known.end() && outcome_of(own->second->verdict) != Outcome::not_run;
      rows.push_back(decided ? *own->second : reference_entry(experiment, claim, scale).row);
      taken.insert({id, claim.id});
    }
  }
  for (const ClaimRow& row : judged)
    if (!taken.contains({row.experiment, row.id})) rows.push_back(row);
  return rows;
}

namespace {

/// Of files whose author speaks, or names a paper of which nothing is known but its name.
std::string rows_without_paper(const std::vector<ClaimEntry>& entries, bool unfold) {
  std::map<std::string, std::vector<const ClaimEntry*>> groups;
  for (const ClaimEntry& entry : entries)
    if (std::none_of(papers().begin(), papers().end(), [&](const Paper& paper) { return paper.id == entry.row.paper; }))
      groups[entry.row.paper].push_back(&entry);
  std::string out;
  for (const auto& [paper, own] : groups) {
    out += "\n" + paper + (paper == kNoPaper ? ": what the files' authors say\n" : "\n");
    std::vector<std::vector<std::string>> lines;
    for (const ClaimEntry* entry : own) {
      if (unfold) out += row_text(*entry);
      lines.push_back(
          {entry->row.id, verdict_text(entry->row), measured_text(*entry), entry->row.experiment, entry->row.statement});
    }
    if (!unfold) out += table({"claim", "verdict", "measured", "experiment", "statement"}, lines);
  }
  return out;
}

}  // namespace

std::string claims_as_text(const std::vector<ClaimEntry>& entries, bool unfold) {
  const std::vector<ClaimRow> rows = rows_of(entries);
  const std::vector<ItemRow> items = items_of(rows);
  std::string out;
  for (const std::string& counts : {item_counts(items), finding_counts(rows)}) out += counts + (counts.empty() ? "" : "\n");
  out += origin_text(entries) + "\n";
  for (const Paper& paper : papers()) {
    std::vector<std::vector<std::string>> lines;
    std::set<std::string> shown;
    std::string unfolded;
    for (const ItemRow& item : items) {
      if (item.paper != paper.id) continue;
      lines.push_back({item.number, shown_verdict(item), item.states, item.note});
      unfolded += "\n" + item.number + ": " + shown_verdict(item) + "\n" + wrapped(words_of(item), 2);
      for (const ClaimEntry& entry : entries)
        if (std::find(item.rows.begin(), item.rows.end(), entry.row.id) != item.rows.end()) {
          unfolded += shown.insert(entry.row.id).second ? row_text(entry) : "\n  " + entry.row.id + ", above\n";
        }
    }
    if (lines.empty()) continue;
    std::string beside;
    for (const ClaimEntry& entry : entries)
      if (entry.row.paper == paper.id && !shown.contains(entry.row.id)) beside += row_text(entry);
    out += "\n" + paper.id + ": " + paper.authors + ", " + paper.title + " (" + paper.published + ")\n" +
           wrapped(paper.summary, 2) + "\n";
    out += unfold ? unfolded + (beside.empty() ? "" : "\nrows about no item\n" + beside)
                  : table({"item", "verdict", "what it states", "rows"}, lines);
  }
  return out + rows_without_paper(entries, unfold);
}

std::string claims_as_markdown(const std::vector<ClaimEntry>& entries, bool unfold) {
  const std::vector<ItemRow> items = items_of(rows_of(entries));
  std::string out =
      markdown_row({"paper", "item", "verdict", "what it states", "the paper's words", "rows"}) + "|---|---|---|---|---|---|\n";
  for (const ItemRow& item : items)
    out += markdown_row(
        {item.paper, item.number, shown_verdict(item), item.states, quoted_words(item.quote, item.place), item.note});
  if (unfold) {
    out += "\n" +
           markdown_row({"paper", "item", "claim", "who", "statement", "experiment", "scale", "the paper", "measured",
                         "verdict", "finding", "evidence"}) +
           "|---|---|---|---|---|---|---|---|---|---|---|---|\n";
    for (const ClaimEntry& entry : entries) {
      const ClaimRow& row = entry.row;
      out += markdown_row({row.paper, row.item, row.id, who_says(row), row.statement, row.experiment, entry.scale, row.reported,
                           measured_text(entry), verdict_text(row), row.finding, files_text(entry)});
    }
  }
  return out + "\n" + origin_text(entries) + ".\n";
}

std::string claims_as_json(const std::vector<ClaimEntry>& entries) {
  OrderedJson items = OrderedJson::array(), list = OrderedJson::array();
  for (const ItemRow& item : items_of(rows_of(entries))) items.push_back(item_as_json(item));
  for (const ClaimEntry& entry : entries) {
    OrderedJson row = row_as_json(entry.row);
    row["scale"] = entry.scale;
    row["source"] = source_text(entry.source);
    row["files"] = entry.files;
    list.push_back(std::move(row));
  }
  return json_text(OrderedJson{{"items", items}, {"claims", list}}, 1) + "\n";
}

std::vector<std::string> update_reference(Reference& reference, const std::vector<ClaimEntry>& entries, bool accept) {
  std::vector<std::string> differences;
  std::map<std::string, ReferenceClaim> updated;
  for (const ClaimEntry& entry : entries) {
    const auto old = reference.claims.find(entry.row.id);
    ReferenceClaim claim = old == reference.claims.end() ? ReferenceClaim{entry.row.expected, {}} : old->second;
    const bool judged = entry.source == ClaimEntry::Source::records;
    const std::string& verdict = judged ? entry.row.verdict : entry.row.expected;
    const std::string expected = claim.verdict_at(entry.scale);
    const bool differs = verdict != expected;
    if (differs) differences.push_back(entry.row.id + ": '" + expected + "' -> '" + verdict + "'");
    if (differs && accept) claim.expect(entry.scale, verdict);
    if (judged && (!differs || accept)) claim.measured[entry.scale] = entry.row.measured;
    updated[entry.row.id] = std::move(claim);
  }
  reference.claims = std::move(updated);
  return differences;
}

}  // namespace bcd
