#include "experiments/report/write.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "experiments/report/claims_table.hpp"
#include "experiments/report/items.hpp"
#include "experiments/report/styles.hpp"
#include "plots/draw.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/report/report.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

/// The runs of the records, by variant in the order of the experiment's runs.
std::vector<Series> series_of(const Results& results, const Styles& styles) {
  std::vector<Series> series;
  for (const RunRecord& record : results.records) {
    const auto at = std::find_if(series.begin(), series.end(), [&](const Series& s) { return s.label == record.variant(); });
    if (at != series.end())
      at->runs.push_back(&record);
    else
      series.push_back({record.variant(), {&record}, style_of(styles, record.variant())});
  }
  return series;
}

std::string joined(const std::set<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : " or ") + text;
  return list;
}

/// "10", or "10 to 20" where the runs differ.
std::string span(const std::set<std::int64_t>& numbers) {
  const std::string least = std::to_string(*numbers.begin());
  return numbers.size() == 1 ? least : least + " to " + std::to_string(*numbers.rbegin());
}

/// The hidden layers of a run: "600x10", "10, 20".
std::string widths_of(const RunRecord& run) {
  const std::vector<std::int64_t> hidden = run.config.at("network").at("hidden");
  if (hidden.empty()) return "none";
  if (std::set(hidden.begin(), hidden.end()).size() == 1 && hidden.size() > 1)
    return std::to_string(hidden.front()) + "x" + std::to_string(hidden.size());
  std::string list;
  for (const std::int64_t width : hidden) list += (list.empty() ? "" : ", ") + std::to_string(width);
  return list;
}

/// What the figure is made of: "Scale quick: mnist-10k, n = 500; hidden layers 300x10; 3 seeds; test set of mnist-10k".
std::string made_of(const Figure& figure, const std::vector<Series>& shown, const std::string& scale) {
  std::set<std::string> data, hidden;
  std::set<std::int64_t> samples, seeds, iterations;
  for (const Series& series : shown) {
    if (!series.runs.empty()) seeds.insert(static_cast<std::int64_t>(series.runs.size()));
    for (const RunRecord* run : series.runs) {
      data.insert(run->config.at("dataset").value("name", ""));
      hidden.insert(widths_of(*run));
      iterations.insert(run->config.at("run").value("iterations", std::int64_t{0}));
      if (const auto n = run->provenance.value(nlohmann::json::json_pointer("/problem/samples"), std::int64_t{0}); n > 0)
        samples.insert(n);
    }
  }
  if (data.empty()) return "Scale " + scale + ": no runs";
  std::string text = "Scale " + scale + ": " + joined(data);
  if (!samples.empty()) text += ", n = " + span(samples);
  text += "; hidden layers " + (hidden.size() <= 3 ? joined(hidden) : "of " + std::to_string(hidden.size()) + " sizes");
  text += "; " + span(iterations) + " iterations; " + span(seeds) + (*seeds.rbegin() == 1 ? " seed" : " seeds");
  const bool tested =
      std::any_of(figure.panels.begin(), figure.panels.end(), [](const Panel& panel) { return panel.y.starts_with("test_"); });
  return text + (tested ? "; test set of " + joined(data) : "");
}

/// The figure; note and caption say of what it is made, its title what another version of the code made of it, its caption what is from the archive.
Figure marked(Figure figure, const std::vector<Series>& series, const std::string& scale) {
  std::vector<const RunRecord*> own, archived;
  const std::vector<Series> all = shown_series(figure, series);
  bool several = false;
  for (const Series& shown : all) {
    several = several || shown.runs.size() > 1;
    for (const RunRecord* run : shown.runs) (run->archived.empty() ? own : archived).push_back(run);
  }
  figure.note = made_of(figure, all, scale) + ".";
  figure.caption += (figure.caption.empty() ? "" : " ") + figure.note;
  if (several) figure.note += " " + figure_kind(figure.kind).reading;
  for (const Panel& panel : figure.panels)
    for (const PrintedPoints& points : panel.points)
      if (const std::string source = points.label + ": " + points.source + ".";
          figure.caption.find(source) == std::string::npos)
        figure.caption += " Hollow marks, " + source;
  figure.title += version_mark(own);
  if (archived.empty()) return figure;
  figure.title += " (from the archive)";  // the picture has no caption
  figure.caption += (figure.caption.empty() ? "Runs" : " Runs") + version_mark(archived).substr(1) + ".";
  return figure;
}

}  // namespace

std::vector<std::vector<fs::path>> draw_all(const std::vector<Results>& results, const ReportPlace& place,
                                            const std::vector<std::string>& formats, const std::vector<std::string>& widths) {
  std::vector<std::vector<fs::path>> pictures;
  const Styles styles = figure_styles(results);
  for (const Results& part : results) {
    const fs::path folder = place.out / "figures" / (part.experiment.id + "-" + place.scale);
    std::vector<fs::path>& drawn = pictures.emplace_back();
    const std::vector<Series> series = series_of(part, styles);
    for (const Figure& figure : part.experiment.figures)
      for (fs::path& picture : draw_chart(chart_of(marked(figure, series, place.scale), series), folder, formats, widths))
        drawn.push_back(std::move(picture));
  }
  return pictures;
}

std::vector<std::vector<fs::path>> draw_for_report(const std::vector<Results>& results, const ReportPlace& place) {
  draw_all(results, place, {"pdf"}, {"one-column", "two-column"});
  return draw_all(results, place, {"svg", "png", "pdf"});
}

fs::path report_all(const std::vector<Results>& results, const std::vector<Judgement>& judgements,
                    const std::vector<std::vector<fs::path>>& pictures, const ReportPlace& place, const std::string& command) {
  ReportData data{"bcdbench report, scale " + place.scale, command, {}, record_folder("").string()};
  const Styles styles = figure_styles(results);
  for (std::size_t i = 0; i < results.size(); ++i) {
    const Experiment& experiment = results[i].experiment;
    ReportSection section{experiment.id,
                          experiment.title,
                          experiment.paper,
                          experiment.description,
                          place.command("run", results[i].name) + " && " + place.command("report", results[i].name),
                          experiment.figures,
                          {},
                          judgements[i].rows,
                          {},
                          series_of(results[i], styles)};
    for (Figure& figure : section.figures) figure = marked(figure, section.series, place.scale);
    for (const fs::path& picture : pictures[i])
      if (picture.extension() == ".svg") section.pictures.push_back(picture);
    for (const RunRecord& record : results[i].records) section.runs.push_back(&record);
    data.sections.push_back(std::move(section));
  }
  std::vector<ClaimRow> rows;
  for (const Judgement& judgement : judgements) rows.insert(rows.end(), judgement.relevant.begin(), judgement.relevant.end());
  rows = with_the_rest(rows, place.scale);
  for (const Paper& paper : papers())
    if (std::any_of(rows.begin(), rows.end(), [&](const ClaimRow& row) { return row.paper == paper.id; }))
      data.papers.push_back(
          {paper.id, paper.authors, paper.title, paper.published, paper.link, paper.summary, items_of(paper, rows)});
  const fs::path file = place.out / "report.html";
  write_report(file, data);
  return file;
}

}  // namespace bcd
