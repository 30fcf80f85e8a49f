#include "plots/report/report_section.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "plots/report/html.hpp"
#include "plots/report/interactive.hpp"
#include "plots/report/paper_overview.hpp"
#include "results/json.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

namespace fs = std::filesystem;
using html::cell, html::number_cell, html::mathematics;

/// Past so many rows a table is folded.
constexpr std::size_t kFold = 12;

std::string link(const std::string& address, const std::string& text, const std::string& hint = "") {
  return "<a href=\"" + html::address(address) + "\"" + (hint.empty() ? "" : " title=\"" + escape_markup(hint) + "\"") + ">" +
         escape_markup(text) + "</a>";
}

/// Links to what lies beside the SVG under the figure's name.
std::string files(const Figure& figure, const fs::path& picture, const fs::path& page) {
  struct Kind {
    const char *ending, *name, *hint;
  };
  static const std::vector<Kind> kinds = {{".svg", "SVG", "vector picture for the screen"},
                                          {".png", "PNG", "picture in pixels"},
                                          {".pdf", "PDF", "vector picture, fonts embedded"},
                                          {"-one-column.pdf", "PDF 1 column", "3.25 inches wide, 8 point letters"},
                                          {"-two-column.pdf", "PDF 2 columns", "6.75 inches wide, 8 point letters"},
                                          {".csv", "CSV", "the numbers that are drawn"},
                                          {".gp", "gnuplot", "the script that draws the picture from the CSV file"}};
  std::string out;
  for (const Kind& kind : kinds) {
    const fs::path file = picture.parent_path() / (figure.id + kind.ending);
    if (fs::exists(file)) out += link(fs::relative(file, page).generic_string(), kind.name, kind.hint);
  }
  return out.empty() ? out : "<span class=\"links\"><span class=\"soft\">Beside this page:</span>" + out + "</span>";
}

/// How to read the marks of the figure's kind, where the author did not explain them.
std::string reading(const Figure& figure) {
  const FigureKind* kind = find_figure_kind(figure.kind);
  return !kind || kind->reading.empty() || figure.caption.find(kind->said_by) != std::string::npos ? "" : " " + kind->reading;
}

std::string figure_html(const ReportSection& s, std::size_t i, const fs::path& page) {
  const Figure& f = s.figures[i];
  const bool interactive = is_chart(s, f);
  const std::string id = figure_anchor(s, i + 1);
  std::string out =
      "<figure id=\"" + id + "\"" + (interactive ? " class=\"interactive\"" : "") + "><h3>" + mathematics(f.title) + "</h3>\n";
  if (interactive) out += interactive_chart(f, s.series);
  out += "<img class=\"static\" decoding=\"async\" alt=\"" + escape_markup(f.title + ". " + f.caption) + "\" src=\"" +
         picture_address(s.pictures[i]) + "\">\n<figcaption><b>How to read:</b> " + mathematics(f.caption) + reading(f) +
         "</figcaption>\n<div class=\"files\">";
  if (interactive) out += "<button type=\"button\" class=\"csv\">Save the numbers (CSV)</button>";
  return out + "<button type=\"button\" class=\"copy\" data-text=\"" + escape_markup(s.command) +
         "\">Copy the command</button>" + files(f, s.pictures[i], page) + "</div></figure>\n";
}

std::string finding_html(const ClaimRow& c) {
  return c.finding == "supports" || c.finding == "against" ? "<br><span class=\"soft\">" + c.finding + " the paper</span>" : "";
}

std::string claims_table(const std::vector<ClaimRow>& claims) {
  // On a narrow screen each row becomes a card, where data-head stands in for the column's head.
  const auto headed = [](const std::string& head, const std::string& content) {
    return "<td data-head=\"" + head + "\">" + content + "</td>";
  };
  std::string rows;
  for (const ClaimRow& c : claims)
    rows += "<tr id=\"" + claim_anchor(c) + "\">" + headed("In the paper", mathematics(c.item)) +
            headed("Claim", mathematics(c.statement) + "<div class=\"source\">" + source_html(c) + "</div><code>" +
                                escape_markup(c.id) + "</code>") +
            headed("Reported", escape_markup(c.reported)) +
            headed("Measured", escape_markup(c.measured + (c.archive.empty() ? "" : " (" + c.archive + ")"))) +
            headed("Verdict", verdict_text(c) + finding_html(c)) + headed("Evidence", escape_markup(c.evidence)) + "</tr>\n";
  return html::table({{"In the paper"}, {"Claim"}, {"Reported"}, {"Measured"}, {"Verdict"}, {"Evidence"}}, rows,
                     "What is claimed, by whom, and what was found", "claims cards");
}

