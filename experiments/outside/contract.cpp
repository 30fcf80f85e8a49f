#include "experiments/outside/contract.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <exception>
#include <optional>
#include <set>

namespace bcd {

namespace {

using Faults = std::vector<std::string>;

constexpr Index kSamples = 12, kInputs = 4, kOutputs = 2;

struct Setting {
  std::string activation = "tanh", output = "linear", loss = "squared";
  std::string second = {};  ///< of the second hidden layer; empty: as the first one's
  bool mean = false, skip = false, bias = true;
  std::string text() const {
    return activation + (second.empty() ? "" : " " + second) + " " + output + " " + loss + (mean ? " mean" : " sum") +
           (skip ? " skip" : "") + (bias ? "" : " no bias");
  }
};

/// A small problem whose targets come from a smooth teacher: 4-4-4-2, twelve samples.
template <class T>
struct Tiny {
  Matrix<T> X, Y;
  Problem<T> problem;
  Weights<T> w0;

  explicit Tiny(const Setting& setting) {
    Rng rng(7, "contract");
    X.resize(kInputs, kSamples);
    rng.fill_normal(X, 1.0);
    problem.loss = Loss::parse(setting.loss, setting.mean);
    const Activation hidden = Activation::parse(setting.activation),
                     second = setting.second.empty() ? hidden : Activation::parse(setting.second);
    problem.net.input = kInputs;
    problem.net.bias = setting.bias;
    problem.net.layers = {
        {kInputs, hidden, setting.skip}, {kInputs, second, setting.skip}, {kOutputs, Activation::parse(setting.output), false}};
    code_targets(setting.loss);
    w0 = Weights<T>(problem.net);
    for (std::size_t i = 1; i < w0.W.size(); ++i) {
      rng.fill_normal(w0.W[i], 0.4);
      w0.b[i].setConstant(setting.bias ? T(0.1) : T(0));
    }
    problem.X = &X;
    problem.Y = &Y;
  }
  Tiny(const Tiny&) = delete;

 private:
  void code_targets(const std::string& loss) {
    Y.resize(kOutputs, kSamples);
    for (Index j = 0; j < kSamples; ++j) {
      const T score = std::sin(X(0, j)) + T(0.5) * X(1, j) * X(2, j);
      const bool first = score > 0;
      if (problem.loss.target_code() == TargetCode::signed_one)
        Y.col(j) << T(first ? 1 : -1), T(first ? -1 : 1);
      else if (loss == "cross_entropy")
        Y.col(j) << T(first ? 1 : 0), T(first ? 0 : 1);
      else
        Y.col(j) << score, std::cos(X(3, j));
    }
  }
};

/// The first setting that the plugin accepts with its default parameters.
template <class T>
std::optional<Setting> accepted(const Plugin& plugin) {
  for (const bool bias : {true, false})
    for (const bool skip : {false, true})
      for (const char* activation : {"tanh", "sigmoid", "relu", "linear"}) {
        Setting setting;
        setting.activation = activation;
        setting.skip = skip;
        setting.bias = bias;
        const Tiny<T> tiny(setting);
        if (plugin.make<T>()->not_applicable(tiny.problem).empty()) return setting;
      }
  return std::nullopt;
}

template <class T>
using Snapshot = std::vector<Matrix<T>>;

template <class T>
Snapshot<T> snapshot(Algorithm<T>& algorithm) {
  Snapshot<T> copy;
  for (const NamedMatrix<T>& part : algorithm.state()) copy.push_back(part.value);
  return copy;
}

template <class T>
bool same_bits(const Snapshot<T>& a, const Snapshot<T>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](const Matrix<T>& x, const Matrix<T>& y) {
           return x.rows() == y.rows() && x.cols() == y.cols() &&
                  std::memcmp(x.data(), y.data(), static_cast<std::size_t>(x.size()) * sizeof(T)) == 0;
         });
}

template <class T>
bool all_finite(const Snapshot<T>& state) {
  return std::all_of(state.begin(), state.end(), [](const Matrix<T>& part) { return part.allFinite(); });
}

/// The states after 0, 1, ..., steps iterations.
template <class T>
std::vector<Snapshot<T>> run(const Plugin& plugin, const Tiny<T>& tiny, int steps, std::uint64_t seed,
                             BlockObserver* observer = nullptr) {
  const auto algorithm = plugin.make<T>();
  Rng rng(seed, "algorithm");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  std::vector<Snapshot<T>> states{snapshot(*algorithm)};
  for (int k = 0; k < steps; ++k) {
    algorithm->step(observer);
    states.push_back(snapshot(*algorithm));
  }
  return states;
}

struct BlockList : BlockObserver {
  std::vector<Block> blocks;
  void after(const Block& block) override { blocks.push_back(block); }
};

