// Activations, losses and data of a library: what check-plugin finds, and that the algorithms keep their promises with them.
#include <set>

#include "algorithms/core/rounding.hpp"
#include "algorithms/registry.hpp"
#include "datasets/own.hpp"
#include "experiments/outside/pieces_contract.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/own_pieces.hpp"
#include "tests/support/tiny.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

using Names = std::vector<std::string>;

/// The checks that are not passed, by what follows the first word.
Names failed(const std::vector<PieceCheck>& checks) {
  Names names;
  for (const PieceCheck& check : checks)
    if (!check.faults.empty()) names.push_back(check.name.substr(check.name.find(' ') + 1));
  return names;
}

template <class Change>
Names failed(OwnActivation own, Change change) {
  change(own);
  return failed(activation_checks(own));
}
template <class Change>
Names failed(OwnLoss own, Change change) {
  change(own);
  return failed(loss_checks(own));
}

const std::string kComplete = "a name and all that it needs", kFinite = "finite where its argument is, and NaN where that is",
                  kDerivative = "the derivative that differences show", kSecond = "the second derivative that differences show",
                  kSubdifferential = "the subdifferential that differences show";

/// 4 inputs, hidden layers with the two activations, 2 outputs.
Network two_layers(const Activation& first, const Activation& second, bool bias = true) {
  Network net = network({4, 4, 4, 2}, "linear", bias);
  net.layers[0].activation = first;
  net.layers[1].activation = second;
  return net;
}

/// The promises that six sweeps break; nothing if the algorithm does not apply.
struct Judged {
  std::string refusal;
  Names violated;
  std::int64_t checks = 0;
  std::vector<Matrix<double>> state;
};
Judged six_sweeps(const Plugin& plugin, const Tiny<>& tiny,
                  const std::vector<std::pair<std::string, std::string>>& settings = {}) {
  Judged out;
  const auto algorithm = plugin.make_f64();
  ParameterList parameters = algorithm->parameters();
  for (const auto& [name, value] : settings)
    if (parameters.has(name)) parameters.set(name, value);
  out.refusal = algorithm->not_applicable(tiny.problem);
  if (!out.refusal.empty()) return out;
  Rng rng(1, "algorithm");
  algorithm->initialise(tiny.problem, tiny.w0, rng);
  if (auto audit = plugin.make_audit ? plugin.make_audit(algorithm->parameters(), tiny.problem) : nullptr) {
    Judge judge(*algorithm, plugin.promises, std::move(audit));
    for (int k = 1; k <= 6; ++k) judge.sweep();
    for (const Promise& promise : plugin.promises) {
      if (judge.result(promise.id).verdict() == "violated") out.violated.push_back(promise.id);
      out.checks += judge.result(promise.id).checks;
    }
  } else {
    for (int k = 1; k <= 6; ++k) algorithm->step(nullptr);
  }
  for (const NamedMatrix<double>& part : algorithm->state()) out.state.push_back(part.value);
  return out;
}

}  // namespace

