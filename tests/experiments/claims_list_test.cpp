// The claims that the shipped files expand to, against the committed list: a claim that comes, goes or says something else needs an
// entry with its reason.
#include <catch2/catch.hpp>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "experiments/file/load.hpp"

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

std::string id_of(const std::string& line) { return line.substr(0, line.find(" | ")); }

/// The committed list: the claims at one commit, and what has changed since.
struct List {
  std::map<std::string, std::string> before, now;
  std::set<std::string> without_change;  ///< entries of the changed section that change nothing
};

List read_list() {
  std::ifstream in(BCDBENCH_SOURCE_DIR "/tests/experiments/claims_list.txt");
  REQUIRE(in);
  List list;
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section = line;
      continue;
    }
    INFO(line);
    if (section == "[claims]") {
      list.before[id_of(line)] = list.now[id_of(line)] = line;
      continue;
    }
    REQUIRE(section == "[changed]");
    const std::size_t bar = line.rfind(" | ");
    REQUIRE(bar != std::string::npos);  // the reason
    const std::string claim = line.substr(0, bar);
    if (claim.starts_with("- ")) {
      if (list.now.erase(claim.substr(2)) == 0) list.without_change.insert(claim);
      continue;
    }
    const auto old = list.before.find(id_of(claim));
    if (old != list.before.end() && old->second == claim) list.without_change.insert(claim);
    list.now[id_of(claim)] = claim;
  }
  return list;
}

}  // namespace

TEST_CASE("the claims are those of the committed list; each change has an entry with its reason", "[claims]") {
  const List list = read_list();
  const std::map<std::string, std::string> today = claims_of_today();
  CHECK(list.before.size() == 502);
  for (const auto& [id, line] : list.now) {
    INFO("in the list, tests/experiments/claims_list.txt, but not in the files: " << line);
    CHECK(today.contains(id));
  }
  for (const auto& [id, line] : today) {
    const auto known = list.now.find(id);
    INFO("the claim   " << line);
    INFO("in the list " << (known == list.now.end() ? "nothing" : known->second));
    CHECK((known != list.now.end() && known->second == line));
  }
  for (const std::string& entry : list.without_change) {
    INFO("changes nothing: " << entry);
    CHECK(false);
  }
}

TEST_CASE("print the list of claims as claims_list.txt has it", "[.claims-list]") {
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
