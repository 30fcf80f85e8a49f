#include "experiments/report/claims_export.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "experiments/claims/verdict.hpp"
#include "experiments/report/row_text.hpp"

namespace bcd {

namespace {

/// Keeps the entries for which `key` is one of `wanted`.
void keep(std::vector<ClaimEntry>& entries, const std::string& what, const std::vector<std::string>& wanted,
          const std::function<std::string(const ClaimEntry&)>& key, std::set<std::string> there = {}) {
  if (wanted.empty()) return;
  for (const ClaimEntry& entry : entries) there.insert(key(entry));
  for (const std::string& name : wanted)
    if (!there.contains(name)) throw UsageError(unknown_name(what, name, {there.begin(), there.end()}));
  std::erase_if(entries,
                [&](const ClaimEntry& entry) { return std::find(wanted.begin(), wanted.end(), key(entry)) == wanted.end(); });
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) line += (line.empty() ? "" : ",") + csv_field(cell);
  return line + "\n";
}

std::string latex(const std::string& text) {
  static const std::map<char, std::string> special = {{'\\', "\\textbackslash{}"},
                                                      {'{', "\\{"},
                                                      {'}', "\\}"},
                                                      {'$', "\\$"},
                                                      {'&', "\\&"},
                                                      {'#', "\\#"},
                                                      {'%', "\\%"},
                                                      {'_', "\\_"},
                                                      {'^', "\\textasciicircum{}"},
                                                      {'~', "\\textasciitilde{}"},
                                                      {'<', "\\textless{}"},
                                                      {'>', "\\textgreater{}"},
                                                      {'|', "\\textbar{}"}};
  std::string out;
  for (const char c : text) {
    const auto at = special.find(c);
    out += at == special.end() ? std::string(1, c) : at->second;
  }
  return out;
}

}  // namespace

std::vector<ClaimEntry> selected_claims(std::vector<ClaimEntry> entries, const std::vector<std::string>& verdicts,
                                        const std::vector<std::string>& experiments) {
  keep(entries, "experiment", experiments, [](const ClaimEntry& e) { return e.row.experiment; });
  std::set<std::string> words;
  for (const std::string& who : origin::all)
    for (const char* kind : {"value", "reported"})
      for (const std::string& word : verdict_words(who, kind)) words.insert(word);
  keep(
      entries, "verdict", verdicts, [](const ClaimEntry& e) { return e.row.verdict; }, words);
  return entries;
}

std::string claims_in_short(const std::vector<ClaimEntry>& entries) {
  std::vector<std::vector<std::string>> rows;
  for (const ClaimEntry& e : entries) rows.push_back({e.row.id, e.row.verdict, e.row.measured, e.row.item, e.row.experiment});
  return table({"claim", "verdict", "measured", "item", "experiment"}, rows) + std::to_string(entries.size()) +
         (entries.size() == 1 ? " claim\n" : " claims\n");
}

std::string claims_as_csv(const std::vector<ClaimEntry>& entries) {
  std::string out = csv_row({"paper", "item", "claim", "who", "statement", "experiment", "scale", "reported", "measured",
                             "verdict", "expected", "finding", "evidence", "archive"});
  for (const ClaimEntry& e : entries) {
    const ClaimRow& r = e.row;
    out += csv_row({r.paper, r.item, r.id, who_says(r), r.statement, r.experiment, e.scale, r.reported, r.measured, r.verdict,
                    r.expected, r.finding, r.evidence, r.archive});
  }
  return out;
}

std::string claims_as_latex(const std::vector<ClaimEntry>& entries) {
  std::string out =
      "% \\usepackage{longtable}\n\\begin{longtable}{p{0.2\\linewidth}p{0.45\\linewidth}p{0.13\\linewidth}p{0.12\\linewidth}}\n"
      "item & statement & measured & verdict \\\\ \\hline \\endhead\n";
  for (const ClaimEntry& e : entries)
    out += latex(e.row.item) + " & " + latex(e.row.statement) + " & " + latex(e.row.measured) + " & " + latex(e.row.verdict) +
           " \\\\\n";
  return out + "\\end{longtable}\n";
}

}  // namespace bcd
