#include "experiments/report/certificate.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"
#include "datasets/sha256.hpp"
#include "experiments/file/load.hpp"
#include "experiments/file/paper.hpp"
#include "experiments/report/claims_table.hpp"
#include "experiments/report/items.hpp"
#include "experiments/report/replies.hpp"
#include "experiments/run/provenance.hpp"
#include "experiments/run/records.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

const Paper& find_paper(const std::string& id) {
  std::vector<std::string> known;
  for (const Paper& paper : papers()) {
    if (paper.id == id) return paper;
    known.push_back(paper.id);
  }
  throw UsageError(unknown_name("paper", id, known));
}

/// What the program is; the machine and the dates are the records'.
OrderedJson program_facts() {
  const nlohmann::json facts = provenance();
  OrderedJson own;
  for (const char* key : {"program", "commit", "dirty", "sources"})
    if (facts.contains(key)) own[key] = facts.at(key);
  return own;
}

/// The records behind the rows: checksums of both files, who made them, and the command that makes each again.
OrderedJson records_of(const std::vector<ClaimEntry>& entries, const Shelf& shelf) {
  std::set<std::string> ids;
  for (const ClaimEntry& entry : entries) ids.insert(entry.row.records.begin(), entry.row.records.end());
  OrderedJson records = OrderedJson::array();
  for (const std::string& id : ids) {
    const fs::path file = record_file(shelf, id);
    if (!fs::exists(file)) continue;
    const RunRecord record = read_record(file);
    const bool archived = !record.archived.empty();
    OrderedJson sums;
    for (const char* kind : {".json", ".csv"}) {
      const std::string name = id + kind + (archived ? ".gz" : "");
      sums[name] = sha256(file_content(file.parent_path() / name));
    }
    const std::string place = archived ? "results/archive/" + file.parent_path().filename().string() : "runs";
    OrderedJson facts = {{"record", id},
                         {"experiment", record.experiment()},
                         {"variant", record.variant()},
                         {"seed", record.seed()},
                         {"status", record.status},
                         {"sha256", sums},
                         {"again", "./bcdbench run " + place + "/" + file.filename().string() + " --force"}};
    if (archived) facts["archive"] = true;
    for (const char* key : {"program", "commit", "compiler", "cpu", "date"})
      if (record.provenance.contains(key)) facts[key] = record.provenance.at(key);
    records.push_back(std::move(facts));
  }
  return records;
}

OrderedJson counted(const std::vector<std::string>& words) {
  OrderedJson counts = OrderedJson::object();
  for (const std::string& word : words) counts[word] = counts.value(word, 0) + 1;
  return counts;
}

OrderedJson certificate_of(const CertificateOrder& order, const Paper& paper) {
  Overrides overrides;
  overrides.scale = order.scale;
  const std::vector<ClaimEntry> entries = collect_claims(experiments_of({paper.id}, overrides), overrides, order.shelf);
  const Replies replies = read_replies(paper, order.replies);
  std::vector<ClaimRow> rows;
  std::vector<std::string> findings, verdicts;
  OrderedJson claims = OrderedJson::array(), items = OrderedJson::array();
  for (const ClaimEntry& entry : entries) {
    rows.push_back(entry.row);
    findings.push_back(entry.row.finding);
    OrderedJson row = row_as_json(entry.row);
    row["scale"] = entry.scale;
    row["source"] = entry.source == ClaimEntry::Source::records     ? "records"
                    : entry.source == ClaimEntry::Source::reference ? "committed reference"
                                                                    : "none";
    row["records"] = entry.source == ClaimEntry::Source::records ? entry.row.records : std::vector<std::string>{};
    row["command"] = "./bcdbench check " + entry.row.experiment + " --scale " + entry.scale;
    claims.push_back(std::move(row));
  }
  for (const ItemRow& item : items_of(paper, rows)) {
    OrderedJson line = item_as_json(item);
    if (const auto reply = replies.by_item.find(item.number); reply != replies.by_item.end()) line["reply"] = reply->second;
    verdicts.push_back(item.verdict);
    items.push_back(std::move(line));
  }
  OrderedJson certificate = {
      {"certificate", paper.id},
      {"paper", {{"authors", paper.authors}, {"title", paper.title}, {"published", paper.published}, {"link", paper.link}}},
      {"summary", paper.summary},
      {"program", program_facts()},
      {"scale", order.scale},
      {"items_by_verdict", counted(verdicts)},
      {"rows_by_finding", counted(findings)},
      {"commands",
       {"./bcdbench reproduce " + paper.id + " --scale " + order.scale,
        "./bcdbench certify " + paper.id + " --scale " + order.scale}}};
  if (!replies.general.empty()) certificate["reply"] = replies.general;
  certificate["items"] = items;
  certificate["claims"] = claims;
  certificate["records"] = records_of(entries, order.shelf);
  return certificate;
}

}  // namespace

std::vector<fs::path> write_certificate(const CertificateOrder& order) {
  const OrderedJson certificate = certificate_of(order, find_paper(order.paper));
  std::vector<fs::path> files;
  std::string sums;
  const auto write = [&](const std::string& name, const std::string& text) {
    write_file_atomically(order.to / name, text);
    files.push_back(order.to / name);
    sums += sha256(text) + "  " + name + "\n";
  };
  write("certificate.json", certificate.dump(1) + "\n");
  write("index.html", certificate_page(certificate));
  write_file_atomically(order.to / "SHA256SUMS", sums);
  files.push_back(order.to / "SHA256SUMS");
  return files;
}

}  // namespace bcd