TEST_CASE("activations that are what they say pass, and each check catches its broken twin", "[contract][own]") {
  for (const OwnActivation& own : {own_tanh(), swish(), modulus()}) {
    CAPTURE(own.name);
    CHECK(failed(activation_checks(own)) == Names{});
  }
  const OwnActivation good = swish(), kinked = modulus();
  CHECK(failed(good, [](OwnActivation& a) { a.title.clear(); }) == Names{kComplete});
  CHECK(failed(good, [](OwnActivation& a) { a.second_derivative = {}; }) == Names{kComplete});
  CHECK(failed(good, [f = good.value](OwnActivation& a) { a.value = [f](double u) { return std::isnan(u) ? 0.0 : f(u); }; }) ==
        Names{kFinite});
  CHECK(failed(good, [f = good.derivative](OwnActivation& a) {
          a.derivative = [f](double u) { return f(u) + (std::abs(u - 2) < 1 ? 1e-6 * (1 - std::abs(u - 2)) : 0.0); };
        }).front() == kDerivative);
  CHECK(failed(good, [f = good.second_derivative](OwnActivation& a) {
          a.second_derivative = [f](double u) { return -f(u); };
        }) == Names{kSecond});
  const Names bound{"Lipschitz constants that no sample breaks"};
  CHECK(failed(good, [](OwnActivation& a) { a.lipschitz = [](double) { return 1.05; }; }) == bound);
  CHECK(failed(good, [](OwnActivation& a) { a.derivative_lipschitz = [](double) { return 0.45; }; }) == bound);
  CHECK(failed(good, [](OwnActivation& a) { a.lipschitz = [](double) { return kInfinity; }; }) == bound);
  CHECK(failed(good, [](OwnActivation& a) { a.lipschitz = [](double r) { return r > 3 ? 1.2 : 1.3; }; }) == bound);
  CHECK(failed(kinked, [](OwnActivation& a) {  // a kink that is not said
          a.smooth = true;
          a.second_derivative = [](double u) { return 0 * u; };
          a.derivative_lipschitz = [](double) { return 1.0; };
        }) == bound);
  CHECK(failed(kinked, [](OwnActivation& a) {
          a.subdifferential = [](double) { return std::pair{-1.0, 1.0}; };
        }) == Names{kSubdifferential});
  CHECK(failed(kinked, [](OwnActivation& a) {
          a.subdifferential = [d = a.derivative](double u) { return std::pair{d(u), d(u)}; };
        }) == Names{kSubdifferential});
}

TEST_CASE("losses that are what they say pass, and each check catches its broken twin", "[contract][own]") {
  for (const OwnLoss& own : {own_logistic(), huber(), absolute(), welsch()}) {
    CAPTURE(own.name);
    CHECK(failed(loss_checks(own)) == Names{});
  }
  const OwnLoss good = huber(), kinked = absolute();
  CHECK(failed(good, [](OwnLoss& l) { l.title.clear(); }) == Names{kComplete});
  CHECK(failed(good, [](OwnLoss& l) {
          l.derivative = [](double v, double y) { return std::min(1.0, std::max(-1.0, v - y)); };  // NaN becomes a number
        }) == Names{kFinite});
  CHECK(failed(good, [f = good.derivative](OwnLoss& l) { l.derivative = [f](double v, double y) { return 0.5 * f(v, y); }; }) ==
        Names{kDerivative});
  CHECK(failed(good, [](OwnLoss& l) { l.gradient_lipschitz = 0.9; }) == Names{"a gradient_lipschitz that no sample breaks"});
  CHECK(failed(welsch(), [](OwnLoss& l) { l.convex = true; }) == Names{"convex"});
  CHECK(failed(kinked, [](OwnLoss& l) { l.smooth = true; }) == Names{"a continuous derivative"});
  CHECK(failed(kinked, [](OwnLoss& l) {
          l.subdifferential = [d = l.derivative](double v, double y) { return std::pair{d(v, y), d(v, y)}; };
        }) == Names{kSubdifferential});
  CHECK(failed(kinked, [](OwnLoss& l) {
          l.prox = [](double kappa, double b, double y) {
            return b > y ? std::max(y, b - 0.99 * kappa) : std::min(y, b + kappa);
          };
        }) == Names{"the proximal operator that its value asks for"});
}

