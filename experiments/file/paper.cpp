#include "experiments/file/paper.hpp"

#include <algorithm>
#include <cctype>

#include "algorithms/core/plain_text.hpp"
#include "experiments/build/embedded.hpp"
#include "experiments/toml/document.hpp"

namespace bcd {

Paper parse_paper(const std::string& text, const std::string& file) {
  Section section(toml_document(text, file), file);
  Paper paper;
  paper.id = section.text("id");
  paper.authors = section.text("authors");
  paper.title = section.text("title");
  paper.published = section.text("published");
  paper.link = section.text("link");
  if (!paper.link.starts_with("https://") && !paper.link.starts_with("http://"))  // the report makes a link of it
    throw UsageError(section.place() + ": link must begin with https:// or http://");
  paper.summary = section.text("summary");
  for (Section& item : section.tables("item")) {
    paper.items.push_back({item.text("number"), item.text("states"), item.text("quote", ""), item.text("place", "")});
    item.done();
    for (std::size_t i = 0; i + 1 < paper.items.size(); ++i)
      if (paper.items[i].number == paper.items.back().number)
        throw UsageError(item.place() + ": there is another item " + paper.items[i].number);
  }
  section.done();
  return paper;
}

namespace {

std::deque<Paper>& all_papers() {
  static std::deque<Paper> all = [] {
    std::deque<Paper> list;
    for (const EmbeddedFile& file : embedded_papers()) {
      const std::string name = std::string(file.name) + "/paper.toml";
      list.push_back(parse_paper(std::string(file.text), name));
      if (list.back().id != file.name)
        throw UsageError(name + ": id is '" + list.back().id + "' but must be the folder's name");
    }
    return list;
  }();
  return all;
}

}  // namespace

const std::deque<Paper>& papers() { return all_papers(); }

void add_paper_beside(const std::filesystem::path& folder, const std::string& id) {
  const auto has_id = [&](const Paper& paper) { return paper.id == id; };
  const std::filesystem::path file = folder / "paper.toml";
  std::error_code none;
  if (std::any_of(papers().begin(), papers().end(), has_id) || !std::filesystem::is_regular_file(file, none)) return;
  if (Paper paper = parse_paper(file_content(file), printable(file.string())); has_id(paper))
    all_papers().push_back(std::move(paper));
}

namespace {

/// Where the item names the number, as [begin, end); a longer number that begins with it is another one.
std::vector<std::pair<std::size_t, std::size_t>> places_of(const std::string& item, const std::string& number) {
  const auto digit = [&](std::size_t i) { return i < item.size() && std::isdigit(static_cast<unsigned char>(item[i])); };
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t at = item.find(number); at != std::string::npos; at = item.find(number, at + 1)) {
    const std::size_t end = at + number.size();
    const bool begins = at == 0 || !std::isalnum(static_cast<unsigned char>(item[at - 1]));
    const bool goes_on = digit(end) || (end < item.size() && item[end] == '.' && digit(end + 1));
    if (begins && !goes_on) places.emplace_back(at, end);
  }
  return places;
}

}  // namespace

bool names_number(const std::string& item, const std::string& number) { return !places_of(item, number).empty(); }

std::vector<std::size_t> items_named(const Paper& paper, const std::string& item) {
  std::vector<std::vector<std::pair<std::size_t, std::size_t>>> places;
  for (const PaperItem& of_paper : paper.items) places.push_back(places_of(item, of_paper.number));
  const auto within_another = [&](const auto& place) {
    for (const auto& others : places)
      for (const auto& other : others)
        if (other != place && other.first <= place.first && place.second <= other.second) return true;
    return false;
  };
  std::vector<std::size_t> named;
  for (std::size_t i = 0; i < places.size(); ++i)
    if (!std::all_of(places[i].begin(), places[i].end(), within_another)) named.push_back(i);
  return named;
}

}  // namespace bcd
