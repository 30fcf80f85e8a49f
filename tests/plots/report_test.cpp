// The report as text: complete, escaped, and without a single address outside the file. What a browser makes of it is tested in
// tests/plots/browser.
#include "plots/report/report.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "algorithms/core/audit.hpp"
#include "plots/report/html.hpp"
#include "plots/report/interactive.hpp"
#include "results/record.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

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
  std::ofstream(folder.path / "toy.svg") << "<svg xmlns=\"http://www.w3.org/2000/svg\">\n\t<g id='100%'/></svg>";
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
    s.claims = {row(id + ".one", "holds", "holds"), row(id + ".two", "fails", "holds")};
    s.runs = {&run};
    data.sections.push_back(s);
  }
  ItemRow lemma{"nobody2000", "Lemma <1>",          "descent",         "each step lowers F",
                "p. 4",       "holds as corrected", "with 2a; 2 rows", {}};
  lemma.rows = {"toy-1.one", "elsewhere"};
  data.papers = {
      {"nobody2000", "N. O. Body", "On <nothing>", "2000", "https://example.org", "What holds & what fails.", {lemma}}};
  write_report(folder.path / "report.html", data);
  return text_of(folder.path / "report.html");
}

}  // namespace

TEST_CASE("the report is one file whose policy forbids every request", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  CHECK(html.rfind("<!DOCTYPE html>", 0) == 0);
  for (const char* part : {"src=\"http", "<link", "@import", "src=\"toy.svg\"", "url("}) {
    INFO(part);
    CHECK_FALSE(contains(html, part));
  }
  for (const char* part :
       {"lang=\"en\"", "charset=\"utf-8\"", "name=\"viewport\"", "@media print", "prefers-color-scheme: dark",
        "content=\"default-src 'none'; img-src data:;", "Copyright (c) 2022 Leon Sorokin", "var uPlot="}) {
    INFO(part);
    CHECK(contains(html, part));
  }
  CHECK(html.find("<section id=\"overview\"") < html.find("<section id=\"toy-1\""));
  // The one address outside is the paper's, which only the reader follows.
  CHECK(html.find("href=\"http") == html.find("href=\"https://example.org\""));
  CHECK(html.find("href=\"http") == html.rfind("href=\"http"));
}

TEST_CASE("the picture lies in the report whole but for its white space, with a text for those who cannot see it", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run), start = "src=\"data:image/svg+xml,";
  const std::size_t at = html.find(start);
  REQUIRE(at != std::string::npos);
  const std::size_t from = at + start.size();
  const std::string address = html.substr(from, html.find('"', from) - from);
  std::string back;
  for (std::size_t i = 0; i < address.size(); ++i)
    if (address[i] == '%')
      back += static_cast<char>(std::stoi(address.substr(i + 1, 2), nullptr, 16)), i += 2;
    else
      back += address[i];
  CHECK(back == "<svg xmlns=\"http://www.w3.org/2000/svg\"> <g id='100%'/></svg>");
  CHECK(address.find_first_of("<>\"&#\n\t") == std::string::npos);
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
  for (const char* target :
       {"main", "overview", "toy-1", "toy-2", "toy-1-figure-1", "toy-2-figure-1", "claims", "claim-toy-1.one"}) {
    INFO(target);
    CHECK(links.contains(target));
  }
  for (const std::string& id : ids) CHECK(ids.count(id) == 1);
  for (const std::string& link : links) CHECK(ids.count(link) == 1);
}

TEST_CASE("an unexpected verdict stands out in its row and in the overview", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  const std::size_t two = html.find("id=\"claim-toy-1.two"), one = html.find("id=\"claim-toy-1.one");
  REQUIRE(one < two);
  CHECK(contains(html.substr(two, html.find("</tr>", two) - two), "expected: holds"));
  CHECK_FALSE(contains(html.substr(one, html.find("</tr>", one) - one), "expected:"));
  // The paper's line: 2 hold, 2 fail, no other verdict occurs; 2 not as expected.
  std::string line = html.substr(html.find("<td>nobody2000</td>"));
  line = line.substr(0, line.find("</tr>"));
  std::vector<int> counts;
  for (std::size_t at = line.find("<td class="); at != std::string::npos; at = line.find("<td class=", at + 1)) {
    const std::size_t number = line.find_first_of(
        "0123456789", line.find('>', line.find("<a", at) < line.find("</td>", at) ? line.find("<a", at) : at));
    counts.push_back(std::stoi(line.substr(number)));
  }
  CHECK(counts == std::vector<int>{2, 2, 2});
}

