#include "experiments/claims/judge.hpp"
#include "experiments/claims/verdict.hpp"
#include "plots/report/markup.hpp"

namespace bcd {

std::string junit(const std::vector<ClaimRow>& rows) {
  std::size_t failures = 0, skipped = 0;
  std::string cases;
  for (const ClaimRow& row : rows) {
    cases += "  <testcase classname=\"" + escape_markup(row.paper + "." + row.experiment) + "\" name=\"" +
             escape_markup(row.id + ": " + row.statement) + "\"";
    if (!row.as_expected()) {
      ++failures;
      cases += ">\n    <failure message=\"" + escape_markup("verdict '" + row.verdict + "', expected '" + row.expected + "'") +
               "\">" + escape_markup(row.measured + "; " + row.evidence) + "</failure>\n  </testcase>\n";
    } else if (row.verdict == verdict_word(Outcome::not_run, row.origin, row.kind)) {
      ++skipped;
      cases += ">\n    <skipped message=\"" + escape_markup(row.evidence) + "\"/>\n  </testcase>\n";
    } else {
      cases += ">\n    <system-out>" + escape_markup(row.verdict + (row.measured.empty() ? "" : ": " + row.measured)) +
               "</system-out>\n  </testcase>\n";
    }
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bcdbench claims\" tests=\"" +
         std::to_string(rows.size()) + "\" failures=\"" + std::to_string(failures) + "\" skipped=\"" + std::to_string(skipped) +
         "\">\n" + cases + "</testsuite>\n";
}

}  // namespace bcd
