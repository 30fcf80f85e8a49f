#include "experiments/file/stopping.hpp"

#include "experiments/file/anyway.hpp"
#include "experiments/file/formulas.hpp"

namespace bcd {

Stopping read_stopping(Section section) {
  Stopping stop;
  const auto number = [&](const std::string& key, Range range) -> std::optional<double> {
    const double value = section.number(key, range, 1.0);
    return section.has(key) ? std::optional(value) : std::nullopt;
  };
  stop.train_loss = number("train_loss", Range::any());
  stop.gradient = number("gradient", Range::nonnegative());
  stop.accuracy = number("accuracy", Range::between(0, 1));
  stop.blow_up = number("blow_up", Range::at_least(1));
  stop.no_progress = section.integer("no_progress", Range::at_least(1), std::int64_t{0});
  const std::string when = section.text("when", "");
  if (section.has("when")) {
    try {
      require_plain_signs(when);
      stop.when = Inequality::parse(when);
    } catch (const UsageError& e) {
      throw UsageError(section.place() + ": when: " + e.what());
    }
    stop.metrics = read_metrics(section.table("metrics"));
  }
  section.done();
  return stop;
}

nlohmann::json stopping_table(const Stopping& stop) {
  nlohmann::json table = nlohmann::json::object();
  const auto put = [&](const char* key, const std::optional<double>& value) {
    if (value) table[key] = *value;
  };
  put("train_loss", stop.train_loss);
  put("gradient", stop.gradient);
  put("accuracy", stop.accuracy);
  put("blow_up", stop.blow_up);
  if (stop.no_progress > 0) table["no_progress"] = stop.no_progress;
  if (stop.when) table["when"] = stop.when->text;
  for (const OwnMetric& metric : stop.metrics) table["metrics"][metric.name] = metric.formula.text();
  return table;
}

}  // namespace bcd