/// Hands each block update to an audit, as the runner does.
struct AuditingObserver : BlockObserver {
  Audit& audit;
  CheckLog& log;
  int sweep = 1;
  AuditingObserver(Audit& a, CheckLog& l) : audit(a), log(l) {}
  void after(const Block& block) override { audit.after_block(sweep, block, log); }
};

/// Collects what does not hold.
class Findings {
 public:
  void require(bool holds, const std::string& otherwise) {
    if (!holds && std::find(faults.begin(), faults.end(), otherwise) == faults.end()) faults.push_back(otherwise);
  }
  Faults faults;
};

std::string in_precision(float) { return "f32: "; }
std::string in_precision(double) { return "f64: "; }
std::string at_step(std::size_t k) { return " after step " + std::to_string(k); }

/// Runs body<float> and body<double> on the first small problem that the plugin accepts.
template <class Body>
Faults in_both_precisions(const Plugin& plugin, Body&& body) {
  Findings found;
  const auto one = [&](auto zero) {
    using T = decltype(zero);
    const std::optional<Setting> setting = accepted<T>(plugin);
    if (!setting) return found.require(false, in_precision(zero) + "accepts none of the small problems");
    const Tiny<T> tiny(*setting);
    body(tiny, in_precision(zero), found);
  };
  one(0.0F);
  one(0.0);
  return found.faults;
}

Faults finite(const Plugin& plugin) {
  return in_both_precisions(plugin, [&]<class T>(const Tiny<T>& tiny, const std::string& in, Findings& found) {
    const Network& net = tiny.problem.net;
    const auto algorithm = plugin.make<T>();
    Rng rng(1, "algorithm");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    const Snapshot<T> start = snapshot(*algorithm);
    for (std::size_t k = 1; k <= 5; ++k) {
      algorithm->step(nullptr);
      found.require(all_finite(snapshot(*algorithm)), in + "the state is not finite" + at_step(k));
    }
    const Weights<T>& weights = algorithm->weights();
    const auto layers = static_cast<std::size_t>(net.N()) + 1;
    found.require(weights.W.size() == layers && weights.b.size() == layers, in + "weights() has not the network's layers");
    for (std::size_t i = 1; i < std::min(weights.W.size(), layers); ++i) {
      const int layer = static_cast<int>(i);
      found.require(
          weights.W[i].rows() == net.d(layer) && weights.W[i].cols() == net.d(layer - 1) && weights.b[i].size() == net.d(layer),
          in + "the weights of layer " + std::to_string(i) + " have another shape than the network");
    }
    found.require(!same_bits(start, snapshot(*algorithm)), in + "five steps have not moved the state");
  });
}

Faults reproducible(const Plugin& plugin) {
  return in_both_precisions(plugin, [&]<class T>(const Tiny<T>& tiny, const std::string& in, Findings& found) {
    BlockList watched;
    const auto first = run(plugin, tiny, 3, 5), second = run(plugin, tiny, 3, 5), observed = run(plugin, tiny, 3, 5, &watched);
    for (std::size_t k = 0; k < first.size(); ++k) {
      found.require(same_bits(first[k], second[k]), in + "two runs with one seed differ" + at_step(k));
      found.require(same_bits(first[k], observed[k]), in + "an observer changes the run" + at_step(k));
    }
  });
}

Faults windows(const Plugin& plugin) {
  return in_both_precisions(plugin, [&]<class T>(const Tiny<T>& tiny, const std::string& in, Findings& found) {
    const auto algorithm = plugin.make<T>();
    Rng rng(1, "algorithm");
    algorithm->initialise(tiny.problem, tiny.w0, rng);
    State<T> state = algorithm->state();
    std::set<std::string> names;
    for (NamedMatrix<T>& part : state) {
      found.require(names.insert(part.name).second, in + "the state names " + part.name + " twice");
      if (part.name == "W1") part.value.setConstant(T(0.25));
    }
    for (int i = 1; i <= tiny.problem.net.N(); ++i) {
      const std::string layer = std::to_string(i);
      found.require(names.contains("W" + layer), in + "the state lacks W" + layer);
      found.require(names.contains("b" + layer) == tiny.problem.net.bias,
                    in + "the state must name b" + layer + " exactly where the network has biases");
    }
    found.require((algorithm->weights().W[1].array() == T(0.25)).all(),
                  in + "writing to the state's W1 does not write the weights");
  });
}

Faults blocks(const Plugin& plugin) {
  return in_both_precisions(plugin, [&]<class T>(const Tiny<T>& tiny, const std::string& in, Findings& found) {
    BlockList watched;
    run(plugin, tiny, 2, 1, &watched);
    for (const Block& block : watched.blocks)
      found.require(!block.name.empty() && block.layer >= 0 && block.layer <= tiny.problem.net.N(),
                    in + "reports the block '" + block.text() + "', which has no name or no layer of the network");
  });
}

