#include "experiments/report/row_text.hpp"

#include "experiments/claims/words.hpp"

namespace bcd {

std::string who_says(const ClaimRow& row) {
  if (row.origin == origin::reading) return "our reading" + (row.basis.empty() ? "" : " (guessed: " + row.basis + ")");
  if (row.origin == origin::own) return "the file's author";
  if (row.origin == origin::derived)
    return std::string(row.erratum ? "an erratum, found here" : "derived here") +
           (row.basis.empty() ? "" : " (" + row.basis + ")");
  return row.origin == origin::control ? "a control of the check" : "the paper";
}

std::string quoted_words(const std::string& quote, const std::string& place) {
  if (quote.empty()) return place;
  return "\"" + quote + "\"" + (place.empty() ? "" : " (" + place + ")");
}

std::string no_evidence(const ClaimRow& row) {
  if (!row.implied_by.empty()) return "no evidence of its own: implied by " + row.implied_by;
  return row.threshold == "looked" ? "no evidence: its limit was chosen after looking at results" : "";
}

nlohmann::ordered_json row_as_json(const ClaimRow& row) {
  nlohmann::ordered_json json = {{"claim", row.id},          {"paper", row.paper},       {"item", row.item},
                                 {"origin", row.origin},     {"kind", row.kind},         {"statement", row.statement},
                                 {"quote", row.quote},       {"place", row.place},       {"experiment", row.experiment},
                                 {"reported", row.reported}, {"measured", row.measured}, {"verdict", row.verdict},
                                 {"finding", row.finding},   {"expected", row.expected}, {"evidence", row.evidence}};
  for (const auto& [key, value] : {std::pair{"basis", &row.basis},
                                   {"implied_by", &row.implied_by},
                                   {"threshold", &row.threshold},
                                   {"corrects", &row.corrects},
                                   {"counterexample", &row.counterexample},
                                   {"archive", &row.archive}})
    if (!value->empty()) json[key] = *value;
  if (row.erratum) json["erratum"] = true;
  if (!row.hypotheses.empty()) json["hypotheses"] = row.hypotheses;
  return json;
}

nlohmann::ordered_json item_as_json(const ItemRow& item) {
  return {{"paper", item.paper}, {"item", item.number},     {"states", item.states}, {"quote", item.quote},
          {"place", item.place}, {"verdict", item.verdict}, {"note", item.note},     {"claims", item.rows}};
}

}  // namespace bcd
