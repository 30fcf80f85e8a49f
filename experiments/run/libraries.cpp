#include "experiments/run/libraries.hpp"

namespace bcd {

namespace {

std::map<std::string, std::string>& libraries() {
  static std::map<std::string, std::string> list;
  return list;
}

}  // namespace

const std::map<std::string, std::string>& loaded_libraries() { return libraries(); }

void remember_library(const std::string& path, const std::string& checksum) { libraries()[path] = checksum; }

}  // namespace bcd