std::string runs_table(const std::vector<const RunRecord*>& runs, const std::string& records) {
  if (runs.empty()) return {};
  std::string rows;
  for (const RunRecord* run : runs) {
    const auto last = [&](const std::string& column) {
      const std::vector<double> values = run->trace.column(column);
      return number_cell(values.empty() ? std::string() : html::number(values.back()));
    };
    rows += "<tr>" + cell(run->variant()) + number_cell(std::to_string(run->seed())) + "<td title=\"" +
            escape_markup(run->reason) + "\">" + escape_markup(run->status) + "</td>";
    for (const char* column : {"iteration", "train_seconds", "train_loss", "train_accuracy", "test_accuracy"})
      rows += last(column);
    rows += "<td class=\"record\"><code>" + escape_markup(run->id) + "</code>" + escape_markup(version_mark(*run));
    if (!records.empty() && run->archived.empty())
      rows += " " + link(records + "/" + run->id + ".csv", "trace") + " " + link(records + "/" + run->id + ".json", "recipe");
    rows += "</td></tr>\n";
  }
  const std::string table = html::table({{"Variant"},
                                         {"Seed", true},
                                         {"Status"},
                                         {"Iterations", true},
                                         {"Training [s]", true},
                                         {"Training loss", true},
                                         {"Training accuracy", true},
                                         {"Test accuracy", true},
                                         {"Record"}},
                                        rows, "Runs: values at the last iteration; a trace holds every iteration");
  return "<details" + std::string(runs.size() <= kFold ? " open" : "") + "><summary>" + std::to_string(runs.size()) +
         (runs.size() == 1 ? " run" : " runs") + "</summary>\n" + table + "</details>\n";
}

/// One promise of one variant in its runs.
struct Checked {
  std::vector<const RunRecord*> runs;
  std::vector<const PromiseResult*> results;
};

/// The worst of the runs and what all came to; one line for the seeds of a variant.
std::string promise_row(const Checked& c) {
  std::int64_t checks = 0, violations = 0;
  std::map<std::string, int> verdicts;
  std::size_t worst = 0;
  // By the verdict first: a reason stands where no slack does.
  const auto badness = [&](std::size_t i) {
    const PromiseResult& p = *c.results[i];
    return std::pair(p.verdict() == "violated" ? 0
                     : p.verdict() == "holds"  ? 2
                                               : 1,
                     p.checks > 0 ? p.worst_ratio : std::numeric_limits<double>::infinity());
  };
  for (std::size_t i = 0; i < c.results.size(); ++i) {
    checks += c.results[i]->checks;
    violations += c.results[i]->violations;
    ++verdicts[c.results[i]->verdict()];
    if (badness(i) < badness(worst)) worst = i;
  }
  std::string verdict, seeds;
  for (const auto& [word, count] : verdicts)
    verdict += (verdict.empty() ? "" : ", ") + (verdicts.size() > 1 ? std::to_string(count) + " " : "") + word;
  if (c.runs.size() == 1)
    seeds = "seed " + std::to_string(c.runs.front()->seed());
  else
    seeds = std::to_string(c.runs.size()) + " seeds";
  const PromiseResult& p = *c.results[worst];
  std::string where = p.verdict() == "not applicable" ? p.not_applicable
                      : p.verdict() == "inconclusive" ? p.inconclusive
                                                      : "iteration " + std::to_string(p.worst_iteration) + ", " + p.worst_block;
  if (c.runs.size() > 1) where += " (seed " + std::to_string(c.runs[worst]->seed()) + ")";
  return "<tr>" + cell(c.runs.front()->variant() + ", " + seeds) + "<td>" + mathematics(p.promise.constant) + "</td>" +
         number_cell(std::to_string(checks)) + number_cell(std::to_string(violations)) +
         number_cell(p.checks > 0 ? html::number(p.worst_slack) : "") +
         number_cell(p.checks > 0 ? html::number(p.worst_ratio) : "") + cell(verdict) + cell(where) + "</tr>\n";
}

