#include "plots/report/report.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>

#include "plots/report/html.hpp"
#include "plots/report/interactive.hpp"
#include "plots/report/page_files.hpp"
#include "plots/report/paper_overview.hpp"
#include "plots/report/report_section.hpp"
#include "results/json.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

namespace fs = std::filesystem;
using html::cell, html::mathematics, html::table, html::Column;

const std::vector<std::string> kVerdicts = {"holds",       "fails",          "reproduced",      "not reproduced",
                                            "confirmed",   "not confirmed",  "as it should be", "NOT as it should be",
                                            "not decided", "not applicable", "not testable",    "not run"};

std::string file(const std::string& name) {
  for (const PageFile& f : page_files())
    if (f.name == name) return std::string(f.text);
  throw std::logic_error("the program was built without plots/report/page/" + name);
}

/// The papers in the order of the sections, each with its sections.
std::vector<std::pair<std::string, std::vector<const ReportSection*>>> by_paper(const ReportData& data) {
  std::vector<std::pair<std::string, std::vector<const ReportSection*>>> papers;
  for (const ReportSection& s : data.sections) {
    auto place = std::find_if(papers.begin(), papers.end(), [&](const auto& p) { return p.first == s.paper; });
    if (place == papers.end()) place = papers.insert(papers.end(), {s.paper, {}});
    place->second.push_back(&s);
  }
  return papers;
}

std::string contents(const ReportData& data) {
  std::string out = "<details open><summary>Contents</summary>\n<p><a href=\"#overview\">Overview</a></p>\n";
  for (const auto& [paper, sections] : by_paper(data)) {
    out += "<h2>" + escape_markup(paper.empty() ? "other" : paper) + "</h2><ul>";
    for (const ReportSection* s : sections) {
      const auto off = std::count_if(s->claims.begin(), s->claims.end(), [](const ClaimRow& c) { return !c.as_expected(); });
      out += "<li><a href=\"#" + html::anchor(s->id) + "\">" + mathematics(s->title) + "</a>";
      if (off > 0) out += " <span class=\"bad\">&#10007; " + std::to_string(off) + "</span>";
      out += "</li>\n";
    }
    out += "</ul>\n";
  }
  return out + "</details>";
}

/// Claims by paper and verdict. A count leads to the table of claims, where the script then shows only these.
std::string matrix(const ReportData& data) {
  std::map<std::string, std::map<std::string, int>> counts;
  std::map<std::string, int> unexpected;
  for (const ReportSection& s : data.sections)
    for (const ClaimRow& c : s.claims) {
      ++counts[c.paper][c.verdict];
      unexpected[c.paper] += c.as_expected() ? 0 : 1;
    }
  std::vector<std::string> shown;  // the words that occur
  for (const std::string& v : kVerdicts)
    if (std::any_of(counts.begin(), counts.end(), [&](const auto& paper) { return paper.second.contains(v); }))
      shown.push_back(v);
  std::vector<Column> columns = {{"Paper"}};
  for (const std::string& v : shown) columns.push_back({v, true});
  columns.push_back({"not as expected", true});
  const auto count = [](const std::string& paper, const std::string& verdict, int n) {
    // On a narrow screen data-head stands in for the column's head.
    if (n == 0) return std::string("<td class=\"n zero\">0</td>");
    const std::string head = verdict == "unexpected" ? "not as expected" : verdict;
    return "<td class=\"n\" data-head=\"" + head + "\"><a href=\"#claims\" data-paper=\"" + escape_markup(paper) +
           "\" data-verdict=\"" + verdict + "\">" + std::to_string(n) + "</a></td>";
  };
  std::string rows;
  for (const auto& [paper, verdicts] : counts) {
    rows += "<tr><td>" + escape_markup(paper) + "</td>";
    for (const std::string& v : shown) rows += count(paper, v, verdicts.contains(v) ? verdicts.at(v) : 0);
    rows += count(paper, "unexpected", unexpected[paper]) + "</tr>\n";
  }
  if (rows.empty()) return {};
  return table(columns, rows,
               "Claims by verdict. A paper's statement that fails is a finding; 'not as expected' counts verdicts that differ "
               "from the committed expectation",
               "matrix");
}

