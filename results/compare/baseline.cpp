#include "results/compare/baseline.hpp"

#include <cmath>
#include <limits>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "results/json.hpp"

namespace bcd {

using nlohmann::json;
using nlohmann::ordered_json;

namespace {

/// JSON has no infinities: they are the texts "inf" and "-inf".
ordered_json to_json(double x) { return std::isfinite(x) ? ordered_json(x) : ordered_json(number_text(x)); }

double from_json(const json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  throw UsageError(value.dump() + " is not a number");
}

ordered_json optional_number(const std::optional<double>& x) { return x ? ordered_json(*x) : ordered_json(); }
std::optional<double> optional_number(const json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(from_json(value));
}

Baseline from_document(const json& document) {
  Baseline b;
  document.at("metric").get_to(b.options.metric);
  document.at("lower").get_to(b.options.lower);
  b.options.at = optional_number(document.at("at"));
  b.options.target = optional_number(document.at("target"));
  document.at("axis").get_to(b.options.axis);
  document.at("scale").get_to(b.scale);
  document.at("seeds").get_to(b.seeds);
  for (const json& run : document.at("runs")) {
    ComparedRun o;
    run.at("experiment").get_to(o.experiment);
    run.at("variant").get_to(o.variant);
    for (const std::string& name : {o.experiment, o.variant})
      if (const std::string fault = text_fault(name); !fault.empty()) throw UsageError("'" + printable(name) + "' " + fault);
    run.at("seed").get_to(o.seed);
    run.at("status").get_to(o.status);
    o.value = from_json(run.at("value"));
    if (b.options.target) o.target[b.options.axis] = from_json(run.at("cost"));
    for (const ComparedRun& other : b.runs)
      if (other.experiment == o.experiment && other.variant == o.variant && other.seed == o.seed)
        throw UsageError("holds " + o.variant + " of " + o.experiment + ", seed " + std::to_string(o.seed) + " twice");
    b.runs.push_back(std::move(o));
  }
  if (b.runs.empty()) throw UsageError("holds no runs, so nothing can be compared with it");
  return b;
}

}  // namespace

Baseline read_baseline(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw UsageError("cannot read the baseline " + printable(file.string()) + ": no such file; --write-baseline makes one");
  const std::string text = file_content(file);
  try {
    return from_document(parse_json(text));
  } catch (const json::exception& e) {
    throw UsageError(file.string() + ": not a baseline (" + e.what() + ")");
  } catch (const UsageError& e) {
    throw UsageError(file.string() + ": " + e.what());
  }
}

void write_baseline(const std::filesystem::path& file, const Baseline& b) {
  if (b.options.target && b.options.axis == "seconds")
    throw UsageError("--write-baseline: seconds of one machine are no baseline for another; use iterations, products or flops");
  const ordered_json head = {{"metric", b.options.metric},
                             {"lower", b.options.lower},
                             {"at", optional_number(b.options.at)},
                             {"target", optional_number(b.options.target)},
                             {"axis", b.options.axis},
                             {"scale", b.scale},
                             {"seeds", b.seeds}};
  std::string text = head.dump();
  text.back() = ',';  // the closing brace
  text += "\n\"runs\": [";
  for (const ComparedRun& o : b.runs) {
    ordered_json run = {{"experiment", o.experiment},
                        {"variant", o.variant},
                        {"seed", o.seed},
                        {"status", o.status},
                        {"value", to_json(o.value)}};
    if (b.options.target) run["cost"] = to_json(cost_of(o, b.options));
    text += (&o == &b.runs.front() ? "\n" : ",\n") + run.dump();
  }
  write_file_atomically(file, text + "\n]}\n");
}

}  // namespace bcd
