#include "experiments/file/figures.hpp"

#include "experiments/claims/read.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/kinds/rates.hpp"

namespace bcd {

namespace {

Panel read_panel(Section section, const std::vector<std::string>& variants) {
  Panel panel;
  panel.x = section.text("x", "iteration");
  panel.y = section.text("y");
  panel.x_label = section.text("x_label", panel.x);
  panel.y_label = section.text("y_label", panel.y);
  panel.title = section.text("title", "");
  panel.log_x = section.flag("log_x", false);
  panel.log_y = section.flag("log_y", false);
  panel.y_min = section.number("y_min", Range::any(), 0.0);
  panel.y_max = section.number("y_max", Range::any(), 0.0);
  panel.variants = section.texts("variants");
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

std::vector<Figure> read_figures(Section& document, const std::string& experiment, const std::vector<std::string>& variants,
                                 const rates::Options& rates) {
  std::vector<Figure> figures;
  for (Section& section : document.tables("figure")) {
    Figure figure;
    const std::string id = section.text("id", "");
    figure.id = id.empty() ? experiment : experiment + "-" + id;
    figure.kind = section.choice("kind", figure_kind_names(), "curves");
    figure.options = figure_options(rates);
    figure.title = section.text("title");
    figure.caption = section.text("caption");
    for (const Section& panel : section.tables("panel")) figure.panels.push_back(read_panel(panel, variants));
    section.done();
    if (figure.panels.empty()) throw UsageError(section.place() + ": a figure needs at least one panel");
    for (const Figure& other : figures)
      if (other.id == figure.id) throw UsageError(section.place() + ": two figures would be the file " + figure.id);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace bcd
