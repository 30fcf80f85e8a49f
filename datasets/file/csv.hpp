// Tables of text: CSV and its relatives.
#pragma once

#include <string_view>

#include "datasets/file/options.hpp"
#include "datasets/file/samples.hpp"

namespace bcd {

/// A column, as one pass over the text sees it.
struct CsvColumn {
  std::string name;
  std::size_t numbers = 0, missing = 0, words = 0, infinite = 0;
  bool whole = true;  ///< every finite number is a whole one
  double least = 0, largest = 0;
  std::size_t missing_line = 0, word_line = 0, infinite_line = 0;  ///< of the first
  std::string word;                                                ///< the first
};

/// How a text is laid out and what its columns hold.
struct CsvSurvey {
  char separator = ',';
  bool header = false, decimal_comma = false;
  std::size_t rows = 0;  ///< without the header
  std::vector<CsvColumn> columns;
};

/// Throws UsageError with line and column: no rows, rows of different lengths, quotes that do not close, NUL bytes.
CsvSurvey survey_csv(std::string_view text, const std::string& file, const FileOptions& options);

/// Reads the wanted columns. Throws UsageError with line and column: a word among numbers, an infinite number, a missing value
/// where they are refused; a target that is no column; more memory than is allowed.
Samples read_csv(std::string_view text, const std::string& file, TableRole role, const FileOptions& options);

/// The columns that `list` names, from 0: "y", "3", "y1,y2". Throws UsageError with the nearest name.
std::vector<std::size_t> columns_named(const std::string& list, const CsvSurvey& survey, const std::string& file,
                                       const std::string& option);

/// "150 samples of 5 columns; separator comma, decimal point, names in the first row"
std::string survey_words(const CsvSurvey& survey);
/// A line for each column: name, numbers or words, range, missing values, what else is to be known.
std::string survey_table(const CsvSurvey& survey);

}  // namespace bcd
