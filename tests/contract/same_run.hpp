// Whether two records are of runs with the same numbers, bit for bit.
#pragma once

#include <bit>

#include "results/record.hpp"

namespace bcd::test {

inline bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// What differs first: status, a column at an iteration, a promise. Seconds do not count. Empty: nothing.
inline std::string difference(const RunRecord& a, const RunRecord& b) {
  if (a.id != b.id) return "id";
  if (a.status != b.status) return "status: " + a.status + ", " + b.status + " (" + b.reason + ")";
  if (a.reason != b.reason) return "reason: " + a.reason + "; " + b.reason;
  if (a.provenance.value("messages", "") != b.provenance.value("messages", "")) return "messages";
  if (a.trace.columns != b.trace.columns) return "columns";
  if (a.trace.rows.size() != b.trace.rows.size()) return "rows";
  for (std::size_t k = 0; k < a.trace.rows.size(); ++k)
    for (std::size_t c = 0; c < a.trace.columns.size(); ++c)
      if (!a.trace.columns[c].ends_with("_seconds") && !same_bits(a.trace.rows[k][c], b.trace.rows[k][c]))
        return a.trace.columns[c] + " at iteration " + std::to_string(k);
  if (a.promises.size() != b.promises.size()) return "promises";
  for (std::size_t i = 0; i < a.promises.size(); ++i) {
    const PromiseResult &p = a.promises[i], &q = b.promises[i];
    bool same = p.promise.id == q.promise.id && p.checks == q.checks && p.violations == q.violations &&
                p.worst_iteration == q.worst_iteration && p.worst_block == q.worst_block &&
                p.first_iteration == q.first_iteration && p.first_block == q.first_block && p.unbounded == q.unbounded &&
                p.not_applicable == q.not_applicable && p.inconclusive == q.inconclusive &&
                p.first_terms.size() == q.first_terms.size();
    for (const auto& [x, y] :
         {std::pair(p.worst_slack, q.worst_slack), std::pair(p.worst_ratio, q.worst_ratio),
          std::pair(p.first_slack, q.first_slack), std::pair(p.first_left, q.first_left), std::pair(p.tightest, q.tightest)})
      same = same && same_bits(x, y);
    for (std::size_t t = 0; same && t < p.first_terms.size(); ++t)
      same = p.first_terms[t].first == q.first_terms[t].first && same_bits(p.first_terms[t].second, q.first_terms[t].second);
    if (!same) return "promise " + p.promise.id;
  }
  return "";
}

}  // namespace bcd::test
