// Tables that variants share and claims that are written together.
#include "algorithms/registry.hpp"
#include "tests/experiments/sample.hpp"

using namespace bcd;
using namespace bcd::test;

namespace {

/// The sample with a head (tables of the file) and with variants and claims of its own.
std::string with_variants(const std::string& head, const std::string& tail) {
  std::string text = kText.substr(0, kText.find("[[variant]]"));
  return text + head + tail;
}

const std::string kSets = R"(
[parameters.sgd]
learning_rate = 0.5
[set.small]
network = { hidden = [3] }
[set.wide]
network = { hidden = [9] }
quick = { run = { iterations = 2 } }
[set.slow]
parameters = { momentum = 0.25 }
[set.fast]
parameters = { momentum = 0.75, learning_rate = 2 }
)";

}  // namespace

TEST_CASE("a variant over sets is one variant for every combination, labelled by the sets; its own tables go on top",
          "[spec]") {
  const Experiment e = Loaded(with_variants(kSets, R"(
[[variant]]
algorithm = "sgd"
sets = [["small", "wide"], ["slow", "fast"]]
[[variant]]
label = "mine"
algorithm = "sgd"
sets = ["wide", "fast"]
parameters = { learning_rate = 1 }
)"))();
  std::vector<std::string> labels;
  std::map<std::string, PlannedRun> runs;
  for (const PlannedRun& planned : e.runs) {
    if (labels.empty() || labels.back() != planned.variant) labels.push_back(planned.variant);
    runs[planned.variant] = planned;
  }
  CHECK(labels == std::vector<std::string>{"small slow", "small fast", "wide slow", "wide fast", "mine"});
  CHECK(runs["small slow"].hidden == std::vector<Index>{3});
  CHECK(runs["small slow"].iterations == 4);
  CHECK(runs["wide slow"].iterations == 2);  // the set's own overlay for the scale
  CHECK(runs["small slow"].parameters.at("learning_rate") == "0.5");
  CHECK(runs["small fast"].parameters.at("learning_rate") == "2");
  CHECK(runs["mine"].parameters.at("learning_rate") == "1");
  CHECK(runs["mine"].parameters.at("momentum") == "0.75");
}

TEST_CASE("wrong names of shared parameters and sets are named", "[spec]") {
  const std::string variant = "[[variant]]\nlabel = \"v\"\nalgorithm = \"sgd\"\n";
  CHECK_THAT(error_of(with_variants("[parameters.sdg]\nmomentum = 1\n", variant)), Contains("did you mean 'sgd'"));
  CHECK_THAT(error_of(with_variants("[parameters.adagrad]\nlearning_rate = 1\n", variant)),
             Contains("no variant runs adagrad"));
  CHECK_THAT(error_of(with_variants("[parameters.sgd]\nmomentun = 1\n", variant)), Contains("did you mean 'momentum'"));
  CHECK_THAT(error_of(with_variants("[set.small]\nnetwork = { hidden = [3] }\n", variant + "sets = [\"smal\"]\n")),
             Contains("did you mean 'small'"));
  CHECK_THAT(error_of(with_variants("[set.small]\nnetwork = { hidden = [3] }\n", variant)),
             Contains("no variant takes the set 'small'"));
  CHECK_THAT(error_of(with_variants("[set.small]\nnetwrk = { hidden = [3] }\n", variant + "sets = [\"small\"]\n")),
             Contains("did you mean 'network'"));
  CHECK_THAT(error_of(with_variants("[set.small]\nnetwork = { hidden = [3] }\n", variant + "sets = [3]\n")),
             Contains("a list of sets, or of lists of sets"));
  CHECK_THAT(error_of(with_variants("", "[[variant]]\nlabel = \"A\"\n")), Contains("'algorithm' is missing"));
}

TEST_CASE("claims that share keys and the promises of a plugin expand to single claims", "[spec]") {
  const Experiment e = Loaded(with_variants("", R"(
[[variant]]
label = "a"
algorithm = "bcd3_zeng2019"
run = { audit = "sweep" }
[[variant]]
label = "b"
algorithm = "bcd3_zeng2019"
run = { audit = "sweep" }
[[promises]]
of = "bcd3_zeng2019"
id = "mine"
expect = "holds"
variants = ["a"]
except = ["identity.block"]
under = "Theorem 3"
where = "here"
statements = { "descent.sweep" = "in other words" }
rename = { "prox.global" = "mine.global" }
[[claim]]
item = "Table 1"
kind = "order"
metric = "potential"
op = "<"
expect = "holds"
each = [
  { id = "mine.ab", statement = "a before b", variants = ["a"], baseline = "b" },
  { id = "mine.ba", statement = "b before a", variants = ["b"], baseline = "a" },
]
)"))();
  std::map<std::string, Claim> claims;
  for (const Claim& claim : e.claims) claims[claim.id] = claim;
  CHECK(claims.size() == find_plugin("bcd3_zeng2019").promises.size() - 1 + 2);
  CHECK_FALSE(claims.contains("mine.identity.block"));
  const Claim& block = claims.at("mine.descent.block");
  CHECK(block.kind == "promise");
  CHECK(block.item == "Theorem 3, Lemma 1");
  CHECK_THAT(block.statement, Contains("F before - F after") && Contains(", here"));
  CHECK(block.text.at("promise") == "descent.block");
  CHECK(block.variants == std::vector<std::string>{"a"});
  CHECK(claims.at("mine.descent.sweep").statement == "in other words");
  CHECK(claims.at("mine.global").text.at("promise") == "prox.global");
  CHECK(claims.at("mine.ba").text.at("baseline") == "a");
  CHECK(claims.at("mine.ba").item == "Table 1");
}

TEST_CASE("wrong names in the promises of a file are named", "[spec]") {
  const auto error = [](const std::string& keys) {
    return error_of(with_variants(
        "",
        "[[variant]]\nlabel = \"a\"\nalgorithm = \"bcd3_zeng2019\"\n[[promises]]\nid = \"mine\"\nexpect = \"holds\"\n" + keys));
  };
  CHECK_THAT(error("of = \"bcd3_zeng2091\"\n"), Contains("did you mean 'bcd3_zeng2019'"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nexcept = [\"descent.blok\"]\n"), Contains("did you mean 'descent.block'"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nonly = [\"descent.blok\"]\n"), Contains("did you mean 'descent.block'"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nrename = { \"descent.blok\" = \"x\" }\n"),
             Contains("did you mean 'descent.block'"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nonly = [\"descent.block\"]\nrename = { \"prox.global\" = \"x\" }\n"),
             Contains("prox.global"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nvariants = [\"b\"]\n"), Contains("unknown variant 'b'"));
  CHECK_THAT(error("of = \"bcd3_zeng2019\"\nexept = []\n"), Contains("did you mean 'except'"));
  CHECK_THAT(error("of = \"sgd\"\n"), Contains("sgd promises nothing"));
}