TEST_CASE("data that are what they say pass, and each check catches its broken twin", "[contract][own]") {
  OwnData good;
  good.name = "ramp";
  good.title = "A noisy ramp";
  good.licence = "none needed";
  good.options = {{"n", "20", "samples"}};
  good.load = [](const std::map<std::string, std::string>& options, std::uint64_t seed) {
    Rng rng(seed, "ramp");
    OwnSamples samples;
    samples.X = Matrix<double>(2, std::stoi(options.at("n")));
    rng.fill_normal(samples.X, 1.0);
    samples.Y = samples.X.colwise().sum();
    return samples;
  };
  CHECK(failed(data_checks(good)) == Names{});
  const auto with = [&](auto change) {
    OwnData data = good;
    data.load = [load = good.load, change](const std::map<std::string, std::string>& options, std::uint64_t seed) {
      OwnSamples samples = load(options, seed);
      change(samples);
      return samples;
    };
    return failed(data_checks(data));
  };
  const Names shapes{"finite samples whose shapes fit"}, same{"the same bits for the same options and seed"};
  OwnData silent = good;
  silent.licence.clear();
  CHECK(failed(data_checks(silent)) == Names{"a name, a licence and all that it needs"});
  CHECK(with([](OwnSamples& s) { s.Y(0, 3) = kInfinity; }) == shapes);
  CHECK(with([](OwnSamples& s) { s.Y.resize(1, 3), s.Y.setZero(); }) == shapes);
  CHECK(with([](OwnSamples& s) { s.labels.assign(20, 0); }) == shapes);
  CHECK(with([](OwnSamples& s) { s.Y.resize(0, 0), s.labels.assign(20, 0); }) == shapes);
  CHECK(with([](OwnSamples& s) { s.names = {"one", "two"}; }) == shapes);
  CHECK(with([](OwnSamples& s) { s.X_test.setZero(3, 2), s.Y_test.setZero(1, 2); }) == shapes);
  int calls = 0;
  CHECK(with([&calls](OwnSamples& s) { s.X(0, 0) = ++calls; }) == same);

  // As a dataset of the program.
  Source source = own_source(good);
  const Dataset<double> data = source.load_f64({{"n", "7"}}, TargetCode::real, 3);
  CHECK(data.X.cols() == 7);
  CHECK(data.X_test.rows() == 2);
  CHECK(data.checksum == source.load_f32({{"n", "7"}}, TargetCode::real, 3).checksum);
  CHECK(data.checksum != source.load_f64({{"n", "7"}}, TargetCode::real, 4).checksum);
  CHECK_THROWS_WITH(source.load_f64({{"m", "7"}}, TargetCode::real, 3),
                    Contains("unknown option of dataset 'ramp': 'm'. Valid: n"));
  CHECK_THROWS_WITH(source.load_f64({{"n", "many"}}, TargetCode::real, 3), Contains("dataset 'ramp' of "));
  CHECK_THROWS_WITH(source.load_f64({}, TargetCode::signed_one, 3), Contains("real targets"));
}

TEST_CASE("every algorithm keeps its promises with another activation in every hidden layer", "[contract][activations]") {
  const std::pair<const char*, const char*> pairs[] = {
      {"tanh", "sigmoid"}, {"softplus", "tanh"}, {"leaky_relu:0.5", "relu"}, {"relu", "linear"}, {"linear", "leaky_relu:0.2"}};
  std::set<std::string> judged;
  for (const auto& [first, second] : pairs)
    for (const bool bias : {true, false}) {  // Akiyama's networks have none
      const Tiny<> tiny(two_layers(Activation::parse(first), Activation::parse(second), bias), Loss::parse("squared", true), 12,
                        5, 0.4);
      for (const Plugin& plugin : plugins()) {
        CAPTURE(plugin.name, first, second, bias);
        Judged result = six_sweeps(plugin, tiny);
        // A gamma that was found along the step may be too small beside it, whatever the network (its README).
        std::erase(result.violated, "surrogate.around");
        CHECK(result.violated == Names{});
        if (result.checks > 0) judged.insert(plugin.name);
      }
    }
  for (const Plugin& plugin : plugins()) {
    if (plugin.promises.empty() || plugin.name == "bcd_relu_akiyama2025") continue;  // ReLU in every layer
    CAPTURE(plugin.name);
    CHECK(judged.contains(plugin.name));
  }
}

