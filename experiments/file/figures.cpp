#include "experiments/file/figures.hpp"

#include "algorithms/core/plain_text.hpp"
#include "experiments/claims/read.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/kinds/rates.hpp"

namespace bcd {

namespace {

Panel read_panel(Section section, const std::vector<std::string>& variants) {
  Panel panel;
  panel.x = section.line("x", "iteration");
  panel.y = section.line("y");
  panel.x_label = section.line("x_label", panel.x);
  panel.y_label = section.line("y_label", panel.y);
  panel.title = section.line("title", "");
  panel.log_x = section.flag("log_x", false);
  panel.log_y = section.flag("log_y", false);
  panel.y_min = section.number("y_min", Range::any(), 0.0);
  panel.y_max = section.number("y_max", Range::any(), 0.0);
  panel.variants = section.texts("variants");
  if (panel.y_min > panel.y_max) throw UsageError(section.place() + ": y_min must not be above y_max");
  if (panel.log_y && panel.y_min != panel.y_max && panel.y_min <= 0)
    throw UsageError(section.place() + ": log_y needs y_min > 0, got " + number_text(panel.y_min));
  section.done();
  check_labels(section, panel.variants, variants);
  return panel;
}

}  // namespace

rates::Options read_rates(Section& document) {
  rates::Options options;
  Section section = document.table("rates");
  const bool zero = section.choice("limit", {"extrapolation", "zero"}, "extrapolation") == "zero";
  options.limit = zero ? rates::LimitKind::zero : rates::LimitKind::extrapolation;
  options.share = section.number("examine", Range{0, 1, true, false}, 1.0);
  options.from = section.number("from", Range::nonnegative(), 0.0);
  section.done();
  return options;
}

Figure default_figure(const Experiment& experiment) {
  Figure figure;
  figure.id = experiment.id;
  figure.options = figure_options(experiment.rates);
  figure.title = experiment.title;
  figure.caption = "The training loss against the iteration.";
  Panel panel;
  panel.y = "train_loss";
  panel.x_label = panel.x;
  panel.y_label = "training loss";
  figure.panels = {panel};
  return figure;
}

std::vector<Figure> read_figures(Section& document, const std::string& experiment, const std::vector<std::string>& variants,
                                 const rates::Options& rates) {
  std::vector<Figure> figures;
  for (Section& section : document.tables("figure")) {
    Figure figure;
    const std::string id = section.line("id", "");
    figure.id = id.empty() ? experiment : experiment + "-" + id;
    if (const std::string fault = stem_fault(figure.id); !fault.empty())
      throw UsageError(section.place() + ": the id '" + figure.id + "' " + fault + "; it is the name of files");
    figure.kind = section.choice("kind", figure_kind_names(), "curves");
    figure.options = figure_options(rates);
    for (const Section& panel : section.tables("panel")) figure.panels.push_back(read_panel(panel, variants));
    if (figure.panels.empty()) throw UsageError(section.place() + ": a figure needs at least one panel");
    figure.title = section.line("title", figure.panels.front().y);
    figure.caption = section.text("caption", "");
    section.done();
    for (const Figure& other : figures)
      if (other.id == figure.id) throw UsageError(section.place() + ": two figures would be the file " + figure.id);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace bcd
