// The verb rates: the laboratory of results/rates on records.
#include <algorithm>
#include <cmath>
#include <iostream>

#include "algorithms/core/parameters.hpp"
#include "experiments/cli/selection.hpp"
#include "experiments/file/load.hpp"
#include "results/json.hpp"

namespace bcd {
namespace {

namespace po = boost::program_options;
using namespace rates;

OptionList rates_options() {
  OptionList options("Options (--scale ... --out: those of the run; they name the records of an experiment)");
  Selection::add_options(options);
  auto add = options.add_options();
  add("limit", po::value<std::string>()->value_name("L"),
      "f*: extrapolation, or zero (known by construction); default: as the experiment's file says, else extrapolation");
  add("examine", po::value<double>()->value_name("S"),
      "examine the first share S of the run; the rest serves as the reference for f*");
  add("from", po::value<double>()->value_name("K"),
      "A1 and A2 from iteration K on; default: after 1 % of the examined iterations");
  add("alpha", po::value<double>()->value_name("A"), "exponent of A2; default: 1/2 where theta may be 1/2, else theta");
  add("json", "everything that was found, as JSON");
  return options;
}

double positive(const po::variables_map& given, const char* name, double otherwise, double largest) {
  if (!given.count(name)) return otherwise;
  const double value = given[name].as<double>();
  if (!(value > 0 && value <= largest && std::isfinite(value)))
    throw UsageError(std::string("--") + name + " must be > 0" +
                     (largest < kInfinity ? " and at most " + number_text(largest) : "") + ", got " + number_text(value));
  return value;
}

/// The experiment's own settings, changed by what the command line says.
rates::Options settings(const po::variables_map& given, rates::Options own) {
  if (const std::string limit = text(given, "limit"); !limit.empty()) {
    if (limit != "zero" && limit != "extrapolation") throw UsageError(unknown_name("limit", limit, {"extrapolation", "zero"}));
    own.limit = limit == "zero" ? LimitKind::zero : LimitKind::extrapolation;
  }
  own.share = positive(given, "examine", own.share, 1);
  own.from = positive(given, "from", own.from, kInfinity);
  own.alpha = positive(given, "alpha", own.alpha, kInfinity);
  return own;
}

struct Examined {
  RunRecord record;
  Report report;
};

void require_columns(const RunRecord& record) {
  for (const char* column : {"potential", "subgradient_norm2"})
    if (record.trace.index(column) < 0)
      throw UsageError(
          "record " + record.id + " (" + record.variant() + ") has no column " + column +
          "; the laboratory needs the objective and an element of its subdifferential: run with --set run.audit=sweep an "
          "algorithm whose audit gives both");
}

/// A shipped experiment's settings for its own record.
rates::Options settings_of(const RunRecord& record) {
  const std::vector<std::string> ids = experiment_ids();
  const bool shipped = std::find(ids.begin(), ids.end(), record.experiment()) != ids.end();
  return shipped ? load_experiment(record.experiment()).rates : rates::Options{};
}

/// The runs that can be examined; the others of an experiment are named on stderr. A record given by its path must have the
/// columns.
std::vector<Examined> examine_all(const po::variables_map& given) {
  std::vector<Examined> runs;
  const auto add = [&](const RunRecord& record, const rates::Options& own) {
    require_columns(record);
    runs.push_back({record, examine(sequence_of(record), settings(given, own))});
  };
  for (const std::string& run : names(given)) {
    if (run.ends_with(".json")) {
      const RunRecord record = read_record(run);
      add(record, settings_of(record));
      continue;
    }
    Selection selection = Selection::from(given);
    selection.experiments = {run};
    const std::size_t before = runs.size();
    std::string refusal = "no runs";
    for (const Results& part : find_results(selection))
      for (const RunRecord& record : part.records) {
        try {
          add(record, part.experiment.rates);
        } catch (const UsageError& e) {
          refusal = e.what();
          std::cerr << "left out: " << refusal << "\n";
        }
      }
    if (runs.size() == before) throw UsageError(run + ": no run can be examined; " + refusal);
  }
  return runs;
}

using bcd::show;
std::string show(const Estimate& e, int digits = 3) {
  return e.known() ? show(e.value, digits) + " [" + show(e.interval.low, digits) + ", " + show(e.interval.high, digits) + "]"
                   : "-";
}

std::string rate_text(const Rate& rate) {
  if (rate.kind == Kind::sublinear) return "k^-" + show(rate.power);
  return rate.kind == Kind::linear ? show(rate.eta, 5) + "^k" : "-";
}

std::string label_of(const RunRecord& record) {
  return record.variant() + " seed " + std::to_string(record.seed()) + version_mark(record);
}

std::vector<std::string> summary_row(const Examined& run) {
  const Report& r = run.report;
  const int j = r.smallest_j();
  const Decrease& d = r.a1[static_cast<std::size_t>(std::max(1, j) - 1)];
  return {label_of(run.record),
          run.record.config.value("algorithm", ""),
          j > 0 ? std::to_string(j) : "none",
          show(d.constant),
          show(d.drift, 2),
          show(r.exponent.theta),
          rate_text(r.rate),
          name(r.rate.kind),
          r.theorem41.verdict,
          r.theorem42.verdict};
}

/// "0.85", or the number with what is wrong with it.
std::string constant_text(const Decrease& d) {
  return show(d.constant) + (d.supported() ? "" : std::string(" ") + name(d.state));
}

void print_tables(const std::vector<Examined>& runs) {
  std::vector<std::vector<std::string>> summary, constants, limits;
  for (const Examined& run : runs) {
    const Report& r = run.report;
    const std::string label = label_of(run.record);
    summary.push_back(summary_row(run));
    constants.push_back({label, show(r.options.from, 6)});
    for (const Decrease& d : r.a1) constants.back().push_back(constant_text(d));
    const RootRate of_x = root_rate(r.length.steps);
    limits.push_back({label, r.limit.origin, show(r.limit.middle, 6), show(r.limit.interval.width()),
                      show(r.rate.window.decades()),
                      std::string(name(r.length.state)) + ", " + show(r.length.sum, 4) +
                          (std::isnan(r.length.tail) ? "" : " + <= " + show(r.length.tail)),
                      of_x.name});
  }
  std::cout
      << "A1 at the smallest j that a run supports, KL exponent, rate of f - f*, and whether Theorems 4.1 and 4.2 of Xu, Bao "
         "and Xing 2024 are "
         "kept\n\n"
      << table({"run", "algorithm", "j", "c_j", "drift of k", "theta", "f - f*", "verdict", "Thm 4.1", "Thm 4.2"}, summary)
      << "\nThe largest constant of A1 that a run supports, from iteration k-bar on\n\n"
      << table({"run", "k-bar", "j = 1", "2", "3", "4", "5", "6", "7", "8"}, constants)
      << "\nWhat f* rests on, the decades of f - f* that were used, the length of the path and the R-rate of the iterates\n\n"
      << table({"run", "origin of f*", "f*", "width", "decades", "length", "X"}, limits);
  for (const Examined& run : runs)
    if (!run.report.rate.reason.empty()) std::cout << "\n" << label_of(run.record) << ": " << run.report.rate.reason;
  std::cout << std::endl;
}

int rates_verb(const po::variables_map& given) {
  if (names(given).empty()) throw UsageError("rates: name experiments that have records, or records (out/runs/ID.json)");
  settings(given, {});  // a mistake in the options is no property of a run
  const std::vector<Examined> runs = examine_all(given);
  if (!given.count("json")) {
    print_tables(runs);
    return kAllWell;
  }
  nlohmann::json all = nlohmann::json::array();
  for (const Examined& run : runs) {
    nlohmann::json j = to_json(run.report);
    j["record"] = run.record.id;
    j["other_version"] = run.record.other_version;
    if (!run.record.archived.empty()) j["archive"] = maker_of(run.record);
    j["experiment"] = run.record.experiment();
    j["variant"] = run.record.variant();
    j["seed"] = run.record.seed();
    j["algorithm"] = run.record.config.value("algorithm", "");
    all.push_back(std::move(j));
  }
  std::cout << json_text(all, 2) << "\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> rate_verbs() {
  return {
      {"rates", "RUN...", "A1, KL exponent and rate of runs, with intervals",
       "Examines runs as Xu, Bao and Xing 2024 do in theory: which constant of the j-step decrease condition A1 a run supports "
       "(j = 1..8)\n"
       "and whether it drifts, the KL exponent, the rate of f - f* (finite, linear, sublinear, or not decided), the length of "
       "the path, and\n"
       "whether Theorems 4.1 and 4.2 are kept. RUN: an experiment that has records, or the .json file of a record. Definitions "
       "and the\n"
       "measured coverage of the intervals: 'bcdbench help rates'.\n",
       "bcdbench rates xu2024-ex31-three\n"
       "bcdbench rates out/runs/0123456789abcdef-01234567.json --limit zero --json\n",
       rates_options, rates_verb},
  };
}

}  // namespace bcd
