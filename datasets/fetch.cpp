#include "datasets/fetch.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <fstream>
#include <memory>

#include "datasets/sha256.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLargestDownload = std::size_t{256} << 20;
constexpr long kConnectSeconds = 20;
constexpr long kStalledSeconds = 30;  // give up after so long below kStalledRate
constexpr long kStalledRate = 1000;   // bytes per second

struct CurlLibrary {
  CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlLibrary() { curl_global_cleanup(); }
};

std::size_t append(char* chunk, std::size_t, std::size_t size, void* target) {
  auto& bytes = *static_cast<Bytes*>(target);
  if (bytes.size() + size > kLargestDownload) return 0;  // fewer than `size`: libcurl stops with an error
  bytes.insert(bytes.end(), chunk, chunk + size);
  return size;
}

void allow_http_only(CURL* curl) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

// The body behind an address. Fails on anything but a complete answer.
Bytes download(const Blame& blame) {
  static const CurlLibrary library;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  if (!curl) throw std::runtime_error("libcurl cannot be started");
  Bytes bytes;
  allow_http_only(curl.get());
  curl_easy_setopt(curl.get(), CURLOPT_URL, blame.file.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, kStalledSeconds);
  curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT, kStalledRate);
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "bcdbench");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &bytes);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_HTTP_RETURNED_ERROR) {
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    blame.fail("the server answers with status " + std::to_string(status));
  }
  if (code != CURLE_OK) blame.fail(curl_easy_strerror(code));
  return bytes;
}

void check_content(std::span<const std::uint8_t> packed, const PinnedFile& file, const Blame& blame) {
  const std::string found = file.packed ? sha256(packed) : sha256(gunzip(packed, blame));
  if (found != file.sha256) blame.fail("the SHA-256 of its content is " + found + ", not " + file.sha256);
}

bool is_intact(const fs::path& path, const PinnedFile& file) {
  const Blame blame{path.string(), ""};
  try {
    check_content(read_file(path, blame), file, blame);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

// Written under another name and renamed, so that nobody sees half a file.
void write_atomically(const fs::path& path, const Bytes& bytes) {
  const fs::path part = path.string() + ".part" + std::to_string(::getpid());  // two programs may fetch at the same time
  std::ofstream out(part, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  out.close();
  std::error_code error;
  if (out) fs::rename(part, path, error);
  if (out && !error) return;
  fs::remove(part, error);
  throw UsageError(path.string() +
                   ": cannot be written; make room or change the folder's permissions, or set XDG_CACHE_HOME to "
                   "another folder");
}

std::string address(std::string mirror, const PinnedFile& file) {
  if (!mirror.ends_with('/')) mirror += '/';
  return mirror + file.name + ".gz";
}

Bytes fetch_file(const PinnedFile& file, const std::vector<std::string>& mirrors, const std::string& remedy) {
  std::string reasons;
  for (const std::string& mirror : mirrors) {
    const Blame blame{address(mirror, file), "nothing was saved"};
    try {
      Bytes bytes = download(blame);
      check_content(bytes, file, blame);
      return bytes;
    } catch (const UsageError& e) {
      reasons += std::string("\n  ") + e.what();
    }
  }
  throw UsageError("cannot download " + file.name + ".gz:" + reasons + "\n" + remedy);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw UsageError(folder.string() + ": the folder cannot be made (" + error.message() +
                     "); set XDG_CACHE_HOME to another folder");
}

}  // namespace

void fetch_files(const std::vector<PinnedFile>& files, const std::vector<std::string>& mirrors, const fs::path& folder,
                 const std::string& remedy) {
  for (const PinnedFile& file : files) {
    const fs::path path = folder / (file.name + ".gz");
    if (is_intact(path, file)) continue;
    const Bytes bytes = fetch_file(file, mirrors, remedy);
    make_folder(folder);
    write_atomically(path, bytes);
  }
}

fs::path fetch_set(const FileSet& set, const std::vector<std::string>& mirrors) {
  const auto folder = cache_folder(set.dataset);
  if (!folder) throw UsageError("there is no cache folder to download into; set XDG_CACHE_HOME (an absolute path) or HOME");
  fetch_files(
      set.files, mirrors.empty() ? set.mirrors : mirrors, *folder,
      "check the network, name another mirror, or put the files into $BCDBENCH_DATA/" + set.dataset + set.more_remedies);
  return *folder;
}

}  // namespace bcd
