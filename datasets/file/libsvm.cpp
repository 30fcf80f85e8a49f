#include "datasets/file/libsvm.hpp"

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "algorithms/core/plain_text.hpp"
#include "datasets/file/numbers.hpp"

namespace bcd {

namespace {

/// The words of a line, up to a comment.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line.substr(0, line.find('#'))) {}
  /// Empty: there is no more.
  std::string_view next() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size()));
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t\r"));
    rest_.remove_prefix(word.size());
    return word;
  }

 private:
  std::string_view rest_;
};

/// Calls `body` with every line that has words, and its number from 1.
void each_line(std::string_view text, const std::function<void(std::string_view line, std::size_t number)>& body) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!Words(line).next().empty()) body(line, number);
  }
}

struct Entry {
  std::uint64_t index;  // from 0
  std::string_view value;
};

struct LineReader {
  const std::string& file;
  const FileOptions& options;
  std::size_t line;

  [[noreturn]] void fail(const std::string& fault, const std::string& remedy) const {
    fail_in(file, "line " + std::to_string(line) + ": " + fault, remedy);
  }
  static std::string shown(std::string_view word) { return "'" + printable(std::string(word.substr(0, 40))) + "'"; }

  double value(std::string_view word, const std::string& what) const {
    if (is_missing(word)) {
      if (options.missing == FileOptions::Missing::refuse) fail(what + " has no value (" + shown(word) + ")", missing_remedy());
      return std::numeric_limits<double>::quiet_NaN();
    }
    const std::optional<double> x = number(word);
    if (!x) fail(what + " " + shown(word) + " is no number", "write lines as 'label index:value ...'");
    if (!std::isfinite(*x)) fail(what + " " + shown(word) + " is not finite as a double", "mend it");
    return *x;
  }
  Entry entry(std::string_view word) const {
    const std::size_t colon = word.find(':');
    std::uint64_t index = 0;
    const auto [stop, error] = std::from_chars(word.data(), word.data() + std::min(colon, word.size()), index);
    if (colon == std::string_view::npos || error == std::errc::invalid_argument || stop != word.data() + colon)
      fail(shown(word) + " is no index:value" + (word.starts_with("qid:") ? "; groups of a ranking are not read" : ""),
           "write lines as 'label index:value ...'");
    const auto first = static_cast<std::uint64_t>(options.first_index);
    if (error == std::errc{} && index < first) fail("an index is 0", "indices begin with 1, or write first_index = 0");
    return {error == std::errc{} ? index - first : std::numeric_limits<std::uint64_t>::max(), word.substr(colon + 1)};
  }
};

}  // namespace

bool looks_like_libsvm(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    Words words(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::string_view label = words.next();
    if (label.empty()) continue;
    const std::string_view first = words.next();
    return number(label) && first.find(':') != std::string_view::npos &&
           first.find_first_not_of("0123456789") == first.find(':');
  }
  return false;
}

Samples read_libsvm(std::string_view text, const std::string& file, const FileOptions& options) {
  std::size_t n = 0;
  std::uint64_t largest = 0;
  bool any = false;
  each_line(text, [&](std::string_view line, std::size_t line_number) {
    const LineReader reader{file, options, line_number};
    Words words(line);
    words.next();
    std::optional<std::uint64_t> before;
    for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
      const Entry entry = reader.entry(word);
      if (before && entry.index <= *before)
        reader.fail(LineReader::shown(word) + " does not stand in rising order", "sort the indices, each once");
      before = entry.index;
      largest = std::max(largest, entry.index);
      any = true;
    }
    ++n;
  });
  if (n == 0) fail_in(file, "it has no samples", "write lines as 'label index:value ...'");
  if (!any && options.d_in == 0) fail_in(file, "no input is named", "write lines as 'label index:value ...', or give d_in");
  const auto asked = static_cast<double>(options.d_in), found = any ? static_cast<double>(largest) + 1 : 0;
  if (asked > 0 && found > asked)
    fail_in(file, "its largest index is the input " + show(found, 17) + ", above d_in = " + show(asked, 17), "raise d_in");
  const double d = std::max(asked, found);
  require_memory(file, static_cast<double>(n), d + 1, static_cast<double>(text.size()), options);

  Samples samples;
  samples.file = file;
  samples.X.setZero(static_cast<Index>(d), static_cast<Index>(n));
  samples.Y.resize(1, static_cast<Index>(n));
  Index j = 0;
  each_line(text, [&](std::string_view line, std::size_t line_number) {
    const LineReader reader{file, options, line_number};
    Words words(line);
    samples.Y(0, j) = reader.value(words.next(), "the label");
    for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
      const Entry entry = reader.entry(word);
      samples.X(static_cast<Index>(entry.index), j) = reader.value(entry.value, "the value in");
    }
    ++j;
  });
  samples.sparse = true;
  samples.understood.push_back(std::to_string(n) + (n == 1 ? " sample" : " samples") + " in LIBSVM's form, " + show(d, 17) +
                               " inputs");
  return samples;
}

void widen(Samples& samples, Index d) {
  const Index had = samples.X.rows();
  if (had >= d) return;
  samples.X.conservativeResize(d, Eigen::NoChange);
  samples.X.bottomRows(d - had).setZero();
}

}  // namespace bcd
