#include "datasets/file/csv.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "algorithms/core/plain_text.hpp"
#include "datasets/file/csv_scanner.hpp"
#include "datasets/file/numbers.hpp"

namespace bcd {

namespace {

constexpr std::size_t kMostColumns = 1000000;
constexpr std::size_t kRowsLookedAt = 20;  // to find the separator
constexpr std::size_t kMostNamed = 30;     // columns in a message
constexpr std::size_t kMostCategories = 1000;
const std::string kWrongSeparator = "give the separator with separator = \";\" or mend the row";

std::optional<double> decimal_number(std::string_view field, bool decimal_comma) {
  const std::size_t comma = decimal_comma ? field.find(',') : std::string_view::npos;
  if (comma == std::string_view::npos) return number(field);
  if (field.find('.') != std::string_view::npos) return std::nullopt;
  std::string with_point(field);
  with_point[comma] = '.';
  return number(with_point);
}

/// The number of fields that the first rows have with this separator; nothing if they differ or their quotes do not fit.
std::optional<std::size_t> fields_of_rows(std::string_view text, char separator) {
  try {
    CsvScanner scanner(text, separator, "");
    std::optional<std::size_t> fields;
    for (std::size_t r = 0; r < kRowsLookedAt && scanner.row(); ++r) {
      while (scanner.field()) {
      }
      if (fields && *fields != scanner.column()) return std::nullopt;
      fields = scanner.column();
    }
    return fields;
  } catch (const UsageError&) {
    return std::nullopt;
  }
}

char find_separator(std::string_view text, const std::string& asked) {
  if (asked == "tab" || asked == "\\t") return '\t';
  if (asked == "blank") return CsvScanner::kBlanks;
  if (asked != "auto") {
    static const std::string kNone = "\"'#+-.\r\n";
    if (asked.size() != 1 || std::isalnum(static_cast<unsigned char>(asked[0])) || kNone.find(asked[0]) != std::string::npos)
      throw UsageError("dataset 'file': separator must be auto, tab, blank or one character, got '" + printable(asked) + "'");
    return asked[0];
  }
  if (const std::optional<char> announced = announced_separator(text)) return *announced;
  for (const char separator : {'\t', ';', ',', '|', CsvScanner::kBlanks})  // ';' first: beside it a comma is a decimal one
    if (fields_of_rows(text, separator).value_or(1) > 1) return separator;
  // No separator fits every row: one column, or rows that differ, which is then said of the commonest separator.
  for (const char separator : {'\t', ';', ','})
    if (text.substr(0, text.find_first_of("\r\n")).find(separator) != std::string_view::npos) return separator;
  return ',';
}

/// Whether the first row has names, and which.
std::optional<std::vector<std::string>> find_header(std::string_view text, char separator, const std::string& file,
                                                    FileOptions::Header asked) {
  if (asked == FileOptions::Header::no) return std::nullopt;
  CsvScanner scanner(text, separator, file);
  std::vector<std::string> names;
  if (!scanner.row()) return std::nullopt;
  while (scanner.field() && names.size() <= kMostColumns) {
    if (asked == FileOptions::Header::automatic && decimal_number(scanner.text(), separator != ',')) return std::nullopt;
    names.emplace_back(scanner.text());
  }
  return names;
}

/// What the columns hold with one decimal sign. Pure: the places of faults, no faults.
void note(CsvColumn& column, std::string_view field, std::size_t line, bool decimal_comma) {
  if (is_missing(field)) {
    if (column.missing++ == 0) column.missing_line = line;
  } else if (const std::optional<double> x = decimal_number(field, decimal_comma)) {
    if (!std::isfinite(*x)) {
      if (column.infinite++ == 0) column.infinite_line = line;
      return;
    }
    column.least = column.numbers ? std::min(column.least, *x) : *x;
    column.largest = column.numbers ? std::max(column.largest, *x) : *x;
    column.whole = column.whole && *x == std::floor(*x);
    ++column.numbers;
  } else if (column.words++ == 0) {
    column.word_line = line;
    column.word = std::string(field.substr(0, 40));
  }
}

bool has_decimal_comma(std::string_view text, const CsvSurvey& survey, const std::string& file, FileOptions::Decimal asked) {
  if (asked != FileOptions::Decimal::automatic) return asked == FileOptions::Decimal::comma;
  if (survey.separator == ',') return false;
  bool comma = false;
  CsvScanner scanner(text, survey.separator, file);
  if (survey.header) scanner.row();
  while (scanner.row())
    while (scanner.field()) {
      const std::string_view field = scanner.text();
      if (field.find('.') != std::string_view::npos && number(field)) return false;
      comma = comma || (field.find(',') != std::string_view::npos && decimal_number(field, true));
    }
  return comma;
}

/// The number in a field, or a fault.
struct Reader {
  const CsvSurvey& survey;
  const std::string& file;
  const FileOptions& options;

