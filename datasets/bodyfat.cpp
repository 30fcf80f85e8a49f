// Body fat of 252 men from 13 simple measurements (Penrose, Nelson, Fisher 1985; StatLib), part of the program.
// The density column is dropped: body_fat was computed from it by Siri's equation.
#include <charconv>
#include <cmath>
#include <numeric>

#include "algorithms/core/rng.hpp"
#include "datasets/embedded/embedded.hpp"
#include "datasets/options.hpp"
#include "datasets/sha256.hpp"
#include "datasets/source.hpp"
#include "datasets/targets.hpp"

namespace bcd {

namespace {

constexpr const char* kName = "bodyfat";
constexpr const char* kChecksum = "cb58e05d540c91c224dba22e117dfc86bf4b8ec458c74f25245e5c84b8f79454";
constexpr Index kRows = 252;
constexpr Index kColumns = 15;  // density, body_fat, 13 measurements
constexpr Index kTarget = 1;
constexpr Index kFirstInput = 2;

enum class Scaling { none, percent, standardise, minmax };

struct BodyfatOptions {
  Scaling scaling = Scaling::none;
  Scaling target_scaling = Scaling::none;
  double test_fraction = 0;

  void fields(ParameterList& list) {
    list.choice<Scaling>("scaling", scaling,
                         {{"none", Scaling::none}, {"standardise", Scaling::standardise}, {"minmax", Scaling::minmax}},
                         "of each input, by the training samples: to mean 0 and variance 1, or to [0, 1]");
    list.choice<Scaling>("target_scaling", target_scaling,
                         {{"none", Scaling::none},
                          {"percent", Scaling::percent},
                          {"minmax", Scaling::minmax},
                          {"standardise", Scaling::standardise}},
                         "of body fat in %; percent divides by 100, the others go by the training samples");
    list.number("test_fraction", test_fraction, Range{0, 1, false, true},
                "part of the samples set aside for testing, drawn by the seed");
  }
};

std::string_view csv() {
  const auto bytes = embedded::bodyfat_csv();
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (sha256(bytes) != kChecksum) throw UsageError("embedded bodyfat.csv: the program's file is damaged; build it again");
  return text;
}

// 15 x 252, one man per column. The content is known by its checksum, so the numbers are simply read one after the other.
Matrix<double> read_table() {
  std::string_view text = csv();
  text.remove_prefix(text.find('\n') + 1);
  Matrix<double> table(kColumns, kRows);
  for (double& x : table.reshaped()) {
    text.remove_prefix(text.find_first_of("-0123456789."));
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  }
  return table;
}

// A row becomes (row - shift) / spread; the numbers come from the training columns. A constant row is only shifted.
void scale_row(Scaling scaling, Eigen::Ref<Eigen::RowVectorXd, 0, Eigen::InnerStride<>> row,
               Eigen::Ref<Eigen::RowVectorXd, 0, Eigen::InnerStride<>> row_test) {
  double shift = 0, spread = 1;
  if (scaling == Scaling::percent) spread = 100;
  if (scaling == Scaling::minmax) {
    shift = row.minCoeff();
    spread = row.maxCoeff() - shift;
  }
  if (scaling == Scaling::standardise) {
    shift = row.mean();
    spread = std::sqrt((row.array() - shift).square().mean());
  }
  if (spread == 0) spread = 1;
  row = (row.array() - shift) / spread;
  row_test = (row_test.array() - shift) / spread;
}

struct Split {
  std::vector<Index> train, test;  // both in the table's order
};

Split split(double test_fraction, std::uint64_t seed) {
  const auto n_test = static_cast<Index>(std::floor(test_fraction * static_cast<double>(kRows)));
  Rng rng(seed, "bodyfat-split");
  Split result;
  // Selection sampling: each sample is taken with probability (still wanted) / (still to come), so exactly n_test are.
  Index wanted = n_test;
  for (Index i = 0; i < kRows; ++i) {
    const bool take = wanted > 0 && rng.below(static_cast<std::uint64_t>(kRows - i)) < static_cast<std::uint64_t>(wanted);
    (take ? result.test : result.train).push_back(i);
    wanted -= take;
  }
  return result;
}

template <class T>
Dataset<T> load(const DatasetOptions& given, TargetCode code, std::uint64_t seed) {
  const auto options = read_options<BodyfatOptions>(kName, given);
  require_real_targets(kName, code);
  const Matrix<double> table = read_table();
  const Split parts = split(options.test_fraction, seed);
  const auto inputs = Eigen::seqN(kFirstInput, kColumns - kFirstInput);
  const auto target = Eigen::seqN(kTarget, 1);
  Matrix<double> X = table(inputs, parts.train), X_test = table(inputs, parts.test);
  Matrix<double> Y = table(target, parts.train), Y_test = table(target, parts.test);
  for (Index i = 0; i < X.rows(); ++i) scale_row(options.scaling, X.row(i), X_test.row(i));
  scale_row(options.target_scaling, Y.row(0), Y_test.row(0));
  Dataset<T> data;
  data.name = kName;
  data.X = X.cast<T>();
  data.Y = Y.cast<T>();
  data.X_test = X_test.cast<T>();
  data.Y_test = Y_test.cast<T>();
  data.checksum = kChecksum;
  data.origin = "embedded";
  return data;
}

}  // namespace

Source bodyfat_source() {
  Source s;
  s.info.name = kName;
  s.info.title = "Body fat in % of 252 men from 13 measurements (regression)";
  s.info.licence = "table of facts, free to use (StatLib; Penrose, Nelson, Fisher 1985)";
  s.info.embedded = true;
  s.info.options = describe_options<BodyfatOptions>();
  s.load_f32 = load<float>;
  s.load_f64 = load<double>;
  s.location = [] { return std::optional<std::string>("embedded"); };
  s.verify = [] {
    csv();
    return std::vector<std::string>{std::string("bodyfat.csv (embedded): intact, 252 x 15, SHA-256 ") + kChecksum};
  };
  return s;
}

}  // namespace bcd