std::string promises_table(const std::vector<const RunRecord*>& runs) {
  std::vector<const Promise*> promises;
  std::vector<std::vector<Checked>> checked;  // of each promise, by variant
  for (const RunRecord* run : runs)
    for (const PromiseResult& result : run->promises) {
      const auto known = std::find_if(promises.begin(), promises.end(), [&](const Promise* p) {
        return p->id == result.promise.id && p->source == result.promise.source && p->statement == result.promise.statement;
      });
      const auto i = static_cast<std::size_t>(known - promises.begin());
      if (known == promises.end()) promises.push_back(&result.promise), checked.emplace_back();
      auto same = std::find_if(checked[i].begin(), checked[i].end(),
                               [&](const Checked& c) { return c.runs.front()->variant() == run->variant(); });
      if (same == checked[i].end()) same = checked[i].insert(same, Checked{});
      same->runs.push_back(run);
      same->results.push_back(&result);
    }
  if (promises.empty()) return {};
  std::string rows;
  for (std::size_t i = 0; i < promises.size(); ++i) {
    rows += "<tr><th scope=\"rowgroup\" colspan=\"8\"><code>" + escape_markup(promises[i]->id) + "</code> " +
            mathematics(promises[i]->statement) + " <span class=\"soft\">" + escape_markup(promises[i]->source) +
            "</span></th></tr>\n";
    for (const Checked& c : checked[i]) rows += promise_row(c);
  }
  return "<details><summary>Promises checked during the runs</summary>" +
         html::table(
             {{"Variant"},
              {"Constant"},
              {"Checks", true},
              {"Violations", true},
              {"Smallest slack", true},
              {"Slack/allowance", true},
              {"Verdict"},
              {"Where, or why"}},
             rows,
             "Slack: right side minus left side, in the run where it is worst; a promise holds while slack/allowance >= "
             "-1, the allowance being a derived bound on rounding. Run by run: the records") +
         "</details>\n";
}

std::string provenance(const std::vector<const RunRecord*>& runs) {
  if (runs.empty()) return {};
  std::string out = "<details><summary>Provenance and recipe of the runs</summary>\n";
  out +=
      "<p>Machine, compiler, sources and data of the first run, then the resolved configuration of each variant's first "
      "run.</p><pre tabindex=\"0\">" +
      escape_markup(json_text(runs.front()->provenance, 2)) + "</pre>\n";
  std::set<std::string> seen;
  for (const RunRecord* run : runs)
    if (seen.insert(run->variant()).second)
      out += "<pre tabindex=\"0\">" + escape_markup(json_text(run->config, 2)) + "</pre>\n";
  return out + "</details>\n";
}

}  // namespace

std::string verdict_text(const ClaimRow& row) {
  // The colour says what follows for the paper, and where a statement of ours is not borne out; the words behind it whether it is
  // what was expected.
  const std::string& v = row.verdict;
  const bool ours_is_wrong = v == "not confirmed" || v == "NOT as it should be";
  const bool bad = row.finding == "against" || ours_is_wrong, none = v == "not run" || v == "not testable";
  const bool odd = v == "not decided" || v == "not applicable" || v == "not reproduced";
  const std::string style = bad ? "bad" : row.finding == "supports" ? "good" : odd ? "odd" : none ? "none" : "sure";
  std::string text = "<span class=\"v " + style + "\">" + escape_markup(row.verdict) + "</span>";
  if (!row.as_expected()) text += " <span class=\"v bad\">&#10007; expected: " + escape_markup(row.expected) + "</span>";
  return text;
}

bool is_chart(const ReportSection& section, const Figure& figure) { return is_interactive(figure) && !section.series.empty(); }

std::string picture_address(const fs::path& picture) {
  try {
    return html::svg_address(file_content(picture));
  } catch (const UsageError& e) {
    throw UsageError("cannot read the picture " + std::string(e.what()) + "; draw it again with: bcdbench plot");
  }
}

std::string figure_anchor(const ReportSection& section, std::size_t number) {
  return html::anchor(section.id) + "-figure-" + std::to_string(number);
}

std::string claim_anchor(const ClaimRow& row) { return "claim-" + html::anchor(row.id); }

std::string report_section(const ReportSection& s, const ReportData& data, const fs::path& page) {
  std::string out = "<section id=\"" + html::anchor(s.id) + "\" class=\"experiment\"><h2>" + mathematics(s.title) +
                    "</h2>\n<p class=\"soft\"><code>" + escape_markup(s.id) + "</code></p><p>" + mathematics(s.description) +
                    "</p>\n";
  for (std::size_t i = 0; i < s.figures.size() && i < s.pictures.size(); ++i) out += figure_html(s, i, page);
  if (!s.claims.empty()) out += claims_table(s.claims);
  out += "<p>Regenerate:</p>" + html::command(s.command);
  return out + runs_table(s.runs, data.records) + promises_table(s.runs) + provenance(s.runs) + "</section>\n";
}

}  // namespace bcd
