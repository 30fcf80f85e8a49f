#include "datasets/options.hpp"

namespace bcd {

SampleCount SampleCount::parse(const std::string& text) {
  if (text == "all") return {};
  const std::int64_t count = parse_integer("a number of samples, if not 'all',", text);
  if (count < 0) throw UsageError("a number of samples cannot be negative, got " + text);
  return {count};
}

std::string SampleCount::text() const { return limit ? std::to_string(*limit) : "all"; }

Index SampleCount::of(Index available, Index least, const std::string& dataset, const std::string& option) const {
  const Index count = limit.value_or(available);
  if (count < least || count > available)
    throw UsageError("dataset '" + dataset + "': " + option + " must lie between " + std::to_string(least) + " and " +
                     std::to_string(available) + " or be 'all', got " + text());
  return count;
}

DataSeed DataSeed::parse(const std::string& text) {
  if (text == "run") return {std::nullopt};
  const std::int64_t seed = parse_integer("a seed, if not 'run',", text);
  if (seed < 0) throw UsageError("a seed cannot be negative, got " + text);
  return {static_cast<std::uint64_t>(seed)};
}

std::string DataSeed::text() const { return own ? std::to_string(*own) : "run"; }

void apply_options(const std::string& dataset, ParameterList& list, const DatasetOptions& options) {
  std::vector<std::string> valid;
  for (const Parameter& p : list.all()) valid.push_back(p.name);
  for (const auto& [key, value] : options) {
    if (!list.has(key)) throw UsageError(unknown_name("option of dataset '" + dataset + "':", key, valid));
    try {
      list.set(key, value);
    } catch (const UsageError& e) {
      throw UsageError("dataset '" + dataset + "': " + e.what());
    }
  }
}

std::vector<std::pair<std::string, std::string>> option_lines(const ParameterList& list) {
  std::vector<std::pair<std::string, std::string>> lines;
  for (const Parameter& p : list.all())
    lines.emplace_back(p.name + " (default: " + value_text(p.get()) + ")", p.help + " (" + p.range + ")");
  return lines;
}

}  // namespace bcd
