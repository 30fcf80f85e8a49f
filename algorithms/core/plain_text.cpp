#include "algorithms/core/plain_text.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "algorithms/core/usage_error.hpp"

namespace bcd {

namespace {

/// One character of UTF-8: its number and its bytes; no bytes: not UTF-8 (too long a form, a surrogate, cut, ...).
struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;
};

Character character_at(const std::string& text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() - at < bytes) return {};
  char32_t code = first & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(at + i) & 0x3Fu);
  }
  const char32_t least = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  return {code, bytes};
}

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }
bool breaks_line(char32_t c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }
bool turns_direction(char32_t c) { return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069); }

std::string number_of(char32_t c) {
  char text[16];
  std::snprintf(text, sizeof text, "(U+%04X)", static_cast<unsigned>(c));
  return text;
}

/// A descriptor that closes itself.
struct Open {
  explicit Open(const std::filesystem::path& file) : fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    if (fd >= 0) ::close(fd);
  }
  int fd;
};

}  // namespace

std::string text_fault(const std::string& text, bool lines) {
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.bytes == 0) return "is not UTF-8";
    at += c.bytes;
    if (lines && (c.code == '\n' || c.code == '\r' || c.code == '\t')) continue;
    if (breaks_line(c.code)) return "holds a line break";
    if (is_control(c.code)) return "holds a control character " + number_of(c.code);
    if (turns_direction(c.code)) return "holds a character that turns the direction of writing " + number_of(c.code);
  }
  return {};
}

std::string printable(const std::string& text, bool lines) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const Character c = character_at(text, at);
    if (c.bytes == 0)
      out += '?';
    else if ((is_control(c.code) || breaks_line(c.code) || turns_direction(c.code)) && !(lines && c.code == '\n'))
      out += ' ';
    else
      out += text.substr(at, c.bytes);
    at += c.bytes == 0 ? 1 : c.bytes;
  }
  return out;
}

std::string stem_fault(const std::string& name) {
  constexpr std::size_t kLongest = 100;
  if (name.empty()) return "is empty";
  if (name.size() > kLongest) return "is longer than " + std::to_string(kLongest) + " bytes";
  if (name.front() == '-' || name.front() == '.') return "begins with '" + name.substr(0, 1) + "'";
  if (name.find('/') != std::string::npos) return "holds a '/'";
  return text_fault(name);
}

std::string file_content(const std::filesystem::path& file, std::size_t limit) {
  const auto fail = [&](const std::string& why) { throw UsageError(printable(file.string()) + ": " + why); };
  const auto reason = [] { return std::generic_category().message(errno); };
  const Open opened(file);
  struct stat facts {};
  if (opened.fd < 0 || ::fstat(opened.fd, &facts) != 0) fail(errno == ENOENT ? "no such file" : reason());
  if (S_ISDIR(facts.st_mode)) fail("this is a folder, not a file");
  if (!S_ISREG(facts.st_mode)) fail("this is a pipe or a device, not a file");
  std::string content;
  char chunk[1 << 16];
  ssize_t count = 0;
  while ((count = ::read(opened.fd, chunk, sizeof chunk)) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(reason());
    content.append(chunk, static_cast<std::size_t>(count));
    if (content.size() > limit) fail("longer than " + std::to_string(limit) + " bytes");
  }
  return content;
}

}  // namespace bcd
