#include "plots/kinds/curves.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "results/statistics/quantiles.hpp"

namespace bcd {

namespace {

/// Rows to draw: all, or about `points` of them, evenly spaced along the axis as it is drawn.
std::vector<std::size_t> chosen_rows(std::size_t rows, std::size_t points, bool log_x) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < rows; ++i) chosen.push_back(i);
  if (rows <= points) return chosen;
  std::set<std::size_t> kept = {0, rows - 1};
  for (std::size_t k = 0; k < points; ++k) {
    const double share = static_cast<double>(k) / static_cast<double>(points - 1), last = static_cast<double>(rows - 1);
    kept.insert(static_cast<std::size_t>(std::lround(log_x ? std::exp(share * std::log(last)) : share * last)));
  }
  return {kept.begin(), kept.end()};
}

std::string columns_of(const Series& series) {
  std::set<std::string> names;
  for (const RunRecord* run : series.runs) names.insert(run->trace.columns.begin(), run->trace.columns.end());
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
  return list;
}

}  // namespace

Curve summarise_curve(const Panel& panel, const Series& series, std::size_t points) {
  Curve curve;
  curve.label = series.label;
  std::vector<std::vector<double>> xs, ys;
  std::size_t rows = ~std::size_t{0};
  for (const RunRecord* run : series.runs) {
    curve.diverged = curve.diverged || run->status == "Diverged" || run->status == "Failed";
    const std::vector<double> x = run->trace.column(panel.x), y = run->trace.column(panel.y);
    if (x.empty() || y.empty()) continue;  // it ended before its first iteration
    rows = std::min({rows, x.size(), y.size()});
    xs.push_back(x);
    ys.push_back(y);
  }
  if (xs.empty())
    throw UsageError("no run of '" + series.label + "' has the columns " + panel.x + " and " + panel.y +
                     "; there are: " + columns_of(series));
  curve.runs = xs.size();
  for (const std::size_t i : chosen_rows(rows, points, panel.log_x)) {
    std::vector<double> x, y;
    for (std::size_t r = 0; r < xs.size(); ++r)
      if (std::isfinite(xs[r][i]) && std::isfinite(ys[r][i])) x.push_back(xs[r][i]), y.push_back(ys[r][i]);
    if (y.empty()) continue;  // nobody measured the quantity at this iteration
    curve.x.push_back(median(x));
    curve.median.push_back(median(y));
    curve.low.push_back(*std::min_element(y.begin(), y.end()));
    curve.high.push_back(*std::max_element(y.begin(), y.end()));
  }
  return curve;
}

}  // namespace bcd
