// Text and files of others. What comes from outside is looked at once, where it is read: whatever stands in it stays text.
#pragma once

#include <filesystem>
#include <string>

namespace bcd {

/// Why a text cannot be shown as it is: "is not UTF-8", "holds a control character (U+001B)", "holds a line break", "holds a
/// character that turns the direction of writing (U+202E)". Empty: it can. `lines`: line breaks and tabs are allowed.
std::string text_fault(const std::string& text, bool lines = false);
/// The text with a blank for each control character and each line break, and '?' for each byte that is no UTF-8: for messages
/// and pictures. `lines`: line breaks stay.
std::string printable(const std::string& text, bool lines = false);

/// Why a name cannot be the stem of files that the program writes; empty: it can. Letters, digits and marks, one to 100 bytes;
/// no '/', not beginning with '-' or '.', and what text_fault says.
std::string stem_fault(const std::string& name);

/// The content of a regular file of at most `limit` bytes. Throws UsageError "<file>: <reason>": the system's reason, a folder,
/// a pipe or device, too long. Never waits for a pipe.
std::string file_content(const std::filesystem::path& file, std::size_t limit = std::size_t{1} << 30);

}  // namespace bcd
