// Fields of a CSV text, one after the other, with their places.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bcd {

/// The separator that a first line "sep=;" announces, as spreadsheets write it.
std::optional<char> announced_separator(std::string_view text);

/// The text without a byte order mark. Throws UsageError with the line of the first byte that is no UTF-8.
std::string_view utf8_of(std::string_view text, const std::string& file);

/// RFC 4180 with another separator where asked: a field in quotes may hold separators, line breaks and doubled quotes. Rows that
/// are empty or begin with '#' are passed over, and a first line "sep=;". Faults are UsageErrors.
class CsvScanner {
 public:
  static constexpr char kBlanks = ' ';  ///< as separator: any run of blanks and tabs

  CsvScanner(std::string_view text, char separator, std::string file)
      : text_(text), separator_(separator), file_(std::move(file)) {}

  /// Goes to the next row; false: there is none.
  bool row();
  /// Goes to the next field of the row; false: the row has ended.
  bool field();

  std::string_view text() const { return field_; }  ///< without quotes and blanks around it; valid until the next call
  std::size_t line() const { return field_line_; }  ///< where the field begins, from 1
  std::size_t column() const { return column_; }    ///< of the field, from 1
  std::size_t row_line() const { return row_line_; }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool at_break() const { return at_end() || text_[at_] == '\n' || text_[at_] == '\r'; }
  bool is_blank(char c) const { return c == ' ' || (c == '\t' && separator_ != '\t'); }
  void skip_blanks();
  void skip_break();
  void quoted();

  std::string_view text_;
  char separator_;
  std::string file_;
  std::size_t at_ = 0, line_ = 1, row_line_ = 1, field_line_ = 1, column_ = 0;
  bool open_ = false;  // the row goes on: a field must follow
  std::string_view field_;
  std::string unquoted_;
};

}  // namespace bcd