Faults promises(const Plugin& plugin) {
  Findings found;
  const std::optional<Setting> setting = accepted<double>(plugin);
  if (!plugin.make_audit || !setting) return {};
  const Tiny<double> tiny(*setting);
  const auto algorithm = plugin.make<double>();
  const auto audit = plugin.make_audit(algorithm->parameters(), tiny.problem);
  if (!audit) return {};
  std::set<std::string> ids;
  for (const Promise& promise : plugin.promises) {
    found.require(ids.insert(promise.id).second, "two promises have the id " + promise.id);
    found.require(!promise.source.empty() && !promise.statement.empty(),
                  "the promise " + promise.id + " has no source or no statement");
  }
  CheckLog log(plugin.promises);
  Rng rng(1, "algorithm");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  const State<double> state = algorithm->state();
  audit->start(state, log);
  AuditingObserver observer(*audit, log);
  for (int k = 1; k <= 6; ++k) {
    observer.sweep = k;
    algorithm->step(&observer);
    Measurements row;
    audit->after_sweep(k, log, row);
    for (const auto& [name, value] : row) found.require(!name.empty(), "the audit measures a number without a name");
  }
  audit->finish(log);
  std::int64_t checks = 0;
  for (const PromiseResult& result : log.results()) {
    found.require(result.verdict() != "violated", "the promise " + result.promise.id + " is violated: slack " +
                                                      number_text(result.worst_slack) + ", " + number_text(result.worst_ratio) +
                                                      " times the allowance, at iteration " +
                                                      std::to_string(result.worst_iteration) + " " + result.worst_block);
    checks += result.checks;
  }
  found.require(ids.empty() || checks > 0, "no promise was checked");
  return found.faults;
}

bool refuses(ParameterList& parameters, const std::string& name, const std::string& text) {
  try {
    parameters.set(name, text);
  } catch (const UsageError&) {
    return true;
  }
  return false;
}

Faults parameters(const Plugin& plugin) {
  Findings found;
  const auto algorithm = plugin.make_f64();
  ParameterList list = algorithm->parameters();
  for (const Parameter& parameter : list.all()) {
    const std::string whose = "the parameter " + parameter.name + " ";
    found.require(!parameter.help.empty() && !parameter.range.empty(), whose + "has no help or no range");
    const ParameterValue before = parameter.get();
    found.require(!refuses(list, parameter.name, value_text(before)) && parameter.get() == before,
                  whose + "does not read back what it shows");
    found.require(refuses(list, parameter.name, "no such value"), whose + "takes nonsense");
    found.require(parameter.get() == before, whose + "is changed by what it refuses");
  }
  found.require(refuses(list, "no_such_parameter", "1"), "takes a parameter that it does not have");
  return found.faults;
}

Faults problems(const Plugin& plugin) {
  Findings found;
  for (const char* loss : {"squared", "cross_entropy", "logistic", "hinge", "squared_hinge", "exponential"})
    for (const char* activation : {"relu", "leaky_relu:0.1", "sigmoid", "tanh", "softplus", "linear"})
      for (const int variant : {0, 1, 2, 3, 4}) {
        Setting setting;
        setting.loss = loss;
        setting.activation = activation;
        setting.skip = variant % 2 == 1;
        setting.bias = variant < 2;
        if (variant == 4) setting.second = "leaky_relu:0.5";
        const Tiny<double> tiny(setting);
        const std::string reason = plugin.make_f64()->not_applicable(tiny.problem);
        if (!reason.empty())
          found.require(reason.find(' ') != std::string::npos, setting.text() + ": '" + reason + "' is no sentence");
        else
          found.require(all_finite(run(plugin, tiny, 2, 1).back()), setting.text() + ": two steps are not finite");
      }
  return found.faults;
}

Faults origins(const Plugin& plugin) {
  Findings found;
  found.require(!plugin.title.empty(), "has no title");
  found.require(!plugin.citation.empty(), "has no citation");
  std::set<std::string> ids;
  for (const Study& study : plugin.studies)
    found.require(ids.insert(study.id).second && !study.statement.empty() && !study.source.empty(),
                  "the study " + study.id + " is there twice, or has no statement or no source");
  return found.faults;
}

}  // namespace

const std::vector<ContractCheck>& contract() {
  static const std::vector<ContractCheck> checks = {
      {"says where it comes from", origins},
      {"reads back every parameter, and refuses nonsense", parameters},
      {"stays finite for five steps and keeps its shapes", finite},
      {"makes the same run bit for bit with the same seed, watched or not", reproducible},
      {"names every weight once in its state, as a window on it", windows},
      {"reports blocks with a name and a layer of the network", blocks},
      {"refuses a problem with a reason or makes finite steps on it", problems},
      {"breaks no promise on a small problem, judged after every block update", promises}};
  return checks;
}

std::vector<std::string> contract_faults(const ContractCheck& check, const Plugin& plugin) {
  try {
    return check.faults(plugin);
  } catch (const std::exception& e) {
    return {std::string("threw: ") + e.what()};
  }
}

}  // namespace bcd
