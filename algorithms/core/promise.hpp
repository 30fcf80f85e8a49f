// Theorems as data: what a paper promises about a run, what came of it, and the numbers of one iteration. No matrices: whoever
// reads records needs nothing else of the algorithms.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace bcd {

/// Named numbers, in the order they were put: of one iteration, of one inequality.
using Measurements = std::vector<std::pair<std::string, double>>;

/// What a paper promises about a run. The constant is evaluated from the run's own parameters by the audit.
struct Promise {
  std::string id;         ///< "descent.block"; unique within a plugin
  std::string source;     ///< paper and number: "Zeng et al. 2019, Lemma 1"
  std::string statement;  ///< the inequality, in one line
  std::string constant;   ///< the formula of the constant, or empty
  std::string assumes;    ///< hypotheses, in words, or empty
};

/// The outcome of one promise over one run.
struct PromiseResult {
  Promise promise;
  std::int64_t checks = 0;      ///< how often both sides were evaluated
  std::int64_t violations = 0;  ///< how often slack < -allowance
  double worst_slack = 0;       ///< smallest slack (right minus left) seen
  double worst_ratio = 0;       ///< smallest slack/allowance seen; below -1 is a violation
  int worst_iteration = 0;
  std::string worst_block;
  int first_iteration = -1;  ///< first violation, or -1
  std::string first_block;
  double first_slack = 0;
  double first_left = 0;       ///< the left side there; the right one is first_left + first_slack
  Measurements first_terms;    ///< the numbers that the two sides are made of there
  double tightest = 0;         ///< smallest right/left seen where an audit gave the left side; 0: none did
  std::int64_t unbounded = 0;  ///< how often the right side was infinite: no bound, so no check
  std::string not_applicable;  ///< reason, when a hypothesis is unmet
  std::string inconclusive;    ///< reason, when the run cannot decide

  /// "holds", "violated", "inconclusive" or "not applicable"; unmet hypotheses are never "holds".
  std::string verdict() const;
};

}  // namespace bcd