TEST_CASE("with the program's activation by other formulas every algorithm makes the same steps, or says why not",
          "[contract][own]") {
  const OwnActivation definition = own_tanh();
  const Activation tanh = Activation::parse("tanh"), own(definition);
  const Loss loss = Loss::parse("squared", true);
  std::set<std::string> same, refused;
  for (const bool bias : {true, false}) {
    const Tiny<> builtin(two_layers(tanh, tanh, bias), loss, 12, 3, 0.4), mine(two_layers(own, own, bias), loss, 12, 3, 0.4);
    for (const Plugin& plugin : plugins()) {
      CAPTURE(plugin.name);
      const Judged theirs = six_sweeps(plugin, builtin), ours = six_sweeps(plugin, mine);
      if (!theirs.refusal.empty()) continue;
      if (!ours.refusal.empty()) {
        CHECK_THAT(ours.refusal, Contains("own_tanh"));
        refused.insert(plugin.name);
        continue;
      }
      same.insert(plugin.name);
      CHECK(ours.violated == theirs.violated);
      CHECK(ours.checks == theirs.checks);
      REQUIRE(ours.state.size() == theirs.state.size());
      for (std::size_t i = 0; i < ours.state.size(); ++i)
        CHECK((ours.state[i] - theirs.state[i]).norm() <= 1e-6 * (1 + theirs.state[i].norm()));
    }
  }
  CHECK(refused == std::set<std::string>{"dlam_wang2018", "mdlam_wang2022", "admm_zeng2021"});
  for (const Plugin& plugin : plugins()) {
    if (refused.contains(plugin.name) || plugin.name == "bcd_relu_akiyama2025" || plugin.name == "ridge") continue;  // no tanh
    CAPTURE(plugin.name);
    CHECK(same.contains(plugin.name));
  }
}

TEST_CASE("every algorithm keeps its promises on a mixed network with pieces of one's own, or says why not",
          "[contract][own]") {
  const OwnActivation smooth = swish(), kinked = modulus();
  const OwnLoss losses[] = {huber(), absolute(), welsch(), own_logistic()};
  int judged = 0;
  for (const OwnLoss& own : losses)
    for (const OwnActivation* second : {&smooth, &kinked}) {
      const Tiny<> tiny(two_layers(Activation::parse("tanh"), Activation(*second)), as_loss(own, true), 12, 4, 0.4);
      for (const Plugin& plugin : plugins())
        for (const char* update : {"", "proxlinear", "exact"}) {
          std::vector<std::pair<std::string, std::string>> settings;
          if (*update && plugin.name != std::string(*update == 'e' ? "dlam_wang2018" : "bcd3_zeng2019")) continue;
          if (*update) settings = {{"output_update", update}};
          CAPTURE(plugin.name, own.name, second->name, update);
          const Judged result = six_sweeps(plugin, tiny, settings);
          if (!result.refusal.empty()) {
            CHECK(result.refusal.find(' ') != std::string::npos);
            continue;
          }
          CHECK(result.violated == Names{});
          judged += result.checks > 0;
          for (const Matrix<double>& part : result.state) CHECK(part.allFinite());
        }
    }
  CHECK(judged >= 10);
  // What is refused, and by whom.
  const OwnLoss not_convex = welsch();
  const Tiny<> tiny(two_layers(Activation::parse("tanh"), Activation::parse("tanh")), as_loss(not_convex), 12, 4);
  CHECK_THAT(six_sweeps(find_plugin("bcd3_zeng2019"), tiny).refusal, Contains("convex loss, welsch"));
  CHECK_THAT(six_sweeps(find_plugin("bcd2_zeng2019"), tiny).refusal, Contains("convex loss, welsch"));
  CHECK_THAT(six_sweeps(find_plugin("admm_taylor2016"), tiny).refusal, Contains("convex loss, welsch"));
  CHECK_THAT(six_sweeps(find_plugin("dlam_wang2018"), tiny).refusal, Contains("welsch"));
  CHECK_THAT(six_sweeps(find_plugin("bsum_ghauch2018"), tiny).refusal, Contains("welsch"));
  const Tiny<> bent(two_layers(Activation::parse("tanh"), Activation(kinked)), Loss::parse("squared", true), 12, 4);
  CHECK_THAT(six_sweeps(find_plugin("bcd3_zeng2019"), bent).refusal, Contains("layer 2 has modulus"));
  CHECK_THAT(six_sweeps(find_plugin("admm_taylor2016"), bent).refusal, Contains("layer 2 has modulus"));
  CHECK_THAT(six_sweeps(find_plugin("dlam_wang2018"), bent).refusal, Contains("modulus of layer 2"));
  CHECK_THAT(six_sweeps(find_plugin("bsum_ghauch2018"), bent).refusal, Contains("modulus of layer 2"));
}
