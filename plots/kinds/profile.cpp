#include "plots/kinds/profile.hpp"

namespace bcd {

Chart profile_chart(const Profile& profile, const std::string& title, const std::string& x_label) {
  Chart chart{"profile", title, {}, {}};
  ChartPanel panel{"tau", "share", x_label, "share of the problems", "", {Axis("x", true, 0), Axis("y", false, 0.05)}, {}};
  for (const ProfileCurve& curve : profile.curves) {
    const std::size_t entry = chart.legend.size();
    chart.legend.push_back({curve.variant, line_style(entry)});
    panel.axes.x.cover(curve.tau);
    panel.curves.push_back({curve.variant,
                            entry,
                            {{curve.variant + ": tau", curve.tau}, {curve.variant + ": share", curve.share}},
                            {{Mark::line, 0, 1}}});
  }
  panel.axes.x.close();
  panel.axes.y.fix(0, 1.02);
  chart.panels.push_back(std::move(panel));
  dash_hidden_lines(chart);
  return chart;
}

}  // namespace bcd
