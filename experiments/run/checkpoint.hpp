// The file that a run leaves beside its record to be, so that it goes on where it was when it is killed. README.md of this room
// says what is in it.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "algorithms/core/restorable.hpp"

namespace bcd {

/// Between two checkpoints, where the experiment's file (run.checkpoint_minutes) and the command line say nothing.
inline constexpr double kCheckpointMinutes = 5;

/// A checkpoint that a run cannot go on from: why, in one sentence.
struct CheckpointRefused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// out/runs/<id>.checkpoint
std::filesystem::path checkpoint_file(const std::filesystem::path& record_folder, const std::string& id);

/// A file as a stream of bytes with their SHA-256.
class HashedFile {
 public:
  HashedFile(const std::filesystem::path& file, const char* mode);
  ~HashedFile();
  HashedFile(const HashedFile&) = delete;
  HashedFile& operator=(const HashedFile&) = delete;
  bool write(const void* data, std::size_t size);
  bool read(void* data, std::size_t size);
  std::string digest();  ///< 32 bytes, of all that went through
  std::FILE* stream() const { return stream_; }

 private:
  std::FILE* stream_;
  struct Hash;
  std::unique_ptr<Hash> hash_;
};

/// Writes head, then what it is shown, straight to a temporary file. Throws UsageError if it cannot.
class CheckpointWriter final : public Members {
 public:
  CheckpointWriter(const std::filesystem::path& file, const nlohmann::json& head);
  ~CheckpointWriter() override;
  void bytes(void* data, std::size_t size) override;
  /// The checksum behind all, fsync, and the final name: from here on the file before this one is gone.
  void publish();

 private:
  [[noreturn]] void fail() const;
  const std::filesystem::path file_, path_;
  std::unique_ptr<HashedFile> out_;
};

/// Reads it back. Throws CheckpointRefused if a byte is not as it was written.
class CheckpointReader final : public Members {
 public:
  explicit CheckpointReader(const std::filesystem::path& file);
  const nlohmann::json& head() const { return head_; }
  void bytes(void* data, std::size_t size) override;
  /// Throws CheckpointRefused if something is left.
  void done() const;

 private:
  std::unique_ptr<HashedFile> in_;
  std::uintmax_t left_ = 0;
  nlohmann::json head_;
};

}  // namespace bcd
