#include "results/record.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <limits>
#include <sstream>

#include "tests/support/catch.hpp"
#include "tests/support/fake_descent.hpp"

using namespace bcd;
namespace fs = std::filesystem;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

RunRecord sample() {
  RunRecord r;
  r.id = "0123456789abcdef";
  r.config = {{"experiment", "e"}, {"variant", "v"}, {"seed", 18446744073709551615ull}};
  r.provenance = {{"threads", 2}};
  r.status = "Diverged";
  r.reason = "the loss is \"not\" finite; à la fin";
  r.trace.append({{"iteration", 0}, {"train_loss", 0.1}});
  r.trace.append({{"iteration", 1}, {"train_loss", kInf}, {"slack:descent.block", -1e-300}});
  r.trace.append({{"iteration", 2}, {"train_loss", kNaN}, {"slack:descent.block", 1.0 / 3.0}});
  PromiseResult p;
  p.promise = {"descent.block", "a paper", "L falls", "a = 1", "gamma > 0"};
  p.checks = 7;
  p.worst_slack = kInf;
  p.worst_ratio = -kInf;
  p.first_iteration = 2;
  p.first_block = "V3";
  p.first_slack = kNaN;
  r.promises = {p};
  return r;
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

void same_bits(double a, double b) { CHECK(((std::isnan(a) && std::isnan(b)) || a == b)); }

}  // namespace

TEST_CASE("the hash of a text is the beginning of its SHA-256", "[record]") {
  CHECK(short_hash("abc") == "ba7816bf8f01cfea");  // FIPS 180-4, example of SHA-256
  CHECK(short_hash("") == "e3b0c44298fc1c14");
}

TEST_CASE("a trace fills what a row or a column lacks with NaN", "[record][trace]") {
  const Trace t = sample().trace;
  REQUIRE(t.columns == std::vector<std::string>{"iteration", "train_loss", "slack:descent.block"});
  CHECK(std::isnan(t.column("slack:descent.block")[0]));
  CHECK(t.column("iteration") == std::vector<double>{0, 1, 2});
  CHECK(t.index("nothing") == -1);
  CHECK(t.column("nothing").empty());
}

TEST_CASE("a row that names a column twice is refused", "[record][trace]") {
  Trace t;
  CHECK_THROWS_AS(t.append({{"a", 1}, {"a", 2}}), std::logic_error);
}

TEST_CASE("a record reads back as it was written, with NaN and infinities", "[record]") {
  const test::TemporaryFolder folder;
  const RunRecord out = sample();
  write_record(folder.path / "runs", out);
  REQUIRE(record_exists(folder.path / "runs", out.id));
  const RunRecord in = read_record(folder.path / "runs" / (out.id + ".json"));

  CHECK(in.id == out.id);
  CHECK(in.config == out.config);
  CHECK(in.seed() == 18446744073709551615ull);
  CHECK(in.provenance == out.provenance);
  CHECK(in.status == out.status);
  CHECK(in.reason == out.reason);
  REQUIRE(in.trace.columns == out.trace.columns);
  REQUIRE(in.trace.rows.size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t c = 0; c < 3; ++c) same_bits(in.trace.rows[i][c], out.trace.rows[i][c]);
  REQUIRE(in.promises.size() == 1);
  const PromiseResult &p = in.promises[0], &q = out.promises[0];
  CHECK(p.promise.id == q.promise.id);
  CHECK(p.promise.assumes == q.promise.assumes);
  CHECK(p.checks == 7);
  CHECK(p.first_block == "V3");
  same_bits(p.worst_slack, q.worst_slack);
  same_bits(p.worst_ratio, q.worst_ratio);
  same_bits(p.first_slack, q.first_slack);
}

TEST_CASE("a record keeps how loose a bound is, and one of before, which does not say, is still read", "[record]") {
  const test::TemporaryFolder folder;
  RunRecord r = sample();
  r.promises.front().tightest = 2e13;
  r.promises.front().violations = 1;
  r.promises.front().first_left = -kInf;
  r.promises.front().first_terms = {{"|D|^2", 0.1}, {"a", kNaN}};
  r.promises.front().unbounded = 3;
  write_record(folder.path, r);
  const fs::path file = folder.path / (r.id + ".json");
  CHECK(read_record(file).promises.front().tightest == 2e13);
  CHECK(read_record(file).promises.front().first_left == -kInf);
  CHECK(read_record(file).promises.front().first_terms.front() == Measurements::value_type{"|D|^2", 0.1});
  CHECK(std::isnan(read_record(file).promises.front().first_terms.at(1).second));
  CHECK(read_record(file).promises.front().unbounded == 3);
  write_record(folder.path, sample());
  CHECK(text_of(file).find("tightest") == std::string::npos);  // as it was before there was such a field
  CHECK(text_of(file).find("unbounded") == std::string::npos);
  CHECK(read_record(file).promises.front().tightest == 0);
}

TEST_CASE("writing a record twice leaves two files and no temporary ones", "[record][atomic]") {
  const test::TemporaryFolder folder;
  write_record(folder.path, sample());
  write_record(folder.path, sample());
  CHECK(folder.files() == 2);
}

TEST_CASE("a file that cannot be written leaves nothing behind", "[record][atomic]") {
  const test::TemporaryFolder folder;
  fs::create_directories(folder.path / "taken");  // a folder stands where the file should go
  CHECK_THROWS_WITH(write_file_atomically(folder.path / "taken", "text"), Contains("cannot write") && Contains("taken"));
  CHECK(folder.files() == 0);
  write_file_atomically(folder.path / "file", "text");
  CHECK_THROWS_WITH(write_file_atomically(folder.path / "file" / "below", "text"), Contains("cannot create the folder"));
  CHECK(folder.files() == 1);
}