std::string thumbnails(const ReportData& data) {
  std::string cards;
  for (const ReportSection& s : data.sections)
    for (std::size_t i = 0; i < s.figures.size() && i < s.pictures.size(); ++i) {
      const Figure& f = s.figures[i];
      const std::string picture = is_chart(s, f)
                                      ? thumbnail(f, s.series)
                                      : "<img class=\"thumb\" alt=\"\" src=\"" + picture_address(s.pictures[i]) + "\">";
      cards += "<li><a href=\"#" + figure_anchor(s, i + 1) + "\">" + picture + "<span>" +
               mathematics(f.title.empty() ? s.title : f.title) + "</span></a></li>\n";
    }
  return cards.empty() ? cards : "<h2>Figures</h2>\n<ul class=\"thumbs\">\n" + cards + "</ul>\n";
}

/// All claims in one table, which plots/report/page/claims.js sorts and filters; the evidence stands in the sections.
std::string all_claims(const ReportData& data) {
  std::string rows;
  for (const ReportSection& s : data.sections)
    for (const ClaimRow& c : s.claims)
      rows += "<tr data-paper=\"" + escape_markup(c.paper) + "\" data-verdict=\"" + escape_markup(c.verdict) +
              "\" data-origin=\"" + escape_markup(c.origin) + "\" data-finding=\"" + escape_markup(c.finding) + "\"" +
              (c.as_expected() ? "" : " data-unexpected") + ">" + cell(c.paper) + "<td>" + mathematics(c.item) +
              "</td><td><a href=\"#" + claim_anchor(c) + "\">" + mathematics(c.statement) + "</a></td>" + cell(c.reported) +
              cell(c.measured) + "<td>" + verdict_text(c) + "</td>" + cell(c.origin) + cell(c.finding) + "</tr>\n";
  if (rows.empty()) return {};
  return "<h2>Claims</h2>\n<div class=\"filters\"></div>\n" +
         table({{"Paper"}, {"In the paper"}, {"Claim"}, {"Reported"}, {"Measured"}, {"Verdict"}, {"Who"}, {"Finding"}}, rows,
               "All claims; each leads to its evidence", "claims sortable", "claims");
}

/// Where the numbers come from, in one line.
std::string origin(const ReportData& data) {
  for (const ReportSection& s : data.sections)
    for (const RunRecord* run : s.runs) {
      std::string line;
      for (const char* key : {"program", "commit", "compiler", "cpu", "threads", "date"}) {
        if (!run->provenance.contains(key)) continue;
        const auto& value = run->provenance[key];
        std::string text = value.is_string() ? value.get<std::string>() : json_text(value);
        if (std::string(key) == "commit") text = "commit " + text.substr(0, 10);
        if (std::string(key) == "threads") text += text == "1" ? " thread" : " threads";
        line += (line.empty() ? "" : " · ") + text;
      }
      return "<p class=\"soft\">" + escape_markup(line) + "</p>\n";
    }
  return {};
}

/// The skeleton with every @NAME@ replaced, in one pass: what is put in is not looked at again.
std::string filled(const std::string& skeleton, const std::map<std::string, std::string>& parts) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = skeleton.find('@'); at != std::string::npos; at = skeleton.find('@', from)) {
    const std::size_t end = skeleton.find('@', at + 1);
    if (end == std::string::npos) break;
    out += skeleton.substr(from, at - from) + parts.at(skeleton.substr(at + 1, end - at - 1));
    from = end + 1;
  }
  return out + skeleton.substr(from);
}

}  // namespace

void write_report(const fs::path& target, const ReportData& data) {
  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  std::string sections;
  for (const ReportSection& s : data.sections) sections += report_section(s, data, folder);
  write_file_atomically(target,
                        filled(file("report.html"), {{"TITLE", escape_markup(data.title)},
                                                     {"STYLE", file("uPlot.min.css") + "\n" + file("report.css")},
                                                     {"CONTENTS", contents(data)},
                                                     {"ORIGIN", origin(data)},
                                                     {"COMMAND", html::command(data.command)},
                                                     {"MATRIX", items_matrix(data) + matrix(data)},
                                                     {"PAPERS", paper_overviews(data)},
                                                     {"THUMBNAILS", thumbnails(data)},
                                                     {"CLAIMS", all_claims(data)},
                                                     {"SECTIONS", sections},
                                                     {"LICENSE", file("LICENSE")},
                                                     {"LIBRARY", file("uPlot.iife.min.js")},
                                                     {"SCRIPT", file("format.js") + file("chart.js") + file("figure.js") +
                                                                    file("claims.js") + file("report.js")}}));
}

}  // namespace bcd
