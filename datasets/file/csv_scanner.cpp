#include "datasets/file/csv_scanner.hpp"

#include <algorithm>

#include "algorithms/core/plain_text.hpp"
#include "datasets/file/options.hpp"

namespace bcd {

std::optional<char> announced_separator(std::string_view text) {
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  return line.starts_with("sep=") && line.size() == 5 ? std::optional(line[4]) : std::nullopt;
}

std::string_view utf8_of(std::string_view text, const std::string& file) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) fail_in(file, "this is UTF-16", "save it as UTF-8");
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  const auto is_ascii = [](std::string_view part) {
    return std::none_of(part.begin(), part.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  };
  const auto marks = [](const std::string& part) { return std::count(part.begin(), part.end(), '?'); };
  if (is_ascii(text)) return text;
  for (std::size_t line = 1, at = 0; at < text.size(); ++line) {
    const std::size_t stop = std::min(text.find_first_of("\r\n", at), text.size());
    const std::string part(text.substr(at, stop - at));
    if (!is_ascii(part) && marks(printable(part)) > marks(part))  // a mark stands for every byte that is no UTF-8
      fail_in(file, "line " + std::to_string(line) + " is not UTF-8",
              "save the file as UTF-8; if it is Latin-1: iconv -f latin1 -t utf-8 OLD >NEW");
    at = stop + (text.substr(stop).starts_with("\r\n") ? 2 : 1);
  }
  return text;
}

void CsvScanner::skip_blanks() {
  while (!at_end() && is_blank(text_[at_])) ++at_;
}

/// "\n", "\r\n" or "\r".
void CsvScanner::skip_break() {
  if (at_end()) return;
  at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
  ++line_;
}

bool CsvScanner::row() {
  while (open_) field();  // what the caller did not want to see
  if (at_ == 0 && announced_separator(text_)) {
    at_ = std::min(text_.find_first_of("\r\n"), text_.size());
    skip_break();
  }
  while (!at_end()) {
    const std::size_t begin = at_;
    skip_blanks();
    if (!at_break() && text_[at_] != '#') {
      if (separator_ != kBlanks) at_ = begin;
      row_line_ = line_;
      column_ = 0;
      open_ = true;
      return true;
    }
    at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
    skip_break();
  }
  return false;
}

bool CsvScanner::field() {
  if (!open_) return false;
  ++column_;
  skip_blanks();
  field_line_ = line_;
  if (!at_break() && text_[at_] == '"') {
    quoted();
  } else {
    const std::size_t begin = at_;
    while (!at_break() && text_[at_] != separator_ && !(separator_ == kBlanks && is_blank(text_[at_]))) ++at_;
    field_ = text_.substr(begin, at_ - begin);
    while (!field_.empty() && is_blank(field_.back())) field_.remove_suffix(1);
  }
  if (field_.find('\0') != std::string_view::npos)
    fail_in(file_, cell_place(field_line_, column_, "") + " holds a NUL byte, so this is no text",
            "say with format what kind of file it is, or save it as UTF-8 text");
  skip_blanks();
  if (at_break()) {
    skip_break();
    open_ = false;
  } else if (separator_ != kBlanks) {
    ++at_;  // the separator
  }
  return true;
}

void CsvScanner::quoted() {
  ++at_;
  unquoted_.clear();
  while (true) {
    const std::size_t stop = text_.find_first_of("\"\r\n", at_);
    if (stop == std::string_view::npos)
      fail_in(file_, cell_place(field_line_, column_, "") + " opens a quote that is never closed",
              "close it, or write a quote within a field twice");
    unquoted_ += text_.substr(at_, stop - at_);
    at_ = stop;
    if (text_[at_] != '"') {
      skip_break();
      unquoted_ += '\n';
    } else if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      unquoted_ += '"';
      at_ += 2;
    } else {
      ++at_;
      break;
    }
  }
  const std::size_t after = at_;
  skip_blanks();
  if (!at_break() && text_[at_] != separator_ && !(separator_ == kBlanks && at_ > after))
    fail_in(file_, cell_place(line_, column_, "") + " goes on behind its closing quote",
            "write a quote within a field twice, or give the separator with separator");
  field_ = unquoted_;
  field_ = field_.substr(std::min(field_.find_first_not_of(" \t\n"), field_.size()));
  field_ = field_.substr(0, field_.find_last_not_of(" \t\n") + 1);
}

}  // namespace bcd
