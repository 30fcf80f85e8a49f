#include "algorithms/core/plain_text.hpp"

#include <sys/stat.h>

#include <fstream>

#include "algorithms/core/usage_error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace bcd;
namespace fs = std::filesystem;

TEST_CASE("text that would not stay text is named", "[text]") {
  for (const char* good : {"", "loss", "größe", "‖V‖", "\xF0\x9F\x98\x80", "a\\b 'c' \"d\" `e` $f {g"})
    CHECK(text_fault(good).empty());
  CHECK(text_fault("a\nb") == "holds a line break");
  CHECK(text_fault("a\xE2\x80\xA8"
                   "b") == "holds a line break");  // U+2028
  CHECK(text_fault("a\nb\tc\r\n", true).empty());
  CHECK(text_fault("\x1b[2J", true) == "holds a control character (U+001B)");
  CHECK(text_fault(std::string("a\0b", 3), true) == "holds a control character (U+0000)");
  CHECK(text_fault("\x7F") == "holds a control character (U+007F)");
  CHECK(text_fault("\xC2\x9B"
                   "31m") == "holds a control character (U+009B)");
  CHECK(text_fault("evil\xE2\x80\xAEtxt", true) == "holds a character that turns the direction of writing (U+202E)");
  // Latin-1, a cut character, an overlong slash, a surrogate, beyond the last character.
  for (const char* bad : {"d\xE9p\xF4t", "\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"})
    CHECK(text_fault(bad) == "is not UTF-8");
}

TEST_CASE("what is printed has no control characters and is UTF-8", "[text]") {
  CHECK(printable("größe") == "größe");
  CHECK(printable("a\nb\x1b[2J") == "a b [2J");
  CHECK(printable("a\nb\x1b", true) == "a\nb ");
  CHECK(printable("d\xE9p\xF4t") == "d?p?t");
  const std::string all = [] {
    std::string bytes;
    for (int c = 0; c < 256; ++c) bytes += static_cast<char>(c);
    return bytes;
  }();
  CHECK(text_fault(printable(all)).empty());
}

TEST_CASE("a name that is no stem of files is refused", "[text]") {
  for (const char* good : {"loss", "x#1", "a b", "größe", "wang2018-fig1a", "a..b"}) CHECK(stem_fault(good).empty());
  CHECK(stem_fault("") == "is empty");
  CHECK(stem_fault("-e") == "begins with '-'");
  CHECK(stem_fault("..") == "begins with '.'");
  CHECK(stem_fault("a/../../b") == "holds a '/'");
  CHECK(stem_fault("a\nb") == "holds a line break");
  CHECK(stem_fault(std::string(100, 'a')).empty());
  CHECK(stem_fault(std::string(101, 'a')) == "is longer than 100 bytes");
}

TEST_CASE("a file is read as it is, or the reason is given", "[text][file]") {
  const test::TemporaryFolder folder;
  const auto at = [&](const char* name) { return folder.path / name; };
  std::ofstream(at("empty"));
  std::ofstream(at("text")) << std::string("a\0b\r\n", 5);
  CHECK(file_content(at("empty")).empty());
  CHECK(file_content(at("text")) == std::string("a\0b\r\n", 5));
  CHECK(file_content(at("text"), 5).size() == 5);
  CHECK_THROWS_WITH(file_content(at("text"), 4), Contains("text: longer than 4 bytes"));
  CHECK_THROWS_WITH(file_content(at("none")), Contains("none: no such file"));
  CHECK_THROWS_WITH(file_content(folder.path), Contains("this is a folder, not a file"));
  REQUIRE(::mkfifo(at("pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(file_content(at("pipe")), Contains("this is a pipe or a device"));  // and does not wait
  fs::create_symlink("text", at("link"));                                               // relative, within the folder
  CHECK(file_content(at("link")).size() == 5);
  fs::create_symlink("loop", at("loop"));
  CHECK_THROWS_AS(file_content(at("loop")), UsageError);
  CHECK_THROWS_AS(file_content(at(std::string(300, 'a').c_str())), UsageError);
}
