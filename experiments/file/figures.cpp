#include "experiments/file/figures.hpp"

#include <cmath>

#include "algorithms/core/plain_text.hpp"
#include "experiments/claims/read.hpp"
#include "plots/kinds/kind.hpp"
#include "plots/kinds/rates.hpp"

namespace bcd {

namespace {

/// A number, or a list of them.
std::vector<double> read_coordinates(Section& section, const std::string& key, bool log) {
  const nlohmann::json given = section.raw(key), list = given.is_array() ? given : nlohmann::json::array({given});
  std::vector<double> values;
  for (const nlohmann::json& value : list) {
    const double number = value.is_number() ? value.get<double>() : std::nan("");
    if (!std::isfinite(number))
      throw UsageError(section.place() + ": " + key + " must be a number or a list of numbers, got " + value_words(given));
    if (log && number <= 0)
      throw UsageError(section.place() + ": " + key + " must be > 0 on a logarithmic axis, got " + number_text(number));
    values.push_back(number);
  }
  return values;
}

PrintedPoints read_points(Section section, const Panel& panel, const std::vector<std::string>& variants) {
  PrintedPoints points;
  points.variant = section.line("variant", "");
  if (!points.variant.empty()) check_labels(section, {points.variant}, variants);
  if (!points.variant.empty() && !panel.shows(points.variant))
    throw UsageError(section.place() + ": the panel does not show the variant '" + points.variant + "'");
  points.label = points.variant.empty() ? section.line("label") : section.line("label", points.variant + ", as printed");
  points.source = section.line("source");
  if (points.label.empty() || points.source.empty()) throw UsageError(section.place() + ": label and source must not be empty");
  points.x = read_coordinates(section, "x", panel.log_x);
  points.y = read_coordinates(section, "y", panel.log_y);
  if (points.x.empty() || points.x.size() != points.y.size())
    throw UsageError(section.place() + ": x and y must have as many numbers as each other, got " +
                     std::to_string(points.x.size()) + " and " + std::to_string(points.y.size()));
  section.done();
  return points;
}

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
  check_labels(section, panel.variants, variants);
  for (const Section& points : section.tables("points")) panel.points.push_back(read_points(points, panel, variants));
  section.done();
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

std::vector<Figure> read_figures(Section& document, const Experiment& experiment, const std::vector<std::string>& variants,
                                 const std::string& scale) {
  std::vector<Figure> figures;
  for (Section& section : document.tables("figure")) {
    Figure figure;
    const std::string id = section.line("id", "");
    figure.id = experiment.id + (id.empty() ? "" : "-" + id);
    if (const std::string fault = stem_fault(figure.id); !fault.empty())
      throw UsageError(section.place() + ": the id '" + figure.id + "' " + fault + "; it is the name of files");
    figure.kind = section.choice("kind", figure_kind_names(), "curves");
    figure.options = figure_options(experiment.rates);
    for (const Section& panel : section.tables("panel")) figure.panels.push_back(read_panel(panel, variants));
    for (const Panel& panel : figure.panels)
      if (!panel.points.empty() && figure.kind != "curves")
        throw UsageError(section.place() + ": points belong to a figure of kind \"curves\"");
    if (figure.panels.empty()) throw UsageError(section.place() + ": a figure needs at least one panel");
    figure.title = section.line("title", figure.panels.front().y);
    figure.caption = section.text("caption", "");
    for (const std::string& name : kScales) {
      Section own = section.table(name);
      const std::string title = own.line("title", figure.title), caption = own.text("caption", figure.caption);
      own.done();
      if (name == scale) figure.title = title, figure.caption = caption;
    }
    section.done();
    for (const Figure& other : figures)
      if (other.id == figure.id) throw UsageError(section.place() + ": two figures would be the file " + figure.id);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace bcd