  std::string place(std::size_t line, std::size_t column) const {
    return cell_place(line, column + 1, survey.columns[column].name);
  }

  /// Whether there is no value, which may be refused.
  bool missing(std::string_view field, std::size_t line, std::size_t column) const {
    if (!is_missing(field)) return false;
    if (options.missing == FileOptions::Missing::refuse)
      fail_in(
          file, place(line, column) + " has no value",
          "write missing = \"drop\" to leave such samples out, or missing = \"mean\" to put the input's training mean there");
    return true;
  }

  /// What is meant as a number must not become a word, or targets "1,000", "2,000" would be classes.
  void require_word(std::string_view field, std::size_t line, std::size_t column) const {
    const std::string cell = place(line, column) + ": '" + printable(std::string(field.substr(0, 40))) + "' ";
    if (has_thousands_marks(field))
      fail_in(file, cell + "looks like a number with marks between its thousands",
              "write numbers without them, or leave the column out with ignore");
    if (!survey.decimal_comma && field.find(',') != std::string_view::npos && decimal_number(field, true))
      fail_in(file, cell + "looks like a number with a decimal comma",
              "write decimal = \"comma\", and all numbers of the file with one");
  }

  double value(std::string_view field, std::size_t line, std::size_t column, bool input) const {
    if (missing(field, line, column)) return std::numeric_limits<double>::quiet_NaN();
    const std::optional<double> x = decimal_number(field, survey.decimal_comma);
    if (!x) require_word(field, line, column);
    if (!x)
      fail_in(file, place(line, column) + ": '" + printable(std::string(field.substr(0, 40))) + "' is no number",
              std::string("mend it, leave the column out with ignore, ") +
                  (input ? "write categorical = \"one-hot\" to make zeros and ones of words, " : "") +
                  "or choose header, separator or decimal");
    if (!std::isfinite(*x))
      fail_in(file, place(line, column) + ": '" + printable(std::string(field.substr(0, 40))) + "' is not finite as a double",
              "mend it or leave the column out with ignore");
    return *x;
  }
};

std::string name_or_number(const CsvSurvey& survey, std::size_t column) {
  const std::string& name = survey.columns[column].name;
  return name.empty() ? std::to_string(column + 1) : "'" + printable(name) + "'";
}

std::string names_of(const CsvSurvey& survey, const std::vector<std::size_t>& columns) {
  std::string text;
  for (const std::size_t c : columns) text += (text.empty() ? "" : ", ") + name_or_number(survey, c);
  return text;
}

/// "comma", "tab"
std::string separator_word(char separator) {
  switch (separator) {
    case '\t':
      return "tab";
    case CsvScanner::kBlanks:
      return "blanks";
    case ',':
      return "comma";
    case ';':
      return "semicolon";
    default:
      return std::string("'") + separator + "'";
  }
}

/// A column of words: every sample's place among the words, which are sorted by their bytes.
class WordColumn {
 public:
  void add(Index sample, std::string_view word) {
    of_sample_.resize(static_cast<std::size_t>(sample), places_.end());
    of_sample_.push_back(places_.emplace(word, 0).first);
  }
  std::size_t count() const { return places_.size(); }
  /// Writes the places into a row, and leaves it as it is where a sample has no word. Returns the words.
  std::vector<std::string> write(Matrix<double>& M, Index row) {
    std::vector<std::string> words;
    for (auto& [word, place] : places_) {
      place = static_cast<Index>(words.size());
      words.push_back(word);
    }
    for (std::size_t j = 0; j < of_sample_.size(); ++j)
      if (of_sample_[j] != places_.end()) M(row, static_cast<Index>(j)) = static_cast<double>(of_sample_[j]->second);
    return words;
  }

