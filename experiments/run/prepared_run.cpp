#include "experiments/run/prepared_run.hpp"

#include <Eigen/QR>
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <tuple>

#include "algorithms/core/plain_text.hpp"
#include "experiments/run/npy.hpp"
#include "results/record.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

using DataKey = std::tuple<std::string, DatasetOptions, TargetCode, std::uint64_t>;

/// The dataset loaded last, in one precision. Used by one thread.
template <class T>
struct Cache {
  DataKey key;
  std::shared_ptr<const Dataset<T>> data;

  static Cache& instance() {
    static Cache cache;
    return cache;
  }
};

template <class T>
std::shared_ptr<const Dataset<T>> cached_dataset(const PlannedRun& planned) {
  using Other = std::conditional_t<std::is_same_v<T, float>, double, float>;
  Cache<T>& cache = Cache<T>::instance();
  const DataKey key{planned.dataset, planned.dataset_options, planned.loss.target_code(), planned.seed};
  if (cache.data && cache.key == key) return cache.data;
  cache.data.reset();  // freed before the next one is loaded: two large sets need not fit side by side
  Cache<Other>::instance().data.reset();
  cache.data = std::make_shared<const Dataset<T>>(
      load_dataset<T>(planned.dataset, planned.dataset_options, planned.loss.target_code(), planned.seed));
  cache.key = key;
  return cache.data;
}

Network make_network(const PlannedRun& planned, Index input, Index output) {
  Network net;
  net.input = input;
  net.bias = planned.bias;
  for (std::size_t i = 0; i < planned.hidden.size(); ++i) {
    const Index width = planned.hidden[i];
    const bool skip = planned.skip && width == net.d(net.N());
    net.layers.push_back({width, planned.activations.size() == 1 ? planned.activations[0] : planned.activations[i], skip});
  }
  net.layers.push_back({output, planned.output_activation, false});
  return net;
}

/// Standard deviation of the entries of W_i: see Initialisation.
double deviation(const Initialisation& init, Index fan_in, Index fan_out, bool last) {
  const auto in = static_cast<double>(fan_in), out = static_cast<double>(fan_out);
  switch (init.kind) {
    case Initialisation::Kind::normal:
    case Initialisation::Kind::orthogonal:  // the normal matrix that is made orthogonal
      return init.scale;
    case Initialisation::Kind::fan_in:
      return init.scale * std::sqrt(1.0 / in);
    case Initialisation::Kind::fan_out:
      return init.scale * std::sqrt((last ? 1.0 : 2.0) / out);
    case Initialisation::Kind::he:
      return init.scale * std::sqrt(2.0 / in);
    case Initialisation::Kind::xavier:
      return init.scale * std::sqrt(2.0 / (in + out));
  }
  throw std::logic_error("an initialisation without a rule");
}

/// scale Q from scale times a normal matrix: orthonormal columns, or rows if it is wide. The signs make Q uniform (Mezzadri
/// 2007).
Matrix<double> orthogonal_part(const Matrix<double>& normal, double scale) {
  const bool wide = normal.cols() > normal.rows();
  const Matrix<double> tall = wide ? Matrix<double>(normal.transpose()) : normal;
  const Eigen::HouseholderQR<Matrix<double>> qr(tall);
  Matrix<double> Q = qr.householderQ() * Matrix<double>::Identity(tall.rows(), tall.cols());
  for (Index j = 0; j < Q.cols(); ++j) Q.col(j) *= qr.matrixQR()(j, j) < 0 ? -scale : scale;
  return wide ? Matrix<double>(Q.transpose()) : Q;
}

/// W1, W2, ..., b1, b2, ...
bool is_weight(const std::string& name) {
  return name.size() > 1 && (name[0] == 'W' || name[0] == 'b') && std::isdigit(static_cast<unsigned char>(name[1]));
}

}  // namespace

template <class T>
PreparedRun<T>::PreparedRun(const PlannedRun& planned, const Plugin& plugin)
    : data(cached_dataset<T>(planned)), algorithm(plugin.make<T>()) {
  problem = {make_network(planned, data->X.rows(), data->Y.rows()), planned.loss, &data->X, &data->Y};
  ParameterList parameters = algorithm->parameters();
  for (const auto& [name, text] : planned.parameters) parameters.set(name, text);
}

template <class T>
void PreparedRun<T>::start(const PlannedRun& planned) {
  Rng rng(planned.seed, "algorithm");
  algorithm->initialise(problem, draw_weights<T>(problem.net, planned.init, planned.seed), rng);
}

template <class T>
Weights<T> draw_weights(const Network& net, const Initialisation& init, std::uint64_t seed) {
  Weights<T> weights(net);
  Rng rng(seed, "init");
  for (int i = 1; i <= net.N(); ++i) {
    const auto at = static_cast<std::size_t>(i);
    rng.fill_normal(weights.W[at], deviation(init, net.d(i - 1), net.d(i), i == net.N()));
    if (init.kind == Initialisation::Kind::orthogonal)
      weights.W[at] = orthogonal_part(weights.W[at].template cast<double>(), init.scale).template cast<T>();
    weights.b[at].setConstant(net.bias ? static_cast<T>(init.bias) : T(0));
  }
  return weights;
}

template <class T>
void write_state(const fs::path& folder, const State<T>& state) {
  for (const NamedMatrix<T>& m : state) write_npy<T>(folder / (m.name + ".npy"), m.value);
}

template <class T>
void read_state(const fs::path& folder, State<T> state) {
  if (!fs::is_directory(folder))
    throw UsageError("--init-from " + folder.string() + ": no such folder; `bcdbench dump` writes one");
  std::string missing;
  for (const NamedMatrix<T>& m : state)
    if (is_weight(m.name) && !fs::exists(folder / (m.name + ".npy")))
      missing += (missing.empty() ? "" : ", ") + m.name + ".npy";
  if (!missing.empty()) throw UsageError("--init-from " + folder.string() + ": these files are missing: " + missing);

  std::vector<std::pair<NamedMatrix<T>*, Matrix<T>>> loaded;
  for (NamedMatrix<T>& m : state)
    if (const fs::path file = folder / (m.name + ".npy"); fs::exists(file))
      loaded.emplace_back(&m, read_npy<T>(file, m.value.rows(), m.value.cols()));
  for (auto& [window, value] : loaded) window->value = value;
}

std::string state_digest(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw UsageError("--init-from " + folder.string() + ": no such folder; `bcdbench dump` writes one");
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".npy") files.push_back(entry.path());
  if (files.empty()) throw UsageError("--init-from " + folder.string() + ": the folder has no .npy files");
  std::sort(files.begin(), files.end());
  std::string digests;
  for (const fs::path& file : files) {
    digests += file.filename().string() + " " + short_hash(file_content(file, std::numeric_limits<std::size_t>::max())) + "\n";
  }
  return short_hash(digests);
}

template struct PreparedRun<float>;
template struct PreparedRun<double>;
template Weights<float> draw_weights<float>(const Network&, const Initialisation&, std::uint64_t);
template Weights<double> draw_weights<double>(const Network&, const Initialisation&, std::uint64_t);
template void write_state<float>(const fs::path&, const State<float>&);
template void write_state<double>(const fs::path&, const State<double>&);
template void read_state<float>(const fs::path&, State<float>);
template void read_state<double>(const fs::path&, State<double>);

}  // namespace bcd
