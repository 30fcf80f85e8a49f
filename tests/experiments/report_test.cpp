// The report as text: complete, escaped, and without a single address outside the file.
#include "plots/report.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>

#include "tests/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

using Folder = bcd::test::TemporaryFolder;

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

RunRecord audited_run() {
  CheckLog log({Promise{"descent.block", "Lemma 1 & more", "L(new) <= L(old)", "a = min(alpha, gamma)/2", ""}});
  log.check("descent.block", 7, Block{"V", 3}, 0.125, 1.0);
  RunRecord run;
  run.id = "0123456789abcdef";
  run.config = {{"experiment", "toy"}, {"variant", "a<b"}, {"seed", 3}};
  run.provenance = {{"compiler", "g++ <12>"}};
  run.status = "Diverged";
  run.promises = log.results();
  run.trace.append({{"iteration", 2}, {"train_loss", 0.5}, {"train_seconds", 1.5}});
  return run;
}

ClaimRow row(const std::string& id, const std::string& verdict, const std::string& expected) {
  return {id,    "nobody2000",     "Lemma <1>", "x < y & \"z\"", "toy",
          "0.9", "0.8 [0.7, 0.9]", verdict,     expected,        "run 0123456789abcdef"};
}

/// The report of two sections that show the same picture.
std::string report(const Folder& folder, const RunRecord& run) {
  std::ofstream(folder.path / "toy.svg") << "<svg xmlns=\"http://www.w3.org/2000/svg\"><g id=\"plot_1\"/></svg>\n";
  Figure figure;
  figure.id = "toy";
  figure.title = "Loss <log>";
  figure.caption = "Lower is better & faster.";
  ReportData data;
  data.title = "Report <1>";
  data.command = "bcdbench reproduce";
  for (const std::string id : {"toy-1", "toy-2"}) {
    ReportSection s;
    s.id = id, s.title = "A & B", s.paper = "nobody2000", s.description = "d < e",
    s.command = "bcdbench run " + id + " --set a=1&2";
    s.figures = {figure};
    s.pictures = {folder.path / "toy.svg"};
    s.claims = {row(id + ".one", "holds", "holds"), row(id + ".two", "violated", "holds")};
    s.runs = {&run};
    data.sections.push_back(s);
  }
  write_report(folder.path / "report.html", data);
  return text_of(folder.path / "report.html");
}

}  // namespace

TEST_CASE("the report is one file that asks for nothing from outside and runs no script", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  CHECK(html.rfind("<!DOCTYPE html>", 0) == 0);
  for (const char* part : {"http://", "https://", "<script", "<link", "@import", "src=\"toy.svg\"", "url("}) {
    INFO(part);
    CHECK_FALSE(contains(html, part));
  }
  for (const char* part : {"lang=\"en\"", "charset=\"utf-8\"", "name=\"viewport\"", "@media print"}) {
    INFO(part);
    CHECK(contains(html, part));
  }
}

TEST_CASE("the picture lies in the report byte for byte, with a text for those who cannot see it", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  const std::string start = "src=\"data:image/svg+xml;base64,";
  const std::size_t at = html.find(start);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + start.size();
  // Decoded by coreutils, apart from the program's own encoder.
  std::ofstream(folder.path / "picture.b64") << html.substr(from, html.find('"', from) - from);
  REQUIRE(
      std::system(("base64 -d '" + (folder.path / "picture.b64").string() + "' > '" + (folder.path / "back.svg").string() + "'")
                      .c_str()) == 0);
  CHECK(text_of(folder.path / "back.svg") == text_of(folder.path / "toy.svg"));
  CHECK(contains(html, "alt=\"Loss &lt;log&gt;. Lower is better &amp; faster.\""));
}

TEST_CASE("what the report quotes is escaped", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  for (const char* part : {"Report &lt;1&gt;", "A &amp; B", "d &lt; e", "Lemma &lt;1&gt;", "x &lt; y &amp; &quot;z&quot;",
                           "a&lt;b", "g++ &lt;12&gt;", "--set a=1&amp;2", "Lemma 1 &amp; more", "L(new) &lt;= L(old)"}) {
    INFO(part);
    CHECK(contains(html, part));
  }
  for (const char* part : {"<1>", "<log>", "<12>", "x < y", "a<b", "d < e"}) {
    INFO(part);
    CHECK_FALSE(contains(html, part));
  }
}

