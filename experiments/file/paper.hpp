// A paper: its citation and every numbered item, from experiments/papers/<paper>/paper.toml.
#pragma once

#include <string>
#include <vector>

namespace bcd {

/// A theorem, lemma, assumption, figure or reported number.
struct PaperItem {
  std::string number;  ///< as the paper has it: "Lemma 1"
  std::string states;  ///< in a few words
};

struct Paper {
  std::string id;  ///< the folder: "zeng2019"
  std::string authors, title, published, link, summary;
  std::vector<PaperItem> items;
};

/// Strict: a missing or unknown key, or a number twice, is a UsageError that names `file`.
Paper parse_paper(const std::string& text, const std::string& file);
/// All that are compiled into the program, by id.
const std::vector<Paper>& papers();

/// Whether a claim's item names the number: "Lemma 1" is in "Lemma 1, (4.1)" but neither in "Lemma 13" nor in "Lemma 1.2".
bool names_number(const std::string& item, const std::string& number);

}  // namespace bcd
