// What an experiment is, once its file is understood: the types that every room of experiments/ shares.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/core/problem.hpp"
#include "algorithms/core/promise.hpp"
#include "datasets/dataset.hpp"
#include "plots/figure.hpp"
#include "results/expression/expression.hpp"
#include "results/rates/laboratory.hpp"

namespace bcd {

/// How the network's first weights are drawn; the same for every algorithm of an experiment.
struct Initialisation {
  enum class Kind { normal, fan_in, fan_out, he, xavier, orthogonal };
  Kind kind = Kind::normal;
  /// W_i ~ scale N(0, v) with v = 1 (normal), 1/d_{i-1} (fan_in), 2/d_{i-1} (he), 2/(d_i + d_{i-1}) (xavier), 2/d_i and for layer N
  /// 1/d_N (fan_out). orthogonal: scale Q, Q uniform among the matrices with orthonormal rows or columns.
  double scale = 0.01;
  double bias = 0;  ///< constant start of every b_i
};

/// A column of the file's own, by its name.
struct OwnMetric {
  std::string name;
  Formula formula;
};

/// What ends a run before its last iteration; asked at evaluated iterations. What is not given is not asked.
struct Stopping {
  std::optional<double> train_loss, gradient, accuracy;  ///< reached: the loss or |dR| is at most, the accuracy at least this
  std::optional<double> blow_up;                         ///< the loss is above this multiple of the first one
  std::int64_t no_progress = 0;                          ///< iterations without a new smallest loss; 0: not asked
  std::optional<Inequality> when;
  std::vector<OwnMetric> metrics;  ///< those that `when` needs

  bool asks() const { return train_loss || gradient || accuracy || blow_up || no_progress > 0 || when; }
};

/// A column that a formula, figure or claim names, and where.
struct NamedColumn {
  std::string column, place;
};

/// One run to be made: everything resolved. `config` is canonical, complete, and can be fed back (a record is a recipe).
struct PlannedRun {
  std::string experiment, variant, algorithm;
  std::uint64_t seed = 0;

  std::string dataset;
  DatasetOptions dataset_options;
  std::vector<Index> hidden;                ///< widths d_1 .. d_{N-1}; d_0 and d_N come from the data
  std::vector<Activation> activations{{}};  ///< one for all hidden layers, or, where they differ, one for each
  Activation output_activation;             ///< layer N, normally linear
  bool bias = true;
  bool skip = false;  ///< skip connections around every layer with d_i == d_{i-1} (never around layer N)
  Loss loss;
  Initialisation init;
  std::map<std::string, std::string> parameters;  ///< the algorithm's, as set (text); resolved values are in config

  std::int64_t iterations = 10;
  double time_limit = 0;          ///< seconds of training time, 0: none
  std::string precision = "f64";  ///< f32 or f64
  std::string audit = "off";      ///< off, sweep (potential, step, certificate after each sweep), block (also after each block)
  std::int64_t evaluate_every = 1;
  std::vector<std::string> measure;  ///< columns that are made on request only: experiments/file/formulas.hpp
  Stopping stop;
  std::vector<NamedColumn> must_have;  ///< that only this run's shared library or command can add: asked after its first step

  /// For people: "zeng2019-fig1 BCD seed 8".
  std::string label() const { return experiment + " " + variant + " seed " + std::to_string(seed); }

  nlohmann::json config;  ///< canonical form of all of the above with the algorithm's resolved parameters
};

/// At what size an experiment is run: the scales that a file may lay over its tables.
inline const std::vector<std::string> kScales = {"quick", "paper"};

/// A statement of a paper and how it is judged; the keys of each kind are in experiments/claims/kind.hpp.
struct Claim {
  std::string id, item, statement, kind, expect;
  std::string origin;          ///< who says it: experiments/claims/words.hpp
  bool says_origin = false;    ///< whether the file says so, or paper is taken for granted
  std::string quote, place;    ///< the paper's words and where they stand; empty: those of the item
  std::string basis;           ///< of a reading: what was guessed; of a derived statement: where its derivation stands
  std::string finding;         ///< what the statement, where it is true, says about the paper: supports, against, neutral
  std::string corrects;        ///< the correction with which the item holds if this statement does
  std::string implied_by;      ///< why the check cannot fail; such a claim is no evidence
  std::string threshold;       ///< where the claim's limit comes from: paper, derived, looked (at results before it was chosen)
  std::string counterexample;  ///< the study that shows it with numbers
  std::vector<std::string> hypotheses;      ///< claims that must be true for this one to be judged
  bool broken = false;                      ///< the statement says that what the kind judges does not hold
  bool erratum = false;                     ///< the statement says that the paper has a misprint
  std::map<std::string, std::string> text;  ///< kind's text keys: promise, metric, study, baseline, op, ...
  std::map<std::string, double> number;     ///< kind's numeric keys: value, at, tolerance, reported, ...
  std::vector<std::string> variants;        ///< which variants' runs it speaks of; empty: all
  std::string scale;                        ///< at which scale it is judged; empty: at each
};

/// An inequality of the file, judged along the runs of its variants.
struct OwnPromise {
  Promise promise;
  Inequality holds;
  std::optional<Formula> slack;       ///< the allowance; absent: the bound on the rounding of both sides
  std::vector<std::string> variants;  ///< empty: all
  std::string place;                  ///< where it stands, for messages
};

struct Experiment {
  std::string id, paper, title, description;
  std::vector<Figure> figures;
  std::vector<Claim> claims;
  std::vector<OwnPromise> promises;
  std::vector<OwnMetric> metrics;
  std::vector<PlannedRun> runs;
  rates::Options rates;  ///< how its runs are examined for rates
};

/// What the command line may change.
struct Overrides {
  std::string scale = "quick";
  std::vector<std::string> variants;  ///< keep only these; unknown: UsageError
  std::optional<std::int64_t> seeds;  ///< keep the first N seeds, or extend the list by the largest + 1, ...
  /// "key=value": a bare key is a parameter of the algorithm (for every variant that has it), a dotted key a place in the file:
  /// run.iterations, dataset.n.
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> grid;  ///< "key=value,value,...": a variant for every combination; keys as in `set`
  std::string precision;          ///< empty: as in the file
  double time_limit = 0;
};

}  // namespace bcd
