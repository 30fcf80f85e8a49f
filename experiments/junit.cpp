#include "experiments/judge.hpp"

namespace bcd {

namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

std::string junit(const std::vector<ClaimRow>& rows) {
  std::size_t failures = 0, skipped = 0;
  std::string cases;
  for (const ClaimRow& row : rows) {
    cases += "  <testcase classname=\"" + escaped(row.paper + "." + row.experiment) + "\" name=\"" +
             escaped(row.id + ": " + row.statement) + "\"";
    if (!row.as_expected()) {
      ++failures;
      cases += ">\n    <failure message=\"" + escaped("verdict '" + row.verdict + "', expected '" + row.expected + "'") +
               "\">" + escaped(row.measured + "; " + row.evidence) + "</failure>\n  </testcase>\n";
    } else if (row.verdict == "not run") {
      ++skipped;
      cases += ">\n    <skipped message=\"" + escaped(row.evidence) + "\"/>\n  </testcase>\n";
    } else {
      cases += "/>\n";
    }
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"bcdbench claims\" tests=\"" +
         std::to_string(rows.size()) + "\" failures=\"" + std::to_string(failures) + "\" skipped=\"" + std::to_string(skipped) +
         "\">\n" + cases + "</testsuite>\n";
}

}  // namespace bcd
