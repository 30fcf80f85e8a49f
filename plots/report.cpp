#include "plots/report.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "plots/markup.hpp"

namespace bcd {

namespace {

std::string base64(const std::string& bytes) {
  static const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned block = 0;
    for (std::size_t k = 0; k < 3; ++k)
      block = block << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
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

/// Text with the few signs of mathematics that the experiment files use: x^2, P^{k-1}, V_N.
std::string mathematics(const std::string& text) {
  static const std::regex raised(R"(\^(?:\{([^}]*)\}|(-?[0-9]+|[A-Za-z])(?![A-Za-z0-9])))");
  static const std::regex lowered(R"(\b([A-Za-z])_(?:\{([^}]*)\}|([A-Za-z0-9])(?![A-Za-z0-9_])))");
  const std::string out = std::regex_replace(escape_markup(text), raised, "<sup>$1$2</sup>");
  return std::regex_replace(out, lowered, "$1<sub>$2$3</sub>");
}

constexpr const char* kStyle = R"(
:root { color-scheme:light dark; --ink:#1c1f24; --soft:#5b6470; --line:#dfe3e8; --paper:#fff; --tint:#f6f8fa;
  --good:#1a7f4b; --bad:#b42318; --odd:#8a5d00; --link:#0067a3 }
@media (prefers-color-scheme: dark) { :root { --ink:#e6e9ee; --soft:#a3adba; --line:#363d47; --paper:#15181d; --tint:#1e232a;
  --good:#4cc38a; --bad:#ff8b7e; --odd:#e2b340; --link:#6cb9f0 } }
* { box-sizing:border-box }
body { margin:0 auto; max-width:1180px; padding:1.5rem 1.25rem 4rem; background:var(--paper); color:var(--ink);
  font:16px/1.5 system-ui, sans-serif }
h1 { font-size:1.8rem; margin:.2em 0 } h2 { margin-top:3rem; border-top:1px solid var(--line); padding-top:1.2rem; line-height:1.25 }
a { color:var(--link) } section > p { max-width:52rem } .soft { color:var(--soft) }
figure { margin:1.4rem 0 } figcaption { max-width:52rem; margin-top:.5rem; color:var(--soft) } figcaption b { color:var(--ink) }
figure img { display:block; max-width:100%; height:auto; background:#fff; border:1px solid var(--line); border-radius:6px }
.scroll { overflow-x:auto; margin:1.4rem 0 } table { border-collapse:collapse; font-size:.875rem; line-height:1.4; min-width:60% }
caption { text-align:left; color:var(--soft); padding:.3rem 0 } sup, sub { line-height:0 }
th, td { text-align:left; vertical-align:top; padding:.4rem .65rem; border-bottom:1px solid var(--line) }
th { background:var(--tint); font-weight:600; vertical-align:bottom }
.n { text-align:right } td.n { font-variant-numeric:tabular-nums; white-space:nowrap }
.claims { width:100% } .claims td:nth-child(2) { min-width:15rem } .claims td:nth-child(4) { min-width:10rem }
.claims td:last-child { color:var(--soft); font-size:.8rem; min-width:16rem; overflow-wrap:anywhere }
.claims code, .claims .id { font-size:.75rem; color:var(--soft); overflow-wrap:anywhere }
code, pre { font-family:ui-monospace, monospace; font-size:.86em; background:var(--tint); border-radius:4px }
code { padding:.1em .3em; overflow-wrap:anywhere } pre { padding:.7rem; overflow-x:auto; margin:.5rem 0 }
.v { font-weight:600; white-space:nowrap } .good { color:var(--good) } .bad { color:var(--bad) } .odd { color:var(--odd) }
.none { color:var(--soft) } details { margin:.8rem 0 } summary { cursor:pointer; font-weight:600 } li { margin:.2rem 0 }
@media (max-width: 700px) {
  figure { overflow-x:auto } figure img { max-width:none; width:auto; height:17rem }
  .claims thead { display:none } .claims, .claims caption, .claims tbody, .claims tr, .claims td { display:block; width:auto }
  .claims tr { border:1px solid var(--line); border-radius:6px; margin:.7rem 0; padding:.3rem } .claims td { border:0; padding:.2rem .5rem }
  .claims td:empty { display:none } .claims td:nth-child(n+3)::before { content:attr(data-head) ": "; color:var(--soft); font-weight:400 }
}
@media print { body { max-width:none; font-size:11px } figure, tr { break-inside:avoid } }
)";

/// A verdict's colour says whether it is good news for the paper; the words behind it whether it is what was expected.
std::string verdict_text(const ClaimRow& row) {
  const bool good = row.verdict == "holds" || row.verdict == "reproduced";
  const bool bad = row.verdict == "violated" || row.verdict == "differs";
  const bool none = row.verdict == "not run" || row.verdict == "not testable";
  std::string text = "<span class=\"v " +
                     std::string(good   ? "good"
                                 : bad  ? "bad"
                                 : none ? "none"
                                        : "odd") +
                     "\">" + escape_markup(row.verdict) + "</span>";
  if (!row.as_expected()) text += " <span class=\"v bad\">&#10007; expected: " + escape_markup(row.expected) + "</span>";
  return text;
}

struct Column {
  std::string head;
  bool number = false;
};

std::string table(const std::vector<Column>& columns, const std::string& rows, const std::string& caption,
                  const std::string& style = "") {
  std::string out =
      "<div class=\"scroll\"><table class=\"" + style + "\"><caption>" + escape_markup(caption) + "</caption><thead><tr>";
  for (const Column& c : columns)
    out += "<th scope=\"col\"" + std::string(c.number ? " class=\"n\"" : "") + ">" + escape_markup(c.head) + "</th>";
  return out + "</tr></thead><tbody>" + rows + "</tbody></table></div>\n";
}

std::string cell(const std::string& text) { return "<td>" + escape_markup(text) + "</td>"; }
std::string number_cell(const std::string& text) { return "<td class=\"n\">" + escape_markup(text) + "</td>"; }

std::string claims_table(const std::vector<ClaimRow>& claims) {
  // On a narrow screen each row becomes a card, where data-head stands in for the column's head.
  const auto headed = [](const std::string& head, const std::string& html) {
    return "<td data-head=\"" + head + "\">" + html + "</td>";
  };
  std::string rows;
  for (const ClaimRow& c : claims)
    rows += "<tr>" + headed("In the paper", mathematics(c.item)) +
            headed("Claim", mathematics(c.statement) + "<br><code>" + escape_markup(c.id) + "</code>") +
            headed("Reported", escape_markup(c.reported)) + headed("Measured", escape_markup(c.measured)) +
            headed("Verdict", verdict_text(c)) + headed("Evidence", escape_markup(c.evidence)) + "</tr>\n";
  return table({{"In the paper"}, {"Claim"}, {"Reported"}, {"Measured"}, {"Verdict"}, {"Evidence"}}, rows,
               "What the paper claims, and what was found", "claims");
}

std::string runs_table(const std::vector<const RunRecord*>& runs) {
  if (runs.empty()) return {};
  std::string rows;
  for (const RunRecord* run : runs) {
    const auto last = [&](const std::string& column) {
      const std::vector<double> values = run->trace.column(column);
      return number_cell(values.empty() ? std::string() : number(values.back()));
    };
    rows += "<tr>" + cell(run->variant()) + number_cell(std::to_string(run->seed())) + "<td title=\"" +
            escape_markup(run->reason) + "\">" + escape_markup(run->status) + "</td>";
    for (const char* column : {"iteration", "train_seconds", "train_loss", "train_accuracy", "test_accuracy"})
      rows += last(column);
    rows += "<td><code>" + escape_markup(run->id) + "</code></td></tr>\n";
  }
  return table({{"Variant"},
                {"Seed", true},
                {"Status"},
                {"Iterations", true},
                {"Training [s]", true},
                {"Training loss", true},
                {"Training accuracy", true},
                {"Test accuracy", true},
                {"Record"}},
               rows, "Runs: values at the last iteration");
}

std::string promise_row(const RunRecord& run, const PromiseResult& p) {
  const std::string verdict = p.verdict();
  const std::string where = verdict == "not applicable" ? p.not_applicable
                            : verdict == "inconclusive"
                                ? p.inconclusive
                                : "iteration " + std::to_string(p.worst_iteration) + ", " + p.worst_block;
  return "<tr>" + cell(run.variant() + ", seed " + std::to_string(run.seed())) + "<td><code>" + escape_markup(p.promise.id) +
         "</code><br>" + mathematics(p.promise.statement) + "</td>" + cell(p.promise.source) + "<td>" +
         mathematics(p.promise.constant) + "</td>" + number_cell(std::to_string(p.checks)) +
         number_cell(std::to_string(p.violations)) + number_cell(p.checks > 0 ? number(p.worst_slack) : "") +
         number_cell(p.checks > 0 ? number(p.worst_ratio) : "") + cell(verdict) + cell(where) + "</tr>\n";
}

std::string promises_table(const std::vector<const RunRecord*>& runs) {
  std::string rows;
  for (const RunRecord* run : runs)
    for (const PromiseResult& p : run->promises) rows += promise_row(*run, p);
  if (rows.empty()) return {};
  return "<details><summary>Promises checked during the runs</summary>" +
         table({{"Run"},
                {"Promise"},
                {"Source"},
                {"Constant"},
                {"Checks", true},
                {"Violations", true},
                {"Smallest slack", true},
                {"Slack/allowance", true},
                {"Verdict"},
                {"Where, or why"}},
               rows,
               "Slack: right side minus left side; a promise holds while slack/allowance >= -1, the allowance being a derived "
               "bound on rounding") +
         "</details>\n";
}

std::string provenance(const std::vector<const RunRecord*>& runs) {
  if (runs.empty()) return {};
  std::string out = "<details><summary>Provenance and recipe of the runs</summary>\n";
  out +=
      "<p>Machine, compiler, sources and data of the first run, then the resolved configuration of each variant's first "
      "run.</p><pre>" +
      escape_markup(runs.front()->provenance.dump(2)) + "</pre>\n";
  std::vector<std::string> seen;
  for (const RunRecord* run : runs)
    if (std::find(seen.begin(), seen.end(), run->variant()) == seen.end()) {
      seen.push_back(run->variant());
      out += "<pre>" + escape_markup(run->config.dump(2)) + "</pre>\n";
    }
  return out + "</details>\n";
}

std::string overview(const ReportData& data) {
  static const std::vector<std::string> verdicts = {"holds",        "reproduced",     "violated",     "differs",
                                                    "inconclusive", "not applicable", "not testable", "not run"};
  std::map<std::string, std::map<std::string, int>> counts;
  std::map<std::string, int> unexpected;
  for (const ReportSection& s : data.sections)
    for (const ClaimRow& c : s.claims) {
      ++counts[s.paper][c.verdict];
      unexpected[s.paper] += c.as_expected() ? 0 : 1;
    }
  std::vector<Column> columns = {{"Paper"}};
  for (const std::string& v : verdicts) columns.push_back({v, true});
  columns.push_back({"not as expected", true});
  std::string rows;
  for (const auto& [paper, by_verdict] : counts) {
    rows += "<tr><td>" + escape_markup(paper) + "</td>";
    for (const std::string& v : verdicts)
      rows += "<td class=\"n\">" + std::to_string(by_verdict.contains(v) ? by_verdict.at(v) : 0) + "</td>";
    rows += "<td class=\"n" + std::string(unexpected[paper] > 0 ? " bad" : "") + "\">" + std::to_string(unexpected[paper]) +
            "</td></tr>\n";
  }
  std::string out = table(columns, rows,
                          "Claims by verdict. A paper's claim that is violated is a finding; 'not as expected' counts verdicts "
                          "that differ from the committed expectation");
  out += "<nav aria-label=\"Experiments\"><ul>";
  for (const ReportSection& s : data.sections) {
    const auto off = std::count_if(s.claims.begin(), s.claims.end(), [](const ClaimRow& c) { return !c.as_expected(); });
    out += "<li><a href=\"#" + escape_markup(s.id) + "\">" + mathematics(s.title) + "</a> <span class=\"soft\">" +
           std::to_string(s.claims.size()) + " claims" + (off > 0 ? ", " + std::to_string(off) + " not as expected" : "") +
           "</span></li>";
  }
  return out + "</ul></nav>\n";
}

std::string figure(const Figure& f, const std::filesystem::path& picture) {
  const bool says_it = f.caption.find("median") != std::string::npos;  // the author explained line and band
  return "<figure><img alt=\"" + escape_markup(f.title + ". " + f.caption) + "\" src=\"data:image/svg+xml;base64," +
         base64(file_text(picture)) + "\"><figcaption><b>How to read:</b> " + mathematics(f.caption) +
         (says_it ? "" : " Line: median over the seeds; band: smallest to largest.") + " Numbers: <code>" +
         escape_markup(f.id) + ".csv</code></figcaption></figure>\n";
}

std::string section(const ReportSection& s) {
  std::string out = "<section id=\"" + escape_markup(s.id) + "\"><h2>" + mathematics(s.title) + "</h2>\n<p>" +
                    mathematics(s.description) + "</p>\n";
  for (std::size_t i = 0; i < s.figures.size() && i < s.pictures.size(); ++i) out += figure(s.figures[i], s.pictures[i]);
  if (!s.claims.empty()) out += claims_table(s.claims);
  out += "<p>Regenerate:</p><pre>" + escape_markup(s.command) + "</pre>\n";
  return out + runs_table(s.runs) + promises_table(s.runs) + provenance(s.runs) + "</section>\n";
}

}  // namespace

void write_report(const std::filesystem::path& file, const ReportData& data) {
  std::string html =
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\"><title>" +
      escape_markup(data.title) + "</title><style>" + kStyle + "</style></head><body>\n<h1>" + escape_markup(data.title) +
      "</h1>\n<p class=\"soft\">Regenerate everything: <code>" + escape_markup(data.command) + "</code></p>\n";
  html += overview(data);
  for (const ReportSection& s : data.sections) html += section(s);
  write_file_atomically(file, html + "</body></html>\n");
}

}  // namespace bcd
