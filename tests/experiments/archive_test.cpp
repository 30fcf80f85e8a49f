// The archive: what is added, where it stands in for records that are not here, and what verify finds.
#include "experiments/run/archive.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "algorithms/core/usage_error.hpp"
#include "checkout.hpp"
#include "experiments/claims/shipped_reference.hpp"
#include "results/gzip.hpp"
#include "results/record.hpp"
#include "tests/support/program.hpp"

using namespace bcd::test;
using bcd::RunRecord;
using nlohmann::json;

namespace {

const std::string kQuickest = "ghauch2018-linear";  // of the shipped experiments
const std::string kWithArchive = "env BCDBENCH_ARCHIVE=archive", kWithout = "env BCDBENCH_ARCHIVE=";

/// tiny.toml with its four records in `archive`; none in `out` any more.
struct WithArchive : Sandbox {
  WithArchive() {
    write("tiny.toml", tiny("tiny"));
    REQUIRE(run("run tiny.toml", kWithout).code == 0);
    const Outcome added = run("archive add tiny.toml --scale quick --to archive", kWithout);
    CAPTURE(added.err);
    REQUIRE(added.code == 0);
    REQUIRE_THAT(added.out, Contains("4 records in archive, 4 of them new"));
    fs::rename(path("out"), path("made"));
  }
  fs::path paper() const { return path("archive") / "test"; }
  std::vector<fs::path> kept() const { return bcd::archived_records(path("archive")); }

  /// Changes an archived record as somebody would who knows about its digests; its sums are another matter.
  void rewrite(const fs::path& file, const std::function<void(RunRecord&)>& change) const {
    RunRecord record = bcd::read_record(file);
    change(record);
    bcd::write_record(path("rewritten"), record);
    bcd::archive_record(path("rewritten") / (record.id + ".json"), paper());
  }
  Outcome verify(const std::string& more) const { return run("archive verify " + more, kWithArchive); }
};

/// Moves the last training loss by a relative 1e-3.
void alter(RunRecord& record) {
  const int c = record.trace.index("train_loss");
  REQUIRE(c >= 0);
  record.trace.rows.back()[static_cast<std::size_t>(c)] *= 1.001;
}

void made_elsewhere(RunRecord& record) { record.provenance["cpu"] = "Another Processor 1"; }

}  // namespace

TEST_CASE("gzip gives the same bytes, without a time, and a damaged file is found", "[archive]") {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "text.gz";
  std::string text;
  for (int i = 0; i < 20000; ++i) text += std::to_string(i * 7919 % 10007) + "\n";
  const std::string packed = bcd::gzipped(text);
  CHECK(packed == bcd::gzipped(text));
  CHECK(packed.substr(4, 4) == std::string(4, '\0'));  // RFC 1952: the time
  CHECK(packed.size() < text.size() / 2);
  const auto unpacked = [&](const std::string& bytes) {
    bcd::write_file_atomically(file, bytes);
    return bcd::gunzipped(file);
  };
  CHECK(unpacked(packed) == text);
  CHECK(unpacked(bcd::gzipped("")).empty());
  CHECK_THROWS_AS(unpacked(packed.substr(0, packed.size() - 9)), bcd::UsageError);
  std::string other = packed;
  other[other.size() / 2] ^= 1;
  CHECK_THROWS_AS(unpacked(other), bcd::UsageError);
  CHECK_THROWS_AS(unpacked(text), bcd::UsageError);
}

TEST_CASE("archive add takes records in, the same bytes again, and replaces other versions", "[archive][cli]") {
  const WithArchive sandbox;
  REQUIRE(sandbox.kept().size() == 4);
  CHECK(bcd::sum_faults(sandbox.paper()).empty());
  const std::string sums = sandbox.read(sandbox.paper() / "SHA256SUMS");
  CHECK(occurrences(sums, "\n") == 8);
  const std::string add = "archive add tiny.toml --scale quick --to archive --out made";
  CHECK_THAT(sandbox.run(add).out, Contains("4 records in archive, 0 of them new"));
  CHECK(sandbox.read(sandbox.paper() / "SHA256SUMS") == sums);
  // The record of a run by another version of the code gives way.
  const fs::path file = sandbox.kept().front();
  sandbox.rewrite(file, [](RunRecord& record) { record.id.replace(record.id.find('-') + 1, 8, "00000000"); });
  REQUIRE(sandbox.kept().size() == 4);
  CHECK_FALSE(fs::exists(file));
  bcd::write_sums(sandbox.paper());
  CHECK_THAT(sandbox.run("check tiny.toml", kWithArchive).out, Contains("4 of 4 runs from the archive"));
  CHECK_THAT(sandbox.run("compare tiny.toml --metric train_loss", kWithArchive).out, Contains("another version"));
  CHECK_THAT(sandbox.run(add).out, Contains("1 of them new") && Contains("1 of other versions of the code replaced"));
  CHECK(sandbox.read(sandbox.paper() / "SHA256SUMS") == sums);

  check_misuse(sandbox.run("archive add --to archive"), "name experiments");
  check_misuse(sandbox.run("archive add tiny.toml --to archive"), "no records of these experiments at scale paper");
  check_misuse(sandbox.run("archive ad"), "did you mean 'add'?");
  check_misuse(sandbox.run("archive ls --sample 3", kWithArchive), "--sample belongs to archive verify");
  check_misuse(sandbox.run("archive ls", "env BCDBENCH_ARCHIVE=nowhere"), "BCDBENCH_ARCHIVE: no folder nowhere");
  check_misuse(sandbox.run("archive ls", kWithout), "there is none");
  CHECK_THAT(sandbox.run("archive ls", kWithArchive).out, Contains("tiny") && Contains("4 records in archive"));
}