 private:
  using Places = std::map<std::string, Index, std::less<>>;
  Places places_;
  std::vector<Places::iterator> of_sample_;
};

/// What each column is for.
struct Roles {
  std::vector<std::size_t> inputs, targets;
};

Roles find_roles(const CsvSurvey& survey, const std::string& file, TableRole role, const FileOptions& options) {
  Roles roles;
  std::vector<bool> taken(survey.columns.size(), false);
  const auto take = [&](const OptionText& list, const std::string& option) {
    const std::vector<std::size_t> columns = columns_named(list.value, survey, file, option);
    for (const std::size_t c : columns) {
      if (taken[c])
        fail_in(file, "the column " + name_or_number(survey, c) + " is named twice in target and ignore", "name it once");
      taken[c] = true;
    }
    return columns;
  };
  if (role == TableRole::both) roles.targets = take(options.target, "target");
  if (!options.ignore.value.empty()) take(options.ignore, "ignore");
  auto& rest = role == TableRole::targets ? roles.targets : roles.inputs;
  for (std::size_t c = 0; c < taken.size(); ++c)
    if (!taken[c]) rest.push_back(c);
  if (rest.empty()) fail_in(file, "no column is left to be an input", "name fewer columns in target and ignore");
  return roles;
}

}  // namespace

std::string survey_words(const CsvSurvey& survey) {
  return std::to_string(survey.rows) + (survey.rows == 1 ? " sample of " : " samples of ") +
         std::to_string(survey.columns.size()) + (survey.columns.size() == 1 ? " column" : " columns") + "; separator " +
         separator_word(survey.separator) + ", decimal " + (survey.decimal_comma ? "comma" : "point") + ", " +
         (survey.header ? "names in the first row" : "no row of names");
}

std::string survey_table(const CsvSurvey& survey) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t c = 0; c < std::min(survey.columns.size(), kMostNamed); ++c) {
    const CsvColumn& column = survey.columns[c];
    const bool any = column.numbers > 0;
    std::string remark;
    if (any && column.words > 0)
      remark = "first word '" + printable(column.word) + "' in line " + std::to_string(column.word_line);
    else if (any && column.least == column.largest && column.missing == 0)
      remark = "constant";
    else if (column.words > 0)
      remark = "first '" + printable(column.word) + "'";
    const auto also = [&](const std::string& what, std::size_t line) {
      remark += (remark.empty() ? "" : "; ") + what + " in line " + std::to_string(line);
    };
    if (column.missing > 0) also("first missing", column.missing_line);
    if (column.infinite > 0) also("first not finite", column.infinite_line);
    const std::string kind = any && column.words ? "both"
                             : column.words      ? "words"
                             : !any              ? "empty"
                             : column.whole      ? "whole"
                                                 : "numbers";
    rows.push_back({std::to_string(c + 1), printable(column.name), kind, any ? show(column.least, 6) : "-",
                    any ? show(column.largest, 6) : "-", std::to_string(column.missing), remark});
  }
  const std::size_t left = survey.columns.size() - rows.size();
  return table({"column", "name", "holds", "least", "largest", "missing", ""}, rows) +
         (left > 0 ? "... and " + std::to_string(left) + " more columns\n" : "");
}

CsvSurvey survey_csv(std::string_view text, const std::string& file, const FileOptions& options) {
  text = utf8_of(text, file);
  CsvSurvey survey;
  survey.separator = find_separator(text, options.separator.value);
  const auto names = find_header(text, survey.separator, file, options.header);
  survey.header = names.has_value();
  survey.decimal_comma = has_decimal_comma(text, survey, file, options.decimal);
  if (names)
    for (const std::string& name : *names) survey.columns.emplace_back().name = name;
  CsvScanner scanner(text, survey.separator, file);
  if (survey.header) scanner.row();
  for (; scanner.row(); ++survey.rows) {
    const bool first = survey.columns.empty();
    while (scanner.field()) {
      if (first && scanner.column() <= kMostColumns) survey.columns.emplace_back();
      if (scanner.column() > survey.columns.size()) break;
      note(survey.columns[scanner.column() - 1], scanner.text(), scanner.line(), survey.decimal_comma);
    }
    if (first && scanner.column() > kMostColumns)
      fail_in(file, "line " + std::to_string(scanner.row_line()) + " has more than 1000000 columns", kWrongSeparator);
    if (scanner.column() != survey.columns.size()) {
      const std::string found = scanner.column() > survey.columns.size() ? "more" : std::to_string(scanner.column());
      fail_in(file,
              "line " + std::to_string(scanner.row_line()) + " has " + found + " fields, the rows before it have " +
                  std::to_string(survey.columns.size()),
              kWrongSeparator);
    }
  }
  if (survey.columns.size() > kMostColumns) fail_in(file, "the first row has more than 1000000 columns", kWrongSeparator);
  if (survey.rows == 0)
    fail_in(file, survey.header ? "it has a row of names and no samples" : "it has no rows",
            "if the first row is a sample, write header = \"no\"");
  return survey;
}

