#include "plots/report/paper_overview.hpp"

#include <algorithm>
#include <map>

#include "plots/report/html.hpp"
#include "plots/report/report_section.hpp"

namespace bcd {

using html::mathematics;

namespace {

const std::vector<std::string> kItemVerdicts = {"holds",       "holds as corrected", "fails",   "reproduced", "not reproduced",
                                                "not decided", "not testable",       "not run", "no claim"};

std::string style_of_item(const std::string& verdict) {
  if (verdict == "holds" || verdict == "reproduced") return "good";
  if (verdict == "fails") return "bad";
  return verdict == "not testable" || verdict == "not run" || verdict == "no claim" ? "none" : "odd";
}

std::string words_html(const std::string& quote, const std::string& place) {
  std::string out;
  if (!quote.empty()) out += "<q>" + mathematics(quote) + "</q>";
  if (!place.empty()) out += (out.empty() ? "" : " ") + ("<span class=\"soft\">" + mathematics(place) + "</span>");
  return out;
}

std::string rows_html(const ItemRow& item, const std::map<std::string, const ClaimRow*>& on_page) {
  std::string lines;
  std::size_t elsewhere = 0;
  for (const std::string& id : item.rows) {
    const auto row = on_page.find(id);
    if (row == on_page.end()) {
      ++elsewhere;
      continue;
    }
    const ClaimRow& c = *row->second;
    lines += "<li><a href=\"#" + claim_anchor(c) + "\">" + mathematics(c.statement) + "</a> " + verdict_text(c) + "</li>\n";
  }
  if (elsewhere > 0)
    lines += "<li class=\"soft\">" + std::to_string(elsewhere) + " of experiments that are not on this page</li>\n";
  if (lines.empty()) return {};
  return "<details><summary>" + escape_markup(item.note) + "</summary><ul>" + lines + "</ul></details>";
}

std::string item_html(const ItemRow& item, const std::map<std::string, const ClaimRow*>& on_page) {
  const std::string words = words_html(item.quote, item.place);
  const std::string verdict = item.verdict == "not reproduced" ? "not reproduced under the settings tried" : item.verdict;
  return "<tr><td>" + mathematics(item.number) + "</td><td>" + mathematics(item.states) +
         (words.empty() ? "" : "<br>" + words) + "</td><td><span class=\"v " + style_of_item(item.verdict) + "\">" +
         escape_markup(verdict) + "</span></td><td>" + rows_html(item, on_page) + "</td></tr>\n";
}

}  // namespace

std::string items_matrix(const ReportData& data) {
  std::map<std::string, std::map<std::string, int>> counts;
  std::map<std::string, int> total;
  for (const ReportPaper& paper : data.papers)
    for (const ItemRow& item : paper.items) ++counts[paper.id][item.verdict], ++total[item.verdict];
  if (total.empty()) return {};
  std::vector<html::Column> columns = {{"Paper"}};
  for (const std::string& verdict : kItemVerdicts)
    if (total.contains(verdict)) columns.push_back({verdict, true});
  std::string rows;
  for (auto& [paper, of] : counts) {
    rows += "<tr><td><a href=\"#paper-" + escape_markup(paper) + "\">" + escape_markup(paper) + "</a></td>";
    for (std::size_t i = 1; i < columns.size(); ++i) {
      const int n = of[columns[i].head];
      rows += "<td class=\"n" + std::string(n == 0 ? " zero" : "") + "\" data-head=\"" + columns[i].head + "\">" +
              std::to_string(n) + "</td>";
    }
    rows += "</tr>\n";
  }
  return html::table(columns, rows, "What the papers state, item by item", "matrix");
}

std::string paper_overviews(const ReportData& data) {
  std::map<std::string, const ClaimRow*> on_page;
  for (const ReportSection& section : data.sections)
    for (const ClaimRow& row : section.claims) on_page[row.id] = &row;
  std::string out;
  for (const ReportPaper& paper : data.papers) {
    std::string rows;
    for (const ItemRow& item : paper.items) rows += item_html(item, on_page);
    out += "<article class=\"paper\" id=\"paper-" + escape_markup(paper.id) + "\"><h2>" + mathematics(paper.title) +
           "</h2>\n<p>" + escape_markup(paper.authors) + ", " + escape_markup(paper.published) + ". <a href=\"" +
           escape_markup(paper.link) + "\">" + escape_markup(paper.link) + "</a></p><p>" + mathematics(paper.summary) +
           "</p>\n" +
           html::table({{"Item"}, {"What it states"}, {"Verdict"}, {"Rows"}}, rows,
                       "The items of " + paper.id + " in the paper's order", "items") +
           "</article>\n";
  }
  return out;
}

std::string source_html(const ClaimRow& row) {
  const std::string who = row.origin == "reading"   ? "our reading"
                          : row.origin == "derived" ? "derived here"
                          : row.origin == "control" ? "a control"
                          : row.origin == "own"     ? "the file's author"
                                                    : "the paper";
  std::string out = "<span class=\"who\">" + who + "</span>";
  if (const std::string words = words_html(row.quote, row.place); !words.empty()) out += ": " + words;
  if (!row.basis.empty()) out += (row.origin == "reading" ? "; guessed: " : "; ") + mathematics(row.basis);
  if (!row.implied_by.empty()) out += "<br>No evidence of its own: implied by " + mathematics(row.implied_by);
  if (row.threshold == "looked") out += "<br>No evidence: the limit was chosen after looking at results";
  return out;
}

}  // namespace bcd
