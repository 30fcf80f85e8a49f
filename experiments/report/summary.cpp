#include "experiments/report/summary.hpp"

#include "algorithms/core/plain_text.hpp"
#include "experiments/report/row_text.hpp"

namespace bcd {

namespace {

/// A text within a cell: no column, no line and no HTML of its own.
std::string cell(const std::string& text) {
  std::string out;
  for (const char c : printable(text))
    if (std::string("|\\`*_[]<>&").find(c) != std::string::npos)
      out += std::string("\\") + c;
    else
      out += c;
  return out.empty() ? "-" : out;
}

std::string row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& text : cells) line += " " + text + " |";
  return line + "\n";
}

}  // namespace

std::string summary_markdown(const std::vector<Results>& results, const std::vector<Judgement>& judgements) {
  std::size_t claims = 0, differing = 0, runs = 0;
  std::string table, differences, failures;
  for (const Judgement& judgement : judgements)
    for (const ClaimRow& claim : judgement.relevant) {
      ++claims;
      table += row({claim.as_expected() ? "ok" : "**FAIL**", cell(claim.id), cell(claim.statement),
                    cell(claim.measured + (claim.is_evidence() ? "" : "; " + no_evidence(claim))), cell(claim.verdict),
                    cell(claim.expected)});
      if (claim.as_expected()) continue;
      ++differing;
      differences += "- **" + cell(claim.id) + "**: " + cell(claim.verdict) + ", expected " + cell(claim.expected) + ". " +
                     cell(claim.evidence) + "\n";
    }
  for (const Results& part : results)
    for (const RunRecord& record : part.records) {
      ++runs;
      if (record.status == "Failed")
        failures +=
            "- " + cell(record.variant()) + " seed " + std::to_string(record.seed()) + ": " + cell(record.reason) + "\n";
    }
  std::string text = "### bcdbench: " + std::to_string(claims - differing) + " of " + std::to_string(claims) +
                     " claims as expected, " + std::to_string(runs) + (runs == 1 ? " run" : " runs") + "\n\n";
  if (!differences.empty()) text += differences + "\n";
  if (!failures.empty()) text += "Runs that failed:\n\n" + failures + "\n";
  return text + row({"", "claim", "statement", "measured", "verdict", "expected"}) +
         row({"---", "---", "---", "---", "---", "---"}) + table;
}

}  // namespace bcd
