// SHA-256, by which every dataset is recognised.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace bcd {

/// 64 lower-case hexadecimal digits.
std::string sha256(std::span<const std::uint8_t> bytes);
std::string sha256(std::string_view text);

}  // namespace bcd
