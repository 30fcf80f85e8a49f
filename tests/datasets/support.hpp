// Helpers of the dataset tests: environment variables set for one scope, small files.
#pragma once

#include <unistd.h>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string>

#include "algorithms/core/types.hpp"
#include "datasets/idx.hpp"
#include "tests/support/temporary_folder.hpp"

namespace bcd::test {

/// Sets an environment variable (nullopt: removes it) and restores it at the end of the scope.
class Environment {
 public:
  Environment(const std::string& name, const std::optional<std::string>& value) : name_(name) {
    if (const char* old = std::getenv(name.c_str())) old_ = old;
    assign(value);
  }
  ~Environment() { assign(old_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void assign(const std::optional<std::string>& value) {
    if (value)
      setenv(name_.c_str(), value->c_str(), 1);
    else
      unsetenv(name_.c_str());
  }
  std::string name_;
  std::optional<std::string> old_;
};

/// An idx file's content: header for `shape`, then `data`.
inline Bytes idx_bytes(const std::vector<std::uint32_t>& shape, const Bytes& data) {
  Bytes bytes{0, 0, 8, static_cast<std::uint8_t>(shape.size())};
  for (const std::uint32_t length : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(length >> shift));
  bytes.insert(bytes.end(), data.begin(), data.end());
  return bytes;
}

inline void write_plain(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

inline void write_gz(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  gzFile file = gzopen(path.c_str(), "wb");
  if (!file) throw std::runtime_error("cannot write " + path.string());
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
}

inline void cut(const std::filesystem::path& path, std::uintmax_t bytes_off) {
  std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes_off);
}

/// The message of the UsageError that `call` throws; empty if it throws none.
template <class Call>
std::string usage_error(Call&& call) {
  try {
    call();
  } catch (const UsageError& e) {
    return e.what();
  }
  return {};
}

}  // namespace bcd::test
