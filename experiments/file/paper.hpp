// A paper: its citation and every numbered item, from experiments/papers/<paper>/paper.toml.
#pragma once

#include <deque>
#include <filesystem>
#include <string>
#include <vector>

namespace bcd {

/// A theorem, lemma, assumption, figure or reported number.
struct PaperItem {
  std::string number;  ///< as the paper has it: "Lemma 1"
  std::string states;  ///< in a few words
  std::string quote;   ///< the paper's own words, short
  std::string place;   ///< where they stand: "Section 3.1, p. 4"
};

struct Paper {
  std::string id;  ///< the folder: "zeng2019"
  std::string authors, title, published, link, summary;
  std::vector<PaperItem> items;
};

/// Strict: a missing or unknown key, or a number twice, is a UsageError that names `file`.
Paper parse_paper(const std::string& text, const std::string& file);
/// All that are compiled into the program, by id, and those of files that were loaded.
const std::deque<Paper>& papers();
/// Reads the paper.toml beside an experiment file of one's own where it describes the paper `id`, which is not known yet.
void add_paper_beside(const std::filesystem::path& folder, const std::string& id);

/// Whether a claim's item names the number: "Lemma 1" is in "Lemma 1, (4.1)" but neither in "Lemma 13" nor in "Lemma 1.2".
bool names_number(const std::string& item, const std::string& number);
/// The paper's items that a claim's item names, by position; not "Theorem 1" where it says "Theorem 1(a)" and that is one too.
std::vector<std::size_t> items_named(const Paper& paper, const std::string& item);

}  // namespace bcd