TEST_CASE("the archive stands in for records that are not here, and says so", "[archive][cli]") {
  const WithArchive sandbox;
  check_misuse(sandbox.run("check tiny.toml", kWithout), "no records of tiny.toml");
  const std::string maker = "from the archive (" + bcd::maker_of(bcd::read_record(sandbox.kept().front()));
  const Outcome check = sandbox.run("check tiny.toml", kWithArchive);
  CHECK(check.code == 0);
  CHECK_THAT(check.out, Contains("1 claim judged on 4 of 4 runs " + maker + ")"));
  CHECK_THAT(sandbox.run("compare tiny.toml --metric train_loss", kWithArchive).out, Contains(maker + ": "));
  REQUIRE(sandbox.run("export tiny.toml --format jsonl", kWithArchive).code == 0);
  CHECK_THAT(sandbox.read("out/export/iterations.jsonl"), Contains("\"archive\":\"commit "));
  const Outcome report = sandbox.run("report tiny.toml", kWithArchive);
  if (report.code == 0) {  // there is gnuplot
    const std::string page = sandbox.read("out/report.html");
    CHECK_THAT(page, Contains("Lower is better. Scale quick: teacher-student, n = 20;") && Contains(" Runs " + maker + ": "));
    CHECK_THAT(page, Contains("Loss (from the archive)"));
  }
  // A run is made all the same, and then its own record is taken.
  const Outcome run = sandbox.run("run tiny.toml", kWithArchive);
  CHECK_THAT(run.err, Contains("the archive has 4 of the runs of tiny") && Contains("all the same"));
  CHECK(records(sandbox).size() == 4);
  CHECK_THAT(sandbox.run("check tiny.toml", kWithArchive).out, !Contains("archive"));
  // Local records of two runs, archived ones of the others.
  for (const fs::path& file : {records(sandbox)[0], records(sandbox)[1]}) bcd::remove_record(file);
  CHECK_THAT(sandbox.run("check tiny.toml", kWithArchive).out, Contains("judged on 2 of 4 runs from the archive"));
  // A damaged archive is an error, no missing record.
  bcd::write_file_atomically(sandbox.kept().front(), "no gzip");
  for (const fs::path& file : records(sandbox)) bcd::remove_record(file);
  check_misuse(sandbox.run("check tiny.toml", kWithArchive), "is damaged");
}

