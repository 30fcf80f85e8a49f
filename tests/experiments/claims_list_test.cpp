// The claims and runs that the shipped files expand to, printed: to compare before and after a change of the files.
#include <cstdint>
#include <iostream>
#include <map>

#include "checkout.hpp"
#include "experiments/file/load.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

/// FNV-1a with 32 bits: enough to notice another text.
std::string short_hash(const std::string& text) {
  std::uint32_t hash = 2166136261u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
  std::string digits;
  for (int shift = 28; shift >= 0; shift -= 4) digits += "0123456789abcdef"[(hash >> shift) & 15u];
  return digits;
}

/// id | kind | experiment | scale | expected verdict | variants | item | hash of the statement
std::string line_of(const Claim& claim, const std::string& experiment) {
  std::string variants;
  for (const std::string& label : claim.variants) variants += (variants.empty() ? "" : "; ") + label;
  return claim.id + " | " + claim.kind + " | " + experiment + " | " + (claim.scale.empty() ? "any" : claim.scale) + " | " +
         claim.expect + " | " + (variants.empty() ? "all" : variants) + " | " + claim.item + " | " +
         short_hash(claim.statement);
}

std::map<std::string, std::string> claims_of_today() {
  std::map<std::string, std::string> lines;
  for (const std::string& id : experiment_ids())
    for (const Claim& claim : load_experiment(id).claims) lines[claim.id] = line_of(claim, id);
  return lines;
}

}  // namespace

TEST_CASE("print the list of claims one a line", "[.claims-list]") {
  for (const auto& [id, line] : claims_of_today()) std::cout << line << "\n";
}

TEST_CASE("print every claim and every planned run in full", "[.experiments]") {
  for (const char* scale : {"quick", "paper"})
    for (const std::string& id : experiment_ids()) {
      Overrides overrides;
      overrides.scale = scale;
      const Experiment experiment = load_experiment(id, overrides);
      nlohmann::json out = {{"id", id},
                            {"scale", scale},
                            {"paper", experiment.paper},
                            {"title", experiment.title},
                            {"description", experiment.description}};
      for (const PlannedRun& planned : experiment.runs) out["runs"].push_back(planned.config);
      for (const Claim& claim : experiment.claims)
        out["claims"].push_back({{"id", claim.id},
                                 {"item", claim.item},
                                 {"statement", claim.statement},
                                 {"kind", claim.kind},
                                 {"expect", claim.expect},
                                 {"text", claim.text},
                                 {"number", claim.number},
                                 {"variants", claim.variants},
                                 {"scale", claim.scale}});
      for (const Figure& figure : experiment.figures) {
        nlohmann::json panels;
        for (const Panel& panel : figure.panels)
          panels.push_back({panel.x, panel.y, panel.x_label, panel.y_label, panel.title, panel.log_x, panel.log_y, panel.y_min,
                            panel.y_max, panel.variants});
        out["figures"].push_back({{"id", figure.id}, {"title", figure.title}, {"caption", figure.caption}, {"panels", panels}});
      }
      std::cout << out.dump() << "\n";
    }
}
