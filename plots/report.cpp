#include "plots/report.hpp"

#include "algorithms/core/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace bcd {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string base64(const std::string& bytes) {
  static const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned block = 0;
    for (std::size_t k = 0; k < 3; ++k) block = block << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > bytes.size() ? '=' : digits[block >> (18 - 6 * k) & 63];
  }
  return out;
}

std::string file_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError("cannot read the picture " + file.string() + "; draw it again with: bcdbench plot");
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string number(double x) {
  if (!std::isfinite(x)) return std::isnan(x) ? "" : x > 0 ? "inf" : "-inf";
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", x);
  return text;
}

constexpr const char* kStyle = R"(
:root { --ink:#1c1f24; --soft:#5b6470; --line:#dfe3e8; --paper:#fff; --tint:#f6f8fa; --good:#1a7f4b; --bad:#b42318; --odd:#9a6700; --link:#0072b2 }
@media (prefers-color-scheme: dark) { :root { --ink:#e6e9ee; --soft:#a3adba; --line:#363d47; --paper:#15181d; --tint:#1e232a; --good:#4cc38a; --bad:#ff8b7e; --odd:#e2b340; --link:#6cb9f0 } }
* { box-sizing:border-box } html { scroll-behavior:smooth }
body { margin:0 auto; max-width:1180px; padding:1.5rem; background:var(--paper); color:var(--ink); font:16px/1.5 system-ui, sans-serif }
h1 { font-size:1.8rem; margin:.2em 0 } h2 { margin-top:3rem; border-top:1px solid var(--line); padding-top:1.2rem } h3 { margin-top:1.8rem }
a { color:var(--link) } p.soft, caption, .soft { color:var(--soft) }
figure { margin:1.2rem 0 } figure img { width:100%; height:auto; background:#fff; border:1px solid var(--line); border-radius:6px }
figcaption { color:var(--soft); margin-top:.4rem } figcaption b { color:var(--ink) }
.scroll { overflow-x:auto } table { border-collapse:collapse; width:100%; font-size:.88rem }
th, td { text-align:left; vertical-align:top; padding:.38rem .6rem; border-bottom:1px solid var(--line) } th { background:var(--tint); font-weight:600 }
td.n { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap } td.e { color:var(--soft); overflow-wrap:anywhere; min-width:16rem }
code, pre { font-family:ui-monospace, monospace; font-size:.86em; background:var(--tint); border-radius:4px } code { padding:.1em .3em } pre { padding:.7rem; overflow-x:auto }
.v { font-weight:600; white-space:nowrap } .good { color:var(--good) } .bad { color:var(--bad) } .odd { color:var(--odd) } .none { color:var(--soft) }
details { margin:.8rem 0 } summary { cursor:pointer; font-weight:600 } nav li { margin:.15rem 0 }
@media print { body { max-width:none; font-size:11px } details { display:block } h2 { break-before:page } }
)";

/// A verdict's colour says whether it is good news for the paper; the mark behind it whether it is what was expected.
std::string verdict_cell(const ClaimRow& row) {
  const bool good = row.verdict == "holds" || row.verdict == "reproduced", bad = row.verdict == "violated" || row.verdict == "differs";
  const bool none = row.verdict == "not run" || row.verdict == "not testable";
  std::string cell = "<td><span class=\"v " + std::string(good ? "good" : bad ? "bad" : none ? "none" : "odd") + "\">" + escaped(row.verdict) + "</span>";
  if (!row.as_expected()) cell += " <span class=\"v bad\">&#10007; expected: " + escaped(row.expected) + "</span>";
  return cell + "</td>";
}

std::string table(const std::vector<std::string>& heads, const std::string& rows, const std::string& caption) {
  std::string out = "<div class=\"scroll\"><table><caption class=\"soft\">" + escaped(caption) + "</caption><thead><tr>";
  for (const std::string& head : heads) out += "<th scope=\"col\">" + escaped(head) + "</th>";
  return out + "</tr></thead><tbody>" + rows + "</tbody></table></div>\n";
}

std::string claims_table(const std::vector<ClaimRow>& claims) {
  std::string rows;
  for (const ClaimRow& c : claims)
    rows += "<tr><td>" + escaped(c.item) + "</td><td>" + escaped(c.statement) + "<br><code>" + escaped(c.id) + "</code></td><td>" + escaped(c.reported) + "</td><td>" +
            escaped(c.measured) + "</td>" + verdict_cell(c) + "<td class=\"e\">" + escaped(c.evidence) + "</td></tr>\n";
  return table({"In the paper", "Claim", "Reported", "Measured", "Verdict", "Evidence"}, rows, "Claims");
}

std::string runs_table(const std::vector<const RunRecord*>& runs) {
  const std::vector<std::string> metrics = {"train_loss", "train_accuracy", "test_accuracy"};
  std::string rows;
  for (const RunRecord* run : runs) {
    const auto last = [&](const std::string& column) {
      const std::vector<double> values = run->trace.column(column);
      return values.empty() ? std::string() : number(values.back());
    };
    rows += "<tr><td>" + escaped(run->variant()) + "</td><td class=\"n\">" + std::to_string(run->seed()) + "</td><td title=\"" + escaped(run->reason) + "\">" + escaped(run->status) +
            "</td><td class=\"n\">" + last("iteration") + "</td><td class=\"n\">" + last("train_seconds") + "</td>";
    for (const std::string& metric : metrics) rows += "<td class=\"n\">" + last(metric) + "</td>";
    rows += "<td><code>" + escaped(run->id) + "</code></td></tr>\n";
  }
  return table({"Variant", "Seed", "Status", "Iterations", "Training [s]", "Train loss", "Train accuracy", "Test accuracy", "Record"}, rows, "Runs; values at the last iteration");
}

std::string promises_table(const std::vector<const RunRecord*>& runs) {
  std::string rows;
  for (const RunRecord* run : runs)
    for (const PromiseResult& p : run->promises) {
      const std::string verdict = p.verdict();
      const std::string where = verdict == "not applicable" ? p.not_applicable
                                : verdict == "inconclusive" ? p.inconclusive
                                                            : "iteration " + std::to_string(p.worst_iteration) + ", " + p.worst_block;
      rows += "<tr><td>" + escaped(run->variant()) + ", seed " + std::to_string(run->seed()) + "</td><td><code>" + escaped(p.promise.id) + "</code><br>" + escaped(p.promise.statement) +
              "</td><td>" + escaped(p.promise.source) + "</td><td>" + escaped(p.promise.constant) + "</td><td class=\"n\">" + std::to_string(p.checks) + "</td><td class=\"n\">" +
              std::to_string(p.violations) + "</td><td class=\"n\">" + number(p.worst_slack) + "</td><td class=\"n\">" + number(p.worst_ratio) + "</td><td>" + escaped(verdict) +
              "</td><td class=\"e\">" + escaped(where) + "</td></tr>\n";
    }
  if (rows.empty()) return {};
  return "<details><summary>Promises checked during the runs</summary>" +
         table({"Run", "Promise", "Source", "Constant", "Checks", "Violations", "Smallest slack", "Slack/allowance", "Verdict", "Where, or why"}, rows,
               "Slack: right side minus left side; a promise holds while slack/allowance >= -1, the allowance being a derived bound on rounding") +
         "</details>\n";
}

std::string provenance(const std::vector<const RunRecord*>& runs) {
  if (runs.empty()) return {};
  std::string out = "<details><summary>Provenance and recipe of the runs</summary>\n";
  out += "<p>Machine, compiler, sources and data of the first run, then the resolved configuration of each variant's first run.</p><pre>" +
         escaped(runs.front()->provenance.dump(2)) + "</pre>\n";
  std::vector<std::string> seen;
  for (const RunRecord* run : runs)
    if (std::find(seen.begin(), seen.end(), run->variant()) == seen.end()) {
      seen.push_back(run->variant());
      out += "<pre>" + escaped(run->config.dump(2)) + "</pre>\n";
    }
  return out + "</details>\n";
}

std::string paragraphs(const std::string& text) {
  return "<p>" + escaped(text) + "</p>\n";
}

std::string overview(const ReportData& data) {
  static const std::vector<std::string> verdicts = {"holds", "reproduced", "violated", "differs", "inconclusive", "not applicable", "not testable", "not run"};
  std::map<std::string, std::map<std::string, int>> counts;
  std::map<std::string, int> unexpected;
  for (const ReportSection& s : data.sections)
    for (const ClaimRow& c : s.claims) {
      ++counts[s.paper][c.verdict];
      unexpected[s.paper] += c.as_expected() ? 0 : 1;
    }
  std::vector<std::string> heads = {"Paper"};
  heads.insert(heads.end(), verdicts.begin(), verdicts.end());
  heads.push_back("not as expected");
  std::string rows;
  for (const auto& [paper, by_verdict] : counts) {
    rows += "<tr><td>" + escaped(paper) + "</td>";
    for (const std::string& v : verdicts) rows += "<td class=\"n\">" + std::to_string(by_verdict.contains(v) ? by_verdict.at(v) : 0) + "</td>";
    rows += "<td class=\"n" + std::string(unexpected[paper] > 0 ? " bad" : "") + "\">" + std::to_string(unexpected[paper]) + "</td></tr>\n";
  }
  std::string out = table(heads, rows, "Claims by verdict. A paper's claim that is violated is a finding; 'not as expected' counts verdicts that differ from the committed expectation");
  out += "<nav aria-label=\"Experiments\"><ul>";
  for (const ReportSection& s : data.sections) {
    const auto off = std::count_if(s.claims.begin(), s.claims.end(), [](const ClaimRow& c) { return !c.as_expected(); });
    out += "<li><a href=\"#" + escaped(s.id) + "\">" + escaped(s.title) + "</a> <span class=\"soft\">" + std::to_string(s.claims.size()) + " claims" +
           (off > 0 ? ", " + std::to_string(off) + " not as expected" : "") + "</span></li>";
  }
  return out + "</ul></nav>\n";
}

std::string section(const ReportSection& s) {
  std::string out = "<section id=\"" + escaped(s.id) + "\"><h2>" + escaped(s.title) + "</h2>\n" + paragraphs(s.description);
  for (std::size_t i = 0; i < s.figures.size() && i < s.pictures.size(); ++i)
    out += "<figure><img alt=\"" + escaped(s.figures[i].title + ". " + s.figures[i].caption) + "\" src=\"data:image/svg+xml;base64," + base64(file_text(s.pictures[i])) +
           "\"><figcaption><b>How to read:</b> " + escaped(s.figures[i].caption) + " Line: median over the seeds; band: smallest to largest. Data: <code>" +
           escaped(s.figures[i].id) + ".csv</code></figcaption></figure>\n";
  if (!s.claims.empty()) out += claims_table(s.claims);
  out += "<p>Regenerate: <code>" + escaped(s.command) + "</code></p>\n" + runs_table(s.runs) + promises_table(s.runs) + provenance(s.runs);
  return out + "</section>\n";
}

}  // namespace

void write_report(const std::filesystem::path& file, const ReportData& data) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
                     escaped(data.title) + "</title><style>" + kStyle + "</style></head><body>\n<h1>" + escaped(data.title) + "</h1>\n<p class=\"soft\">Regenerate everything: <code>" +
                     escaped(data.command) + "</code></p>\n";
  html += overview(data);
  for (const ReportSection& s : data.sections) html += section(s);
  write_file_atomically(file, html + "</body></html>\n");
}

}  // namespace bcd