TEST_CASE("archive verify makes records again, and finds an altered number", "[archive][cli]") {
  const WithArchive sandbox;
  const Outcome well = sandbox.verify("--sample 4");
  CHECK(well.code == 0);
  CHECK(occurrences(well.out, ": the same bits in 4 rows") == 4);
  const fs::path file = sandbox.kept()[1];

  SECTION("by its sum") {
    sandbox.rewrite(file, alter);
    const Outcome outcome = sandbox.verify("--sample 0");
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out, Contains("changed, its SHA-256 is not that of SHA256SUMS"));
    fs::remove(file);
    CHECK_THAT(sandbox.verify("--sample 0").out, Contains(file.filename().string() + ": missing"));
    bcd::write_file_atomically(sandbox.paper() / "more.csv.gz", bcd::gzipped("k\n"));
    CHECK_THAT(sandbox.verify("--sample 0").out, Contains("more.csv.gz: not in SHA256SUMS"));
  }
  SECTION("by the comparison, where its sum was repaired") {
    sandbox.rewrite(file, alter);
    bcd::write_sums(sandbox.paper());
    const Outcome outcome = sandbox.verify("--sample 4");
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out, Contains("DIFFERENT: train_loss in row 3: archived ") && Contains("same processor and flags"));
    CHECK(occurrences(outcome.out, ": the same bits in 4 rows") == 3);
  }
  SECTION("by one bit") {
    sandbox.rewrite(file, [](RunRecord& record) {
      double& loss = record.trace.rows.back()[static_cast<std::size_t>(record.trace.index("train_loss"))];
      loss = std::nextafter(loss, 0.0);
    });
    bcd::write_sums(sandbox.paper());
    CHECK(sandbox.verify("--sample 4").code == 1);
  }
  SECTION("not by its clocks") {
    sandbox.rewrite(file, [](RunRecord& record) {
      record.trace.rows.back()[static_cast<std::size_t>(record.trace.index("train_seconds"))] = 1000;
    });
    bcd::write_sums(sandbox.paper());
    CHECK(sandbox.verify("--sample 4").code == 0);
    const Outcome hasty = sandbox.verify("--sample 4 --minutes 1");  // one of them is estimated at 1000 seconds
    CHECK(hasty.code == 0);
    CHECK(occurrences(hasty.out, "not made again, it took ") == 1);
  }
  SECTION("elsewhere within the measured bound, which an altered number exceeds") {
    for (const fs::path& each : sandbox.kept()) sandbox.rewrite(each, made_elsewhere);
    bcd::write_sums(sandbox.paper());
    const Outcome elsewhere = sandbox.verify("--sample 4");
    CHECK(elsewhere.code == 0);
    CHECK(occurrences(elsewhere.out, "within the measured bound") == 4);
    sandbox.rewrite(file, [](RunRecord& record) {
      double& loss = record.trace.rows.back()[static_cast<std::size_t>(record.trace.index("train_loss"))];
      loss *= 1 + 1e-15;  // as another processor may round
    });
    bcd::write_sums(sandbox.paper());
    CHECK(sandbox.verify("--sample 4").code == 0);
    sandbox.rewrite(file, [](RunRecord& record) {
      double& loss = record.trace.rows.back()[static_cast<std::size_t>(record.trace.index("train_loss"))];
      loss *= 1 + 1e-9;
    });
    bcd::write_sums(sandbox.paper());
    const Outcome altered = sandbox.verify("--sample 4");
    CHECK(altered.code == 1);
    CHECK_THAT(altered.out, Contains("DIFFERENT: train_loss in row 3") && Contains("allowed are"));
  }
  SECTION("an empty archive is no success") {
    fs::remove_all(sandbox.paper());
    const Outcome outcome = sandbox.verify("");
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.out, Contains("nothing was verified"));
  }
}

TEST_CASE("the claims of the papers are judged from an archive in seconds", "[archive][claims]") {
  const auto judged = [](const Sandbox& sandbox, const std::string& scale, const std::string& archive) {
    const Outcome outcome = sandbox.run("claims --format json --scale " + scale, archive);
    REQUIRE(outcome.code == 0);
    const json all = json::parse(outcome.out);
    json rows = json::array();
    for (const json& row : all.at("claims"))
      if (row.contains("archive")) rows.push_back(row);
    return rows;
  };
  const auto check_all = [](const json& rows) {
    for (const json& row : rows) {
      CAPTURE(row.at("claim").get<std::string>(), row.at("archive").get<std::string>());
      CHECK(row.at("verdict") == row.at("expected"));
      CHECK(row.at("source") == "records");
    }
  };
  SECTION("of its own, from the quickest experiment") {
    const Sandbox sandbox;
    REQUIRE(sandbox.run("run " + kQuickest, kWithout).code == 0);
    REQUIRE(sandbox.run("archive add " + kQuickest + " --scale quick --to archive", kWithout).code == 0);
    fs::rename(sandbox.path("out"), sandbox.path("made"));
    const json rows = judged(sandbox, "quick", kWithArchive);
    CHECK_FALSE(rows.empty());
    check_all(rows);
    CHECK(judged(sandbox, "quick", kWithout).empty());  // the control
  }
  SECTION("of the checkout, at the papers' scale") {
    const fs::path archive = fs::path(BCDBENCH_SOURCE_DIR) / "results" / "archive";
    for (const fs::path& paper : bcd::archive_papers(archive)) CHECK(bcd::sum_faults(paper).empty());
    if (bcd::archived_records(archive).empty()) {
      WARN("results/archive is empty: no verdict at the papers' scale was judged from it");
      return;
    }
    const json rows = judged(Sandbox(), "paper", "env BCDBENCH_ARCHIVE='" + archive.string() + "'");
    CHECK(rows.size() >= 80);
    check_all(rows);
    for (const json& row : rows) {  // what the reference says of them was measured on these records
      const std::string id = row.at("claim");
      CAPTURE(id);
      const bcd::ReferenceClaim* reference = bcd::find_reference(id);
      REQUIRE(reference != nullptr);
      CHECK(row.at("verdict") == reference->verdict_at("paper"));
      CHECK(row.at("measured") == reference->measured.at("paper"));
    }
  }
}
