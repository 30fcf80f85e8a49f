// Negative controls: broken twins of every update, and which check of the audit sees which of them.
#include <map>
#include <sstream>

#include "tests/algorithms/zeng2019/bcd3_support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::zeng2019;
using namespace bcd::test;

namespace {

struct Setting {
  char letter;
  bool residual;
  std::string settings;
};
const std::vector<Setting> kSettings = {
    {'A', false, "gamma=1.5 alpha=0.5"},
    {'B', false, "gamma=1.5 rho=0.8 alpha=0.5"},
    {'C', false, "gamma=1 alpha=1"},
    {'F', false, "gamma=1.5 alpha=0.5 order=forward"},
    {'J', false, "gamma=1.5 rho=0.8 alpha=0.5 weight_update=jacobi"},
    {'L', false, "gamma=1.5 rho=0.8 alpha=0.5 r=l2:0.3 s=l2:0.2"},
    {'R', true, "gamma=1.5 rho=0.8 alpha=0.5"},
};
const std::vector<std::string> kColumns = {"potential rises",     "descent.sweep",          "descent.block",  "identity.block",
                                           "prox.global",         "certificate.membership", "steps.summable", "steps.vanish",
                                           "subgradient.average", "relative.error"};

/// Column name -> number of violations over 25 sweeps.
using Flags = std::map<std::string, std::int64_t>;

Tiny<> twins_problem(bool residual) {
  const Network plain = network({4, 6, 6, 6, 3}, "relu");
  return Tiny<>(residual ? with_skips(plain) : plain, Loss::parse("squared", false), 40, 21);
}

Flags audit_run(Algorithm<double>& algorithm, const Tiny<>& tiny) {
  start(algorithm, tiny, 5);
  Judge judge(algorithm, three_splitting_promises(),
              make_three_splitting_audit(values_of<ThreeSplittingParameters>(algorithm.parameters()), tiny.problem));
  Flags flags;
  double potential = std::numeric_limits<double>::infinity();
  for (int sweep = 1; sweep <= 25; ++sweep) {
    judge.sweep();
    const double now = judge.measured("potential");
    flags["potential rises"] += !(now <= potential * (1 + 1e-12));
    potential = now;
  }
  for (const auto& column : kColumns)
    if (column != "potential rises") flags[column] = judge.result(column).violations;
  return flags;
}

bool golden_differs(const Tiny<>& tiny, const Setting& setting, Bug bug) {
  auto engine = make_engine(tiny.problem.net, setting.settings);
  auto twin = make_reference(setting.settings, bug);
  start(*engine, tiny, 5);
  start(*twin, tiny, 5);
  for (int sweep = 1; sweep <= 5; ++sweep) engine->step(nullptr), twin->step(nullptr);
  return !(difference(*twin, *engine) < 1e-9);  // not <: a twin may overflow
}

/// The bookkeeping of one row: the letters of the settings in which a column spoke.
struct Row {
  std::map<std::string, std::string> letters;
  std::string golden;
  std::string audit;
};

Row row_of(Bug bug) {
  Row row;
  for (const Setting& setting : kSettings) {
    const Tiny<> tiny = twins_problem(setting.residual);
    auto twin = make_reference(setting.settings, bug);
    bool any = false;
    for (const auto& [column, violations] : audit_run(*twin, tiny)) {
      if (violations == 0) continue;
      row.letters[column] += setting.letter;
      any = true;
    }
    if (any) row.audit += setting.letter;
    if (golden_differs(tiny, setting, bug)) row.golden += setting.letter;
  }
  return row;
}

bool contains(const std::vector<Bug>& list, Bug bug) { return std::find(list.begin(), list.end(), bug) != list.end(); }

}  // namespace

TEST_CASE("neither the engine nor its textbook form is flagged by any check", "[three_splitting][twins]") {
  for (const Setting& setting : kSettings) {
    INFO(setting.letter << ": " << setting.settings);
    const Tiny<> tiny = twins_problem(setting.residual);
    auto engine = make_engine(tiny.problem.net, setting.settings);
    auto reference = make_reference(setting.settings);
    for (Algorithm<double>* algorithm : {engine.get(), reference.get()})
      for (const auto& [column, violations] : audit_run(*algorithm, tiny)) {
        INFO(column);
        CHECK(violations == 0);
      }
    CHECK_FALSE(golden_differs(tiny, setting, Bug::none));
  }
}

TEST_CASE("every broken twin is caught by the audit and by the golden states", "[three_splitting][twins]") {
  std::ostringstream table;
  table << "| twin | golden |";
  for (const auto& column : kColumns) table << ' ' << column << " |";
  table << "\n|---|---|";
  for (std::size_t c = 0; c < kColumns.size(); ++c) table << "---|";
  table << '\n';
  std::map<std::string, int> caught;
  std::map<std::string, std::vector<Bug>> missed;
  for (const auto& [bug, text] : bugs()) {
    INFO(text);
    Row row = row_of(bug);
    CHECK_FALSE(row.golden.empty());
    // Wherever a twin differs the audit speaks, and it speaks nowhere else.
    CHECK(row.audit == row.golden);
    table << "| " << text << " | " << row.golden << " |";
    for (const auto& column : kColumns) {
      table << ' ' << row.letters[column] << " |";
      caught[column] += !row.letters[column].empty();
      if (row.letters[column].empty()) missed[column].push_back(bug);
    }
    table << '\n';
  }
  table << "| caught of " << bugs().size() << " | " << bugs().size() << " |";
  for (const auto& column : kColumns) table << ' ' << caught[column] << " |";
  table << "\n\n";
  for (const Setting& setting : kSettings)
    table << setting.letter << ": " << setting.settings << (setting.residual ? ", with skip connections\n" : "\n");
  UNSCOPED_INFO(table.str());  // the README's table: test_algorithms "[three_splitting][twins]" -s

  // What each check is for: the certificate misses exactly the choice between two stationary points, which only values see, and
  // the identities see no error of a hidden U and no frozen or misplaced block. |g| <= b |step| sees nothing: a tautology.
  CHECK(missed["certificate.membership"] ==
        std::vector<Bug>{Bug::U_threshold_positive, Bug::U_threshold_negative, Bug::U_threshold_reversed});
  for (const Bug bug : missed["certificate.membership"]) CHECK_FALSE(contains(missed["prox.global"], bug));
  for (const Bug bug : {Bug::V_frozen, Bug::U_always_plus, Bug::U_stale_V, Bug::sweep_other_order})
    CHECK(contains(missed["identity.block"], bug));
  CHECK(caught["descent.block"] > caught["descent.sweep"]);
  CHECK(caught["relative.error"] == 0);
}