TEST_CASE("ids are unique and every link within the report has its target", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  std::multiset<std::string> ids, links;
  const auto collect = [&](const std::string& start, std::multiset<std::string>& into) {
    for (std::size_t at = html.find(start); at != std::string::npos; at = html.find(start, at + 1)) {
      const std::size_t from = at + start.size();
      into.insert(html.substr(from, html.find('"', from) - from));
    }
  };
  collect(" id=\"", ids);
  collect("href=\"#", links);
  CHECK(links == std::multiset<std::string>{"toy-1", "toy-2"});
  for (const std::string& id : ids) CHECK(ids.count(id) == 1);
  for (const std::string& link : links) CHECK(ids.count(link) == 1);
}

TEST_CASE("an unexpected verdict stands out in its row and in the overview", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  const std::size_t two = html.find("toy-1.two"), one = html.find("toy-1.one");
  REQUIRE(one < two);
  CHECK(contains(html.substr(two, html.find("</tr>", two) - two), "expected: holds"));
  CHECK_FALSE(contains(html.substr(one, html.find("</tr>", one) - one), "expected:"));
  // The paper's line: 2 hold, 0 reproduced, 2 violated, five other verdicts 0; 2 not as expected.
  std::string line = html.substr(html.find("<td>nobody2000</td>"));
  line = line.substr(0, line.find("</tr>"));
  std::vector<int> counts;
  for (std::size_t at = line.find("<td class="); at != std::string::npos; at = line.find("<td class=", at + 1))
    counts.push_back(std::stoi(line.substr(line.find('>', at) + 1)));
  CHECK(counts == std::vector<int>{2, 0, 2, 0, 0, 0, 0, 0, 2});
}

TEST_CASE("runs, promises, provenance and the command are in the report", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  for (const char* part :
       {"Diverged", "0123456789abcdef", ">0.5<", ">1.5<", "descent.block", "a = min(alpha, gamma)/2", ">0.125<",
        "iteration 7, V3", "<details>", "bcdbench run toy-1", "bcdbench reproduce", "How to read"}) {
    INFO(part);
    CHECK(contains(html, part));
  }
}

TEST_CASE("line and band are explained once, by the author or by the report", "[report]") {
  const auto explanations = [](const std::string& caption) {
    const Folder folder;
    std::ofstream(folder.path / "toy.svg") << "<svg/>";
    ReportData data;
    data.sections.resize(1);
    data.sections[0].figures.resize(1);
    data.sections[0].figures[0].caption = caption;
    data.sections[0].pictures = {folder.path / "toy.svg"};
    write_report(folder.path / "report.html", data);
    const std::string html = text_of(folder.path / "report.html"), shown = html.substr(html.find("<figcaption>"));
    int count = 0;
    for (std::size_t at = shown.find("median"); at != std::string::npos; at = shown.find("median", at + 1)) ++count;
    return count;
  };
  CHECK(explanations("The loss against sweeps.") == 1);
  CHECK(explanations("Lines are the median of five seeds, bands the range.") == 1);
}

TEST_CASE("powers and indices are raised and lowered; names with underscores stay as they are", "[report]") {
  const Folder folder;
  ReportData data;
  data.sections.resize(1);
  data.sections[0].description = "|P^k - P^{k-1}|^2 of V_N, W_{i+1}; train_accuracy and n^-1 and R_n'";
  write_report(folder.path / "report.html", data);
  CHECK(contains(text_of(folder.path / "report.html"),
                 "|P<sup>k</sup> - P<sup>k-1</sup>|<sup>2</sup> of V<sub>N</sub>, W<sub>i+1</sub>; train_accuracy and "
                 "n<sup>-1</sup> and R<sub>n</sub>&#39;"));
}

TEST_CASE("a report whose picture cannot be read is not written", "[report]") {
  const Folder folder;
  ReportData data;
  data.sections.resize(1);
  data.sections[0].figures.resize(1);
  data.sections[0].pictures = {folder.path / "absent.svg"};
  CHECK_THROWS_WITH(write_report(folder.path / "report.html", data), Catch::Contains("absent.svg"));
  CHECK(fs::is_empty(folder.path));
}
