#include "experiments/run/fault.hpp"

#include <filesystem>
#include <new>
#include <stdexcept>
#include <system_error>

#include "algorithms/core/plain_text.hpp"

namespace bcd {

std::string surroundings_fault(const std::exception& e) {
  if (const auto* file = dynamic_cast<const std::filesystem::filesystem_error*>(&e)) {
    if (file->path1().empty()) return printable(file->code().message() + " (" + file->what() + ")");
    const std::string second = file->path2().empty() ? "" : " -> " + file->path2().string();
    return printable(file->path1().string() + second) + ": " + file->code().message();
  }
  if (const auto* system = dynamic_cast<const std::system_error*>(&e)) return printable(system->what());
  if (dynamic_cast<const std::bad_alloc*>(&e) || dynamic_cast<const std::length_error*>(&e))
    return "out of memory; ask for less: fewer samples, seeds, or narrower layers";
  return {};
}

}  // namespace bcd