TEST_CASE("a damaged record is refused with file and fault", "[record]") {
  const test::TemporaryFolder folder;
  const RunRecord record = sample();
  write_record(folder.path, record);
  const fs::path json = folder.path / (record.id + ".json"), csv = folder.path / (record.id + ".csv");
  const std::string good = text_of(csv);

  SECTION("a cut trace") {
    std::ofstream(csv, std::ios::binary) << good.substr(0, good.size() - 4);
    CHECK_THROWS_WITH(read_record(json), Contains(json.string()) && Contains("3 complete lines instead of 4"));
  }
  SECTION("a changed trace of the right length") {
    std::string changed = good;
    changed[changed.find("0.1")] = '7';
    std::ofstream(csv, std::ios::binary) << changed;
    CHECK_THROWS_WITH(read_record(json), Contains("was changed after the run"));
  }
  SECTION("no trace") {
    fs::remove(csv);
    CHECK_THROWS_WITH(read_record(json), Contains("is missing"));
  }
  SECTION("not JSON") {
    std::ofstream(json) << "{ half";
    CHECK_THROWS_WITH(read_record(json), Contains(json.string()) && Contains("not JSON"));
  }
  SECTION("JSON of something else") {
    std::ofstream(json) << "{\"schema\": 1}";
    CHECK_THROWS_WITH(read_record(json), Contains("not a run record"));
  }
  SECTION("another schema") {
    nlohmann::json j = nlohmann::json::parse(text_of(json));
    j["schema"] = 99;
    std::ofstream(json) << j.dump();
    CHECK_THROWS_WITH(read_record(json), Contains("schema 99"));
  }
  SECTION("under another record's name") {  // trace and facts agree, the name does not
    const fs::path other = folder.path / "fedcba9876543210.json";
    fs::copy(json, other);
    fs::copy(csv, folder.path / "fedcba9876543210.csv");
    CHECK_THROWS_WITH(read_record(other), Contains("it is the record 0123456789abcdef, under another record's name"));
  }
  SECTION("a verdict, a status, a number changed by hand") {
    for (const char* key : {"status", "reason", "promises", "provenance", "config"}) {
      nlohmann::json j = nlohmann::json::parse(text_of(json));
      j[key] = j[key].is_string() ? nlohmann::json("Converged!") : nlohmann::json::object();
      const std::string before = text_of(json);
      std::ofstream(json) << j.dump();
      CHECK_THROWS_WITH(read_record(json), Contains("it was changed after the run"));
      std::ofstream(json) << before;
    }
    CHECK_NOTHROW(read_record(json));  // laid out as it was
  }
  SECTION("laid out otherwise") {
    const nlohmann::json j = nlohmann::json::parse(text_of(json));
    std::ofstream(json) << j.dump();
    CHECK_NOTHROW(read_record(json));
  }
  SECTION("without a digest, as older versions wrote them, its texts are looked at") {
    nlohmann::json j = nlohmann::json::parse(text_of(json));
    j.erase("digest");
    const auto changed = [&](const char* key, const nlohmann::json& value) {
      nlohmann::json other = j;
      other["config"][key] = value;
      std::ofstream(json) << other.dump();
    };
    std::ofstream(json) << j.dump();
    CHECK_NOTHROW(read_record(json));
    changed("seed", "1");
    CHECK_THROWS_WITH(read_record(json), Contains("its seed is \"1\", not a whole number"));
    changed("seed", -1);
    CHECK_THROWS_WITH(read_record(json), Contains("its seed is -1"));
    changed("variant", "a\nb");
    CHECK_THROWS_WITH(read_record(json), Contains("its variant holds a line break"));
    changed("variant", 7);
    CHECK_THROWS_WITH(read_record(json), Contains("not a run record"));
  }
  SECTION("nothing in it") {
    std::ofstream(json).close();
    CHECK_THROWS_WITH(read_record(json), Contains("not JSON"));
  }
  SECTION("nothing in its trace") {
    std::ofstream(csv).close();
    CHECK_THROWS_WITH(read_record(json), Contains("0 complete lines instead of 4"));
  }
  SECTION("a pipe under its name") {
    fs::remove(json);
    REQUIRE(::mkfifo(json.c_str(), 0600) == 0);
    CHECK_THROWS_WITH(read_record(json), Contains("a pipe or a device"));
  }
  SECTION("no file") { CHECK_THROWS_WITH(read_record(folder.path / "none.json"), Contains("no such file")); }
}

TEST_CASE("whoever writes a record last wrote all of it, and a reader sees one of them", "[record][atomic]") {
  const test::TemporaryFolder folder;
  const auto variant = [](int k) {  // runs of one name whose traces differ
    RunRecord r = sample();
    r.trace.rows[0][1] = k;
    r.reason = std::to_string(k);
    return r;
  };
  write_record(folder.path, variant(0));
  std::vector<pid_t> writers;
  for (int k = 1; k <= 3; ++k) {
    writers.push_back(::fork());
    if (writers.back() == 0) {
      for (int i = 0; i < 100; ++i) write_record(folder.path, variant(k));
      ::_exit(0);
    }
  }
  for (int i = 0; i < 100; ++i) {
    const RunRecord seen = read_record(folder.path / (sample().id + ".json"));
    CHECK(std::to_string(static_cast<int>(seen.trace.rows[0][1])) == seen.reason);
  }
  for (const pid_t writer : writers) {
    int status = -1;
    ::waitpid(writer, &status, 0);
    CHECK(status == 0);
  }
  CHECK(folder.files() == 2);
}
