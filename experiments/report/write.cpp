#include "experiments/report/write.hpp"

#include <algorithm>

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

/// The figure; its title says what another version of the code made of it, its caption what is from the archive.
Figure marked(Figure figure, const std::vector<Series>& series) {
  std::vector<const RunRecord*> own, archived;
  for (const Series& shown : shown_series(figure, series))
    for (const RunRecord* run : shown.runs) (run->archived.empty() ? own : archived).push_back(run);
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
      for (fs::path& picture : draw_chart(chart_of(marked(figure, series), series), folder, formats, widths))
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
    for (Figure& figure : section.figures) figure = marked(figure, section.series);
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
