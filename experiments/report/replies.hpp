// What the authors of a paper reply to its certificate: a Markdown file, a heading for each item that they speak of.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "experiments/file/paper.hpp"

namespace bcd {

struct Replies {
  std::string general;                         ///< what stands before the first heading
  std::map<std::string, std::string> by_item;  ///< by the item's number
};

/// A line "## Lemma 1" begins the reply to that item of the paper. Throws UsageError that names `file` for a heading that is no
/// item, and for a second reply to one.
Replies parse_replies(const std::string& text, const Paper& paper, const std::string& file);

/// `file`, or where it is empty replies/<paper>.md, else experiments/papers/<paper>/replies.md; nothing where neither exists.
Replies read_replies(const Paper& paper, const std::filesystem::path& file);

}  // namespace bcd