TEST_CASE("a paper's items stand at the head of the page, one line each, with the words, the verdict and the rows folded",
          "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  const std::string paper =
      html.substr(html.find("id=\"paper-nobody2000\""), html.find("<h2>Claims</h2>") - html.find("id=\"paper-nobody2000\""));
  for (const char* part :
       {"On &lt;nothing&gt;", "N. O. Body, 2000", "What holds &amp; what fails.", "<q>each step lowers F</q>", "p. 4",
        "<span class=\"v odd\">holds as corrected</span>", "<summary>with 2a; 2 rows</summary>", "href=\"#claim-toy-1.one\"",
        "1 of experiments that are not on this page"}) {
    INFO(part);
    CHECK(contains(paper, part));
  }
  CHECK(contains(html, "<td><a href=\"#paper-nobody2000\">nobody2000</a></td>"));
}

TEST_CASE("runs, promises, provenance and the command are in the report", "[report]") {
  const Folder folder;
  const RunRecord run = audited_run();
  const std::string html = report(folder, run);
  for (const char* part :
       {"Diverged", "0123456789abcdef", ">0.5<", ">1.5<", "descent.block", "a = min(alpha, gamma)/2", ">0.125<",
        "iteration 7, V3", "<details open><summary>1 run<", "bcdbench run toy-1", "bcdbench reproduce", "How to read"}) {
    INFO(part);
    CHECK(contains(html, part));
  }
}

TEST_CASE("a promise has one line for the seeds of a variant, with the worst of them and where it was", "[report]") {
  const Folder folder;
  std::vector<RunRecord> runs(3, audited_run());
  const Promise promise = runs[0].promises.front().promise;
  CheckLog violated({promise});
  violated.check(promise.id, 4, Block{"V", 1}, -2.5, 1.0);
  runs[1].config["seed"] = 4;
  runs[1].promises = violated.results();
  runs[2].config["variant"] = "other";
  ReportSection s;
  s.id = "toy", s.title = "t", s.paper = "nobody2000";
  for (const RunRecord& run : runs) s.runs.push_back(&run);
  ReportData data;
  data.sections.push_back(s);
  write_report(folder.path / "report.html", data);
  const std::string html = text_of(folder.path / "report.html");
  CHECK(contains(html,
                 "<td>a&lt;b, 2 seeds</td><td>a = min(alpha, gamma)/2</td><td class=\"n\">2</td><td class=\"n\">1</td>"
                 "<td class=\"n\">-2.5</td><td class=\"n\">-2.5</td><td>1 holds, 1 violated</td>"
                 "<td>iteration 4, V1 (seed 4)</td>"));
  CHECK(contains(html, "<td>other, seed 3</td>"));
  const std::size_t first = html.find("L(old)");
  CHECK(html.find("L(old)", first + 1) == std::string::npos);  // the statement stands there once
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
    const std::string html = text_of(folder.path / "report.html"),
                      shown = html.substr(html.find("<figcaption>"), html.find("</figcaption>") - html.find("<figcaption>"));
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
  CHECK_THROWS_WITH(write_report(folder.path / "report.html", data), Contains("absent.svg"));
  CHECK(fs::is_empty(folder.path));
}

namespace {

/// A section with one figure of two curves; the second has `rows` rows, with one spike.
struct DrawnReport {
  std::vector<RunRecord> runs;
  ReportData data;

