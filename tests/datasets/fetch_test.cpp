// The downloader against a small HTTP server in a child process.
#include "datasets/fetch.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "datasets/dataset.hpp"
#include "datasets/sha256.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
namespace fs = std::filesystem;

namespace {

// Serves the current folder; below /short/ it announces more bytes than it sends.
constexpr const char* kServer = R"(
import http.server, os
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        if not self.path.startswith('/short/'):
            return super().do_GET()
        body = open('.' + self.path[len('/short'):], 'rb').read()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body) + 100))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True
    def log_message(self, *arguments):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
)";

class Server {
 public:
  explicit Server(const fs::path& folder) {
    int ends[2];
    if (pipe(ends) != 0) return;
    child_ = fork();
    if (child_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      close(ends[0]);
      close(ends[1]);
      if (chdir(folder.c_str()) == 0) execlp("python3", "python3", "-c", kServer, static_cast<char*>(nullptr));
      _exit(127);
    }
    close(ends[1]);
    char c = 0;
    while (read(ends[0], &c, 1) == 1 && c != '\n') port_ += c;
    close(ends[0]);
  }
  ~Server() {
    if (child_ <= 0) return;
    kill(child_, SIGTERM);
    waitpid(child_, nullptr, 0);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  bool running() const { return !port_.empty(); }
  std::string address(const std::string& path) const { return "http://127.0.0.1:" + port_ + path; }

 private:
  pid_t child_ = -1;
  std::string port_;
};

const Bytes kContent = idx_bytes({3}, {0, 1, 2});
const std::string kRemedy = "ask someone";

struct Download {
  TemporaryFolder root;
  fs::path served = root.path / "served", folder = root.path / "cache" / "tiny";
  Environment no_proxy{"no_proxy", "127.0.0.1"};
  std::vector<PinnedFile> files{{"labels", sha256(kContent), {3}}};

  Download() { write_gz(served / "good" / "labels.gz", kContent); }
  std::string error(const std::vector<std::string>& mirrors) const {
    return usage_error([&] { fetch_files(files, mirrors, folder, kRemedy); });
  }
  bool empty() const { return !fs::exists(folder) || fs::is_empty(folder); }
};

bool skipped(const Server& server) {
  if (!server.running()) WARN("skipped: python3, which serves the files of this test, cannot be started");
  return !server.running();
}

}  // namespace

TEST_CASE("A good download ends in the folder under its final name only", "[datasets][fetch]") {
  const Download d;
  const Server server(d.served);
  if (skipped(server)) return;
  REQUIRE(d.error({server.address("/good")}).empty());
  CHECK(read_raw(d.folder / "labels.gz", {"labels", ""}) == kContent);
  CHECK(std::distance(fs::directory_iterator(d.folder), {}) == 1);
}

TEST_CASE("An intact file is kept without asking a mirror, a damaged one is replaced", "[datasets][fetch]") {
  const Download d;
  const Server server(d.served);
  if (skipped(server)) return;
  write_gz(d.folder / "labels.gz", kContent);
  CHECK(d.error({server.address("/nowhere")}).empty());
  write_gz(d.folder / "labels.gz", idx_bytes({3}, {9, 9, 9}));
  CHECK_THAT(d.error({server.address("/nowhere")}), Contains("404"));
  CHECK(d.error({server.address("/good/")}).empty());
  CHECK(read_raw(d.folder / "labels.gz", {"labels", ""}) == kContent);
}

TEST_CASE("A bad answer leaves nothing behind and says what to do", "[datasets][fetch][error]") {
  const Download d;
  const Server server(d.served);
  if (skipped(server)) return;
  SECTION("the server has no such file") {
    const std::string address = server.address("/nowhere");
    CHECK_THAT(d.error({address}), Contains(address + "/labels.gz: the server answers with status 404; nothing was saved") &&
                                       Contains("\n" + kRemedy));
  }
  SECTION("another content") {
    write_gz(d.served / "wrong" / "labels.gz", idx_bytes({3}, {2, 1, 0}));
    CHECK_THAT(d.error({server.address("/wrong")}), Contains("SHA-256") && Contains(kRemedy));
  }
  SECTION("a truncated file") {
    write_gz(d.served / "cut" / "labels.gz", kContent);
    cut(d.served / "cut" / "labels.gz", 4);
    CHECK_THAT(d.error({server.address("/cut")}), Contains("truncated") && Contains(kRemedy));
  }
  SECTION("a broken transfer") {
    CHECK_THAT(d.error({server.address("/short/good")}), Contains("nothing was saved") && Contains(kRemedy));
  }
  SECTION("no server at all, and no web address") {
    CHECK_THAT(d.error({"http://127.0.0.1:1"}), Contains("nothing was saved") && Contains(kRemedy));
    CHECK_THAT(d.error({"file://" + (d.served / "good").string()}), Contains("nothing was saved"));
  }
  CHECK(d.empty());
}

TEST_CASE("Mirrors are tried in order until one delivers", "[datasets][fetch]") {
  const Download d;
  const Server server(d.served);
  if (skipped(server)) return;
  CHECK(d.error({server.address("/nowhere"), server.address("/good")}).empty());
  CHECK(fs::exists(d.folder / "labels.gz"));
}

TEST_CASE("A set that is already in the cache is fetched without a network", "[datasets][fetch]") {
  Download d;
  const Environment cache("XDG_CACHE_HOME", (d.root.path / "xdg").string());
  FileSet set;
  set.dataset = "tiny";
  set.files = d.files;
  set.mirrors = {"http://127.0.0.1:1"};
  write_gz(d.root.path / "xdg" / "bcdbench" / "tiny" / "labels.gz", kContent);
  CHECK(fetch_set(set, {}) == d.root.path / "xdg" / "bcdbench" / "tiny");
}

TEST_CASE("There is nothing to fetch for an embedded dataset", "[datasets][fetch][error]") {
  CHECK_THAT(usage_error([] { fetch_dataset("bodyfat"); }), Contains("part of the program"));
}
