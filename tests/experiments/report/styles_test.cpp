// Which variant has which colour, over all experiments.
#include "experiments/report/styles.hpp"

#include <algorithm>

#include "experiments/file/load.hpp"
#include "plots/palette.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

TEST_CASE("in every figure of every experiment no two variants look the same", "[palette]") {
  const Styles styles = figure_styles({});
  int compared = 0;
  for (const std::string& id : experiment_ids()) {
    const Experiment experiment = load_experiment(id);
    for (const Figure& figure : experiment.figures)
      for (const PlannedRun& a : experiment.runs)
        for (const PlannedRun& b : experiment.runs) {
          const auto both_shown = [&](const Panel& panel) {
            const auto& shown = panel.variants;
            const auto has = [&](const PlannedRun& planned) {
              return shown.empty() || std::find(shown.begin(), shown.end(), planned.variant) != shown.end();
            };
            return has(a) && has(b);
          };
          if (a.variant >= b.variant || std::none_of(figure.panels.begin(), figure.panels.end(), both_shown)) continue;
          const LineStyle p = line_style(styles.at(a.variant)), q = line_style(styles.at(b.variant));
          if (p.colour == q.colour && p.dash == q.dash) FAIL_CHECK(id << ": " << a.variant << " and " << b.variant);
          ++compared;
        }
  }
  CHECK(compared > 100);
}
