// Regression problems with a known function of inputs that are uniform on a cube.
#include <tuple>

#include "algorithms/core/rng.hpp"
#include "datasets/generated.hpp"
#include "datasets/sha256.hpp"
#include "datasets/targets.hpp"

namespace bcd {

namespace {

constexpr const char* kName = "function";

enum class Function { square, product };

struct FunctionOptions {
  Function function = Function::square;
  std::int64_t d_in = 1, n = 1000, n_test = 1000;
  DataSeed data_seed;

  void fields(ParameterList& list) {
    list.choice<Function>("function", function, {{"square", Function::square}, {"product", Function::product}},
                          "y = |x|^2, or the product of the entries of x");
    list.integer("d_in", d_in, Range::at_least(1), "number of inputs, each uniform on [-1, 1]");
    list.integer("n", n, Range::at_least(1), "training samples; fewer of them are the first of more");
    list.integer("n_test", n_test, Range::nonnegative(), "test samples");
    list.parsed("data_seed", data_seed, "a whole number or run",
                "seed of the data; run: the run's seed, so that every run has its own");
  }
};

/// Inputs (d_in x n) and their values (1 x n).
template <class T>
std::pair<Matrix<T>, Matrix<T>> draw(const FunctionOptions& o, Index n, Rng rng) {
  Matrix<double> X(o.d_in, n);
  for (Index j = 0; j < n; ++j)
    for (Index i = 0; i < o.d_in; ++i) X(i, j) = rng.uniform(-1, 1);
  const Matrix<double> Y = o.function == Function::square ? Matrix<double>(X.colwise().squaredNorm()) : X.colwise().prod();
  return {X.cast<T>(), Y.cast<T>()};
}

/// The recipe stands for the data: all options and the seed that was used.
std::string recipe(FunctionOptions options, std::uint64_t data_seed) {
  options.data_seed.own = data_seed;
  ParameterList list;
  options.fields(list);
  std::string text = std::string(kName) + "\n";
  for (const Parameter& p : list.all()) text += p.name + " = " + value_text(p.get()) + "\n";
  return text;
}

template <class T>
Dataset<T> load(const DatasetOptions& given, TargetCode code, std::uint64_t seed) {
  const auto o = read_options<FunctionOptions>(kName, given);
  require_real_targets(kName, code);
  const std::uint64_t data_seed = o.data_seed.own.value_or(seed);
  Dataset<T> data;
  data.name = kName;
  std::tie(data.X, data.Y) = draw<T>(o, o.n, Rng(data_seed, "function inputs"));
  std::tie(data.X_test, data.Y_test) = draw<T>(o, o.n_test, Rng(data_seed, "function test inputs"));
  data.checksum = sha256(recipe(o, data_seed));
  data.origin = "generated, data seed " + std::to_string(data_seed);
  return data;
}

}  // namespace

Source function_source() {
  return generated_source<FunctionOptions>(kName, "Synthetic: the squared norm or the product of inputs uniform on [-1, 1]",
                                           load<float>, load<double>);
}

}  // namespace bcd
