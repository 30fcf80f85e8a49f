#include "experiments/report/replies.hpp"

#include <sstream>

#include "algorithms/core/parameters.hpp"
#include "algorithms/core/plain_text.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

std::string without_margins(const std::string& text) {
  const std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(" \t\r\n") + 1 - from);
}

}  // namespace

Replies parse_replies(const std::string& text, const Paper& paper, const std::string& file) {
  std::vector<std::string> numbers;
  for (const PaperItem& item : paper.items) numbers.push_back(item.number);
  Replies replies;
  std::string* reply = &replies.general;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("## ")) {
      const std::string number = without_margins(line.substr(3));
      if (std::find(numbers.begin(), numbers.end(), number) == numbers.end())
        throw UsageError(file + ": " + unknown_name("item", number, numbers));
      const auto [at, fresh] = replies.by_item.emplace(number, "");
      if (!fresh) throw UsageError(file + ": there is another reply to " + number);
      reply = &at->second;
    } else if (!line.starts_with("# ")) {
      *reply += line + "\n";
    }
  }
  replies.general = without_margins(replies.general);
  for (auto& [number, own] : replies.by_item) own = without_margins(own);
  return replies;
}

Replies read_replies(const Paper& paper, const fs::path& file) {
  fs::path found = file;
  if (file.empty())
    for (const fs::path& place :
         {fs::path("replies") / (paper.id + ".md"), fs::path("experiments/papers") / paper.id / "replies.md"})
      if (found.empty() && fs::exists(place)) found = place;
  if (found.empty()) return {};
  return parse_replies(file_content(found), paper, found.string());
}

}  // namespace bcd