  DrawnReport(const Folder& folder, const std::string& kind, std::size_t rows) {
    std::ofstream(folder.path / "toy.svg") << "<svg/>";
    for (const std::string variant : {"a", "b <2>"}) {
      RunRecord& run = runs.emplace_back();
      run.config = {{"variant", variant}};
      run.status = "MaxIterations";
      for (std::size_t k = 0; k < (variant == "a" ? 3 : rows); ++k)
        run.trace.append({{"iteration", static_cast<double>(k)},
                          {"train_seconds", 0.25 * static_cast<double>(k)},
                          {"train_loss", k == 777 ? 123.456789 : 1.0}});
    }
    Figure figure;
    figure.id = "toy";
    figure.kind = kind;
    figure.panels.resize(1);
    figure.panels[0].y = "train_loss";
    figure.panels[0].log_y = true;
    ReportSection section;
    section.id = "toy";
    section.figures = {figure};
    section.pictures = {folder.path / "toy.svg"};
    for (const RunRecord& run : runs) {
      section.runs.push_back(&run);
      section.series.push_back({run.variant(), {&run}, section.series.size() + 3});
    }
    data.sections = {section};
  }
};

nlohmann::json chart_data(const std::string& html) {
  const std::string start = "<script type=\"application/json\">";
  const std::size_t from = html.find(start) + start.size();
  return nlohmann::json::parse(html.substr(from, html.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a chart holds the curves along every axis, thinned without losing a spike, equal arrays once", "[report]") {
  const Folder folder;
  const DrawnReport drawn(folder, "curves", 5000);
  const nlohmann::json data = chart_data(interactive_chart(drawn.data.sections[0].figures[0], drawn.data.sections[0].series));
  const nlohmann::json& curves = data["panels"][0]["curves"];
  REQUIRE(curves.size() == 2);
  const auto array = [&](const nlohmann::json& id) { return data["arrays"][id.get<std::size_t>()].get<std::vector<double>>(); };
  CHECK(array(curves[0]["x"]["iteration"]) == std::vector<double>{0, 1, 2});
  CHECK(array(curves[0]["x"]["train_seconds"]) == std::vector<double>{0, 0.25, 0.5});
  const std::vector<double> x = array(curves[1]["x"]["iteration"]), y = array(curves[1]["y"]);
  REQUIRE(x.size() == y.size());
  CHECK(x.size() <= 242);
  CHECK(x.front() == 0);
  CHECK(x.back() == 4999);
  CHECK_FALSE(curves[0].contains("low"));  // one seed has no band
  CHECK(data["legend"][0]["colour"] == line_style(3).colour);
  CHECK(data["legend"][1]["label"] == "b <2>");
  CHECK(data["panels"][0]["logY"] == true);
}

TEST_CASE("what a paper prints is in the chart's data along its own axis, and no curve", "[report][points]") {
  const Folder folder;
  DrawnReport drawn(folder, "curves", 3);
  Figure& figure = drawn.data.sections[0].figures[0];
  figure.panels[0].points = {{"", "printed", "Table 1", {1, 2}, {3, 0.5}}};
  const std::string html = interactive_chart(figure, drawn.data.sections[0].series);
  const nlohmann::json data = chart_data(html), &panel = data["panels"][0];
  CHECK(panel["curves"].size() == 2);
  REQUIRE(panel["printed"].size() == 1);
  CHECK(panel["printed"][0]["source"] == "Table 1");
  CHECK(panel["printed"][0]["x"] == nlohmann::json{1, 2});
  CHECK(panel["printed"][0]["y"] == nlohmann::json{3, 0.5});
  CHECK(data["legend"][panel["printed"][0]["s"].get<std::size_t>()]["label"] == "printed");
  CHECK(contains(html, "<circle"));
  CHECK_FALSE(contains(thumbnail(figure, drawn.data.sections[0].series), "d=\"\""));
}

TEST_CASE("panels along different axes keep their own until the reader chooses another", "[report]") {
  const Folder folder;
  DrawnReport drawn(folder, "curves", 3);
  Figure& figure = drawn.data.sections[0].figures[0];
  figure.panels.push_back(figure.panels[0]);
  figure.panels[1].x = "train_seconds";
  const std::string html = interactive_chart(figure, drawn.data.sections[0].series);
  for (const char* part :
       {"<option value=\"\">as in the picture</option>", "<option value=\"iteration\">", "<option value=\"train_seconds\">"})
    CHECK(contains(html, part));
  const nlohmann::json data = chart_data(html);
  CHECK(data["panels"][0]["x"] == "iteration");
  CHECK(data["panels"][1]["x"] == "train_seconds");
  for (const auto& panel : data["panels"])
    for (const char* axis : {"iteration", "train_seconds"}) CHECK(panel["curves"][0]["x"].contains(axis));
}

TEST_CASE("thinning keeps both ends and the extremes of every stretch", "[report]") {
  std::vector<double> values(1000, 1.0);
  values[333] = 7;
  values[666] = -7;
  const std::vector<std::size_t> rows = thinned_rows(values, 40);
  CHECK(rows.size() <= 42);
  for (const std::size_t kept : {0, 333, 666, 999}) CHECK(std::find(rows.begin(), rows.end(), kept) != rows.end());
  CHECK(std::is_sorted(rows.begin(), rows.end()));
  CHECK(thinned_rows({5, 5, 5}, 40) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("a kind of figure without an interactive form is shown as its picture", "[report]") {
  const auto text = [](const std::string& kind) {
    const Folder folder;
    const DrawnReport drawn(folder, kind, 3);
    write_report(folder.path / "report.html", drawn.data);
    return text_of(folder.path / "report.html");
  };
  CHECK(contains(text("curves"), "<div class=\"chart\">"));
  const std::string other = text("profile");
  CHECK_FALSE(contains(other, "<div class=\"chart\">"));
  CHECK_FALSE(contains(other, "class=\"interactive\""));
  CHECK(contains(other, "<img class=\"static\""));
}

TEST_CASE("only pictures that lie beside the report are linked, by their place relative to it", "[report]") {
  const Folder folder;
  const DrawnReport drawn(folder, "curves", 3);
  std::ofstream(folder.path / "toy-one-column.pdf") << "%PDF";
  write_report(folder.path / "report.html", drawn.data);
  const std::string html = text_of(folder.path / "report.html");
  CHECK(contains(html, "<a href=\"toy.svg\""));
  CHECK(contains(html, "<a href=\"toy-one-column.pdf\""));
  CHECK_FALSE(contains(html, "toy-two-column.pdf"));
  CHECK_FALSE(contains(html, "toy.csv\""));
}

TEST_CASE("numbers that could end a script element do not", "[report]") {
  CHECK(html::script_data(R"({"a":"</script><!--"})") == R"({"a":"\u003c/script>\u003c!--"})");
}
