#include "experiments/report/claims_table.hpp"

#include <algorithm>
#include <set>

#include "algorithms/core/text.hpp"
#include "experiments/claims/judge.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "experiments/claims/words.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/run/records.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

ClaimEntry judged_entry(const ClaimRow& row, const std::string& scale, const fs::path& out) {
  ClaimEntry entry{row, scale, ClaimEntry::Source::records, {}};
  for (const std::string& id : row.records) entry.files.push_back((out / "runs" / (id + ".json")).string());
  return entry;
}

ClaimEntry reference_entry(const Experiment& experiment, const Claim& claim, const std::string& scale) {
  ClaimEntry entry;
  entry.scale = claim.scale.empty() ? scale : claim.scale;
  entry.row = ClaimRow{claim.id,         experiment.paper, claim.item, claim.statement, experiment.id, "", "",
                       verdict::not_run, claim.expect,     ""};
  if (const auto number = claim.number.find("reported"); number != claim.number.end())
    entry.row.reported = number_text(number->second);
  if (claim.kind == "not_testable") {
    entry.row.verdict = verdict::not_testable;
    entry.row.evidence = claim.text.at("reason");
    return entry;
  }
  const ReferenceClaim* reference = find_reference(claim.id);
  if (reference == nullptr || !reference->measured.contains(entry.scale)) return entry;
  entry.row.verdict = reference->verdict;
  entry.row.measured = reference->measured.at(entry.scale);
  entry.source = ClaimEntry::Source::reference;
  entry.files = {"results/reference/" + experiment.paper + ".json"};
  return entry;
}

std::vector<ClaimEntry> entries_of(const Experiment& experiment, const std::vector<ClaimRow>& rows, const std::string& scale,
                                   const fs::path& out) {
  std::vector<ClaimEntry> entries;
  for (std::size_t i = 0; i < experiment.claims.size(); ++i) {
    const bool judged = i < rows.size() && rows[i].verdict != verdict::not_run && rows[i].verdict != verdict::not_testable;
    entries.push_back(judged ? judged_entry(rows[i], scale, out) : reference_entry(experiment, experiment.claims[i], scale));
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
  return entry.files.front() + (entry.files.size() == 1 ? "" : " and " + std::to_string(entry.files.size() - 1) + " more");
}

std::string measured_text(const ClaimEntry& entry) {
  if (entry.row.verdict == verdict::not_testable) return "because: " + entry.row.evidence;
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

/// Where the verdicts come from, in one sentence.
std::string origin(const std::vector<ClaimEntry>& entries) {
  const auto count = [&](ClaimEntry::Source source) {
    return std::to_string(
        std::count_if(entries.begin(), entries.end(), [&](const ClaimEntry& e) { return e.source == source; }));
  };
  return count(ClaimEntry::Source::records) + " judged from records, " + count(ClaimEntry::Source::reference) +
         " as in the committed reference run (results/reference), " + count(ClaimEntry::Source::none) +
         " not testable or not run at their scale";
}

}  // namespace

std::vector<ClaimEntry> collect_claims(const std::vector<std::string>& papers, const std::string& scale, const fs::path& out) {
  Overrides overrides;
  overrides.scale = scale;
  std::vector<ClaimEntry> entries;
  for (const std::string& id : experiments_of(papers, overrides)) {
    const Experiment experiment = load_experiment(id, overrides);
    const std::vector<RunRecord> records = existing_records(experiment, out);
    const std::vector<ClaimRow> rows = records.empty() ? std::vector<ClaimRow>{} : judge(experiment, records, scale);
    for (ClaimEntry& entry : entries_of(experiment, rows, scale, out)) entries.push_back(std::move(entry));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const ClaimEntry& a, const ClaimEntry& b) { return a.row.paper < b.row.paper; });
  return entries;
}

std::string verdict_counts(const std::vector<ClaimRow>& rows) {
  std::set<std::string> verdicts;
  std::map<std::string, std::map<std::string, int>> papers;
  std::map<std::string, int> total;
  for (const ClaimRow& row : rows) {
    verdicts.insert(row.verdict);
    ++papers[row.paper][row.verdict];
    ++total[row.verdict];
  }
  std::vector<std::string> header{"paper", "claims"};
  header.insert(header.end(), verdicts.begin(), verdicts.end());
  std::vector<std::vector<std::string>> lines;
  const auto add = [&](const std::string& name, std::map<std::string, int>& counts) {
    std::vector<std::string> line{name, ""};
    int sum = 0;
    for (const std::string& verdict : verdicts) {
      line.push_back(std::to_string(counts[verdict]));
      sum += counts[verdict];
    }
    line[1] = std::to_string(sum);
    lines.push_back(std::move(line));
  };
  for (auto& [paper, counts] : papers) add(paper, counts);
  add("all", total);
  return table(header, lines);
}

