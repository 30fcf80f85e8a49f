#include "datasets/describe.hpp"

#include <algorithm>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"

namespace bcd {

namespace {

constexpr std::size_t kShown = 40;  // rows of a table, numbers of a list

std::string counted(Index n, const std::string& one) { return std::to_string(n) + " " + one + (n == 1 ? "" : "s"); }

std::string range(const std::string& what, const Matrix<double>& M) {
  if (M.size() == 0) return "";
  return what + " from " + show(M.minCoeff(), 6) + " to " + show(M.maxCoeff(), 6) + "\n";
}

std::string class_table(const Dataset<double>& data) {
  std::vector<std::vector<std::string>> rows;
  for (Index k = 0; k < data.Y.rows() && rows.size() < kShown; ++k) {
    const auto at = static_cast<std::size_t>(k);
    const auto count = [&](const std::vector<int>& labels) {
      return std::to_string(std::count(labels.begin(), labels.end(), static_cast<int>(k)));
    };
    rows.push_back({at < data.class_names.size() ? printable(data.class_names[at]) : std::to_string(k), count(data.labels),
                    count(data.labels_test)});
  }
  const std::string more =
      data.Y.rows() > static_cast<Index>(rows.size())
          ? "... and " + std::to_string(data.Y.rows() - static_cast<Index>(rows.size())) + " more classes\n"
          : "";
  return table({"class", "training", "test"}, rows) + more;
}

std::string constant_inputs(const Matrix<double>& X) {
  std::string list;
  std::size_t count = 0;
  for (Index i = 0; i < X.rows(); ++i)
    if (X.cols() > 0 && (X.row(i).array() == X(i, 0)).all())
      if (++count <= kShown) list += (list.empty() ? "" : ", ") + std::to_string(i + 1);
  if (count == 0) return "";
  return std::to_string(count) + " of " + std::to_string(X.rows()) + " inputs are constant over the training samples: number " +
         list + (count > kShown ? ", ..." : "") + "\n";
}

}  // namespace

std::string summary(const Dataset<double>& data) {
  std::string text;
  for (const std::string& sentence : data.understood) text += sentence + "\n";
  return text + counted(data.X.cols(), "training sample") + " of " + counted(data.X.rows(), "input") + ", " +
         counted(data.X_test.cols(), "test sample") + "; " +
         (data.classification() ? std::to_string(data.Y.rows()) + (data.Y.rows() == 1 ? " class" : " classes")
                                : counted(data.Y.rows(), "real target")) +
         "\n";
}

std::string describe(const Dataset<double>& data) {
  std::string text = summary(data);
  text += range("inputs", data.X) + range("test inputs", data.X_test);
  text += constant_inputs(data.X);
  text += data.classification() ? class_table(data) : range("targets", data.Y) + range("test targets", data.Y_test);
  return text + "SHA-256 " + data.checksum + "\n";
}

}  // namespace bcd
