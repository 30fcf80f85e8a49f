#include "experiments/run/checkpoint.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "results/json.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFirstBytes = "bcdbench checkpoint 1\n";
constexpr std::size_t kDigest = 32;

}  // namespace

fs::path checkpoint_file(const fs::path& record_folder, const std::string& id) { return record_folder / (id + ".checkpoint"); }

struct HashedFile::Hash {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Hash() {
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      throw std::runtime_error("OpenSSL offers no SHA-256 in this configuration");
  }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
  ~Hash() { EVP_MD_CTX_free(context); }
};

HashedFile::HashedFile(const fs::path& file, const char* mode)
    : stream_(std::fopen(file.c_str(), mode)), hash_(std::make_unique<Hash>()) {}
HashedFile::~HashedFile() {
  if (stream_) std::fclose(stream_);
}
bool HashedFile::write(const void* data, std::size_t size) {
  EVP_DigestUpdate(hash_->context, data, size);
  return size == 0 || std::fwrite(data, 1, size, stream_) == size;
}
bool HashedFile::read(void* data, std::size_t size) {
  if (size > 0 && std::fread(data, 1, size, stream_) != size) return false;
  EVP_DigestUpdate(hash_->context, data, size);
  return true;
}
std::string HashedFile::digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_DigestFinal_ex(hash_->context, digest.data(), nullptr);
  return {digest.begin(), digest.begin() + kDigest};
}

CheckpointWriter::CheckpointWriter(const fs::path& file, const nlohmann::json& head)
    : Members(false), file_(file), path_(file.string() + ".tmp" + std::to_string(::getpid())) {
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  out_ = std::make_unique<HashedFile>(path_, "wbe");
  if (!out_->stream()) fail();
  std::string magic(kFirstBytes), text = json_text(head);
  bytes(magic.data(), magic.size());
  (*this)(text);
}

CheckpointWriter::~CheckpointWriter() {
  if (out_) ::unlink(path_.c_str());
}

void CheckpointWriter::bytes(void* data, std::size_t size) {
  if (!out_->write(data, size)) fail();
}

void CheckpointWriter::publish() {
  const std::string digest = out_->digest();
  if (!out_->write(digest.data(), digest.size()) || std::fflush(out_->stream()) != 0 || ::fsync(fileno(out_->stream())) != 0 ||
      ::rename(path_.c_str(), file_.c_str()) != 0)
    fail();
  out_.reset();
  if (const int folder = ::open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);  // the new name, too, survives a loss of power
    ::close(folder);
  }
}

void CheckpointWriter::fail() const {
  throw UsageError("cannot write the checkpoint " + printable(file_.string()) + ": " + std::generic_category().message(errno));
}

CheckpointReader::CheckpointReader(const fs::path& file) : Members(true) {
  const auto require = [](bool intact, const char* fault) {
    if (!intact) throw CheckpointRefused(fault);
  };
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  require(!error && size >= kFirstBytes.size() + kDigest, "it is cut");
  in_ = std::make_unique<HashedFile>(file, "rbe");
  require(in_->stream() != nullptr, "it cannot be read");
  std::vector<char> buffer(1 << 20);
  for (left_ = size - kDigest; left_ > 0;) {  // the whole file before any of it is believed
    const auto count = static_cast<std::size_t>(std::min<std::uintmax_t>(left_, buffer.size()));
    require(in_->read(buffer.data(), count), "it cannot be read");
    left_ -= count;
  }
  const std::string digest = in_->digest();
  std::string written(kDigest, '\0');
  require(std::fread(written.data(), 1, kDigest, in_->stream()) == kDigest && written == digest,
          "it is damaged or cut: its checksum is wrong");
  in_ = std::make_unique<HashedFile>(file, "rbe");
  require(in_->stream() != nullptr, "it cannot be read");
  left_ = size - kDigest;
  std::string magic(kFirstBytes.size(), '\0'), text;
  bytes(magic.data(), magic.size());
  require(magic == kFirstBytes, "it is no checkpoint of this format");
  (*this)(text);
  try {
    head_ = parse_json(text);
  } catch (const UsageError& e) {
    throw CheckpointRefused(e.what());
  }
  require(head_.is_object(), "its header is no JSON object");
}

void CheckpointReader::bytes(void* data, std::size_t size) {
  if (size > left_ || !in_->read(data, size)) throw CheckpointRefused("it holds less than this run needs");
  left_ -= size;
}

void CheckpointReader::done() const {
  if (left_ > 0) throw CheckpointRefused("it holds more than this run needs");
}

}  // namespace bcd