std::vector<std::string> items_without_claim(const std::vector<ClaimEntry>& entries) {
  std::vector<std::string> gaps;
  for (const Paper& paper : papers()) {
    const auto of_paper = [&](const ClaimEntry& e) { return e.row.paper == paper.id; };
    if (std::none_of(entries.begin(), entries.end(), of_paper)) continue;
    for (const PaperItem& item : paper.items)
      if (std::none_of(entries.begin(), entries.end(),
                       [&](const ClaimEntry& e) { return of_paper(e) && names_number(e.row.item, item.number); }))
        gaps.push_back(paper.id + ", " + item.number + ": " + item.states);
  }
  return gaps;
}

std::string claims_as_text(const std::vector<ClaimEntry>& entries) {
  std::string out, paper;
  for (const ClaimEntry& entry : entries) {
    const ClaimRow& row = entry.row;
    if (row.paper != paper) out += (paper.empty() ? "" : "\n") + row.paper + "\n";
    paper = row.paper;
    out += "\n" + row.id + "  [" + row.item + "]  " + verdict_text(row) + "\n" + wrapped(row.statement, 4) +
           wrapped("measured: " + measured_text(entry) + (row.reported.empty() ? "" : "; the paper: " + row.reported), 4) +
           wrapped(row.experiment + ", scale " + entry.scale + ", evidence: " + files_text(entry), 4);
  }
  for (const std::string& gap : items_without_claim(entries)) out += "\nno claim: " + gap + "\n";
  return out + "\n" + verdict_counts(rows_of(entries)) + "\n" + origin(entries) + "\n";
}

std::string claims_as_markdown(const std::vector<ClaimEntry>& entries) {
  std::string out = "| paper | item | claim | statement | experiment | scale | the paper | measured | verdict | evidence |\n" +
                    std::string("|---|---|---|---|---|---|---|---|---|---|\n");
  for (const ClaimEntry& entry : entries) {
    const ClaimRow& row = entry.row;
    for (const std::string& cell : {row.paper, row.item, row.id, row.statement, row.experiment, entry.scale, row.reported,
                                    measured_text(entry), verdict_text(row), files_text(entry)})
      out += "| " + escaped(cell) + " ";
    out += "|\n";
  }
  for (const std::string& gap : items_without_claim(entries)) out += "\nNo claim: " + gap + "\n";
  return out + "\n" + origin(entries) + ".\n";
}

std::string claims_as_json(const std::vector<ClaimEntry>& entries) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ClaimEntry& entry : entries) {
    const ClaimRow& row = entry.row;
    list.push_back({{"claim", row.id},
                    {"paper", row.paper},
                    {"item", row.item},
                    {"statement", row.statement},
                    {"experiment", row.experiment},
                    {"scale", entry.scale},
                    {"reported", row.reported},
                    {"measured", row.measured},
                    {"verdict", row.verdict},
                    {"expected", row.expected},
                    {"source", source_text(entry.source)},
                    {"evidence", row.evidence},
                    {"files", entry.files}});
  }
  return list.dump(1) + "\n";
}

std::vector<std::string> update_reference(Reference& reference, const std::vector<ClaimEntry>& entries, bool accept) {
  std::vector<std::string> differences;
  std::map<std::string, ReferenceClaim> updated;
  for (const ClaimEntry& entry : entries) {
    const auto old = reference.claims.find(entry.row.id);
    ReferenceClaim claim = old == reference.claims.end() ? ReferenceClaim{entry.row.expected, {}} : old->second;
    const bool judged = entry.source == ClaimEntry::Source::records;
    const std::string& verdict = judged ? entry.row.verdict : entry.row.expected;
    const bool differs = verdict != claim.verdict;
    if (differs) differences.push_back(entry.row.id + ": '" + claim.verdict + "' -> '" + verdict + "'");
    if (differs && accept) claim.verdict = verdict;
    if (judged && (!differs || accept)) claim.measured[entry.scale] = entry.row.measured;
    updated[entry.row.id] = std::move(claim);
  }
  reference.claims = std::move(updated);
  return differences;
}

}  // namespace bcd
