#include "algorithms/core/audit.hpp"

#include <cmath>
#include <limits>

#include "algorithms/core/restorable.hpp"

namespace bcd {

CheckLog::CheckLog(std::vector<Promise> promises) {
  for (Promise& p : promises) {
    PromiseResult r;
    r.promise = std::move(p);
    r.worst_slack = std::numeric_limits<double>::infinity();
    r.worst_ratio = std::numeric_limits<double>::infinity();
    results_.push_back(std::move(r));
  }
}

PromiseResult& CheckLog::at(const std::string& id) {
  for (PromiseResult& r : results_)
    if (r.promise.id == id) return r;
  throw std::logic_error("audit checks an undeclared promise: " + id);
}

namespace {

/// A left side below this many allowances has no two digits that rounding leaves alone.
constexpr double kTwoDigits = 100;

}  // namespace

void CheckLog::check(const std::string& id, int iteration, const Block& block, double slack, double allowance, double left,
                     Terms terms) {
  PromiseResult& r = at(id);
  if (!(allowance > 0)) throw std::logic_error("audit gives no rounding allowance for: " + id);
  if (std::isnan(slack)) slack = -std::numeric_limits<double>::infinity();
  if (slack == std::numeric_limits<double>::infinity()) {
    ++r.unbounded;
    return;
  }
  ++r.checks;
  if (left > kTwoDigits * allowance && std::isfinite(slack)) {
    const double looseness = 1 + slack / left;
    r.tightest = r.tightest == 0 ? looseness : std::min(r.tightest, looseness);
  }
  const double ratio = slack / allowance;
  if (ratio < r.worst_ratio) {
    r.worst_ratio = ratio;
    r.worst_iteration = iteration;
    r.worst_block = block.text();
  }
  r.worst_slack = std::min(r.worst_slack, slack);
  if (slack < -allowance) {
    if (r.violations++ == 0) {
      r.first_iteration = iteration;
      r.first_block = block.text();
      r.first_slack = slack;
      r.first_left = left;
      r.first_terms.assign(terms.begin(), terms.end());
    }
  }
  const auto [it, fresh] = slacks_.try_emplace(id, slack);
  if (!fresh) it->second = std::min(it->second, slack);
}

void CheckLog::not_applicable(const std::string& id, const std::string& reason) { at(id).not_applicable = reason; }
void CheckLog::inconclusive(const std::string& id, const std::string& reason) { at(id).inconclusive = reason; }

std::map<std::string, double> CheckLog::take_slacks() { return std::exchange(slacks_, {}); }

void CheckLog::members(Members& members) {
  for (PromiseResult& r : results_)
    members(r.checks, r.violations, r.worst_slack, r.worst_ratio, r.worst_iteration, r.worst_block, r.first_iteration,
            r.first_block, r.first_slack, r.first_left, r.first_terms, r.tightest, r.unbounded, r.not_applicable,
            r.inconclusive);
  members(slacks_);
}

}  // namespace bcd