std::vector<std::size_t> columns_named(const std::string& list, const CsvSurvey& survey, const std::string& file,
                                       const std::string& option) {
  std::vector<std::string> names;
  for (const CsvColumn& column : survey.columns)
    if (!column.name.empty()) names.push_back(column.name);
  const auto at = [&](const std::string& name) -> std::optional<std::size_t> {
    std::optional<std::size_t> found;
    for (std::size_t c = 0; c < survey.columns.size(); ++c) {
      if (name.empty() || survey.columns[c].name != name) continue;
      if (found) fail_in(file, "two columns are called '" + printable(name) + "'", "name it by its number in " + option);
      found = c;
    }
    return found;
  };
  if (const auto whole = at(list)) return {*whole};  // also a name with a comma in it
  const std::string count = std::to_string(survey.columns.size());
  if (list.empty())
    fail_in(file, "it is not said which of its " + count + " columns are the targets",
            "write target = \"NAME\" or target = \"" + count + "\"; 'bcdbench data describe' shows the columns");
  std::vector<std::size_t> columns;
  for (const std::string& name : split_list(option, list)) {
    if (const auto found = at(name)) {
      columns.push_back(*found);
      continue;
    }
    std::size_t place = 0;
    const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), place);
    if (error == std::errc{} && stop == name.data() + name.size() && place >= 1 && place <= survey.columns.size()) {
      columns.push_back(place - 1);
      continue;
    }
    const std::string near = nearest_name(name, names);
    const std::string nearest = near.empty() ? "" : "; did you mean '" + printable(near) + "'?";
    std::vector<std::size_t> shown;
    for (std::size_t c = 0; c < std::min(survey.columns.size(), kMostNamed); ++c) shown.push_back(c);
    fail_in(file, option + ": there is no column '" + printable(name) + "' among its " + count + nearest,
            "there are " + names_of(survey, shown) + (shown.size() < survey.columns.size() ? ", ..." : "") +
                "; a number from 1 does as well");
  }
  return columns;
}

Samples read_csv(std::string_view text, const std::string& file, TableRole role, const FileOptions& options) {
  text = utf8_of(text, file);
  const CsvSurvey survey = survey_csv(text, file, options);
  const Roles roles = find_roles(survey, file, role, options);
  require_memory(file, static_cast<double>(survey.rows), static_cast<double>(roles.inputs.size() + roles.targets.size()),
                 static_cast<double>(text.size()), options);
  Samples samples;
  samples.file = file;
  const bool target_of_words = roles.targets.size() == 1 && survey.columns[roles.targets.front()].words > 0;
  samples.X.resize(static_cast<Index>(roles.inputs.size()), static_cast<Index>(survey.rows));
  samples.Y.resize(static_cast<Index>(roles.targets.size()), static_cast<Index>(survey.rows));

  constexpr Index kUnused = std::numeric_limits<Index>::max();
  std::vector<Index> row_of(survey.columns.size(), kUnused);  // X's, or -1 - Y's
  for (std::size_t i = 0; i < roles.inputs.size(); ++i) row_of[roles.inputs[i]] = static_cast<Index>(i);
  for (std::size_t i = 0; i < roles.targets.size(); ++i) row_of[roles.targets[i]] = -1 - static_cast<Index>(i);
  for (const std::size_t c : roles.inputs) samples.names.push_back(survey.columns[c].name);

  const Reader reader{survey, file, options};
  WordColumn target;
  std::map<std::size_t, WordColumn> inputs;  // by column
  if (options.categorical == FileOptions::Categorical::one_hot)
    for (const std::size_t c : roles.inputs)
      if (survey.columns[c].words > 0) inputs[c];
  CsvScanner scanner(text, survey.separator, file);
  if (survey.header) scanner.row();
  for (Index j = 0; scanner.row(); ++j)
    while (scanner.field()) {
      const std::size_t c = scanner.column() - 1;
      if (row_of[c] == kUnused) continue;
      const std::string_view field = scanner.text();
      const auto words = inputs.find(c);
      if (words != inputs.end()) {
        const bool missing = reader.missing(field, scanner.line(), c);
        if (!missing) reader.require_word(field, scanner.line(), c);
        if (missing)
          samples.X(row_of[c], j) = std::numeric_limits<double>::quiet_NaN();
        else
          words->second.add(j, field);
        if (words->second.count() > kMostCategories)
          fail_in(file, reader.place(scanner.line(), c) + ": more than " + std::to_string(kMostCategories) + " different words",
                  "leave the column out with ignore");
      } else if (row_of[c] >= 0) {
        samples.X(row_of[c], j) = reader.value(field, scanner.line(), c, true);
      } else if (target_of_words && !is_missing(field)) {
        reader.require_word(field, scanner.line(), c);
        target.add(j, field);
      } else {
        samples.Y(-1 - row_of[c], j) = reader.value(field, scanner.line(), c, false);
      }
    }
  if (target_of_words) samples.words = target.write(samples.Y, 0);
  for (auto& [c, words] : inputs) samples.categories[row_of[c]] = words.write(samples.X, row_of[c]);
  return samples;
}

}  // namespace bcd
