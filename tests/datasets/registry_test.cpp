#include <set>

#include "datasets/dataset.hpp"
#include "tests/datasets/support.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;
using namespace bcd::test;
TEST_CASE("The registry lists every dataset once, with title, licence and options", "[datasets][registry]") {
  std::set<std::string> names;
  for (const DatasetInfo& info : datasets()) {
    INFO(info.name);
    CHECK(names.insert(info.name).second);
    CHECK(find_dataset(info.name).name == info.name);
    CHECK_FALSE(info.title.empty());
    CHECK_FALSE(info.licence.empty());
    CHECK_FALSE(info.options.empty());
    CHECK(info.embedded != info.downloadable);
  }
  CHECK(names == std::set<std::string>{"mnist", "fashion-mnist", "mnist-10k", "bodyfat", "teacher-student", "function",
                                       "cifar-10", "cifar-100", "file"});
}

TEST_CASE("An unknown dataset is an error that names the nearest", "[datasets][registry][error]") {
  const auto load = [] { load_dataset<double>("body-fat", {}, TargetCode::real, 1); };
  CHECK_THAT(usage_error(load), Contains("unknown dataset 'body-fat'; did you mean 'bodyfat'?") && Contains("teacher-student"));
  CHECK_THAT(usage_error([] { find_dataset("mnist10k"); }), Contains("did you mean 'mnist-10k'?"));
  CHECK_THAT(usage_error([] { verify_dataset("minst"); }), Contains("did you mean 'mnist'?"));
}

TEST_CASE("An unknown option names the dataset and the nearest option, whether or not the files are there",
          "[datasets][registry][error]") {
  const Environment data("BCDBENCH_DATA", std::nullopt), cache("XDG_CACHE_HOME", "/nonexistent");
  const auto error = [](const std::string& name, const DatasetOptions& options) {
    return usage_error([&] { load_dataset<float>(name, options, TargetCode::real, 1); });
  };
  CHECK_THAT(error("mnist", {{"center", "true"}}), Contains("'mnist'") && Contains("did you mean 'centre'?"));
  CHECK_THAT(error("mnist-10k", {{"ntest", "5"}}), Contains("'mnist-10k'") && Contains("did you mean 'n_test'?"));
  CHECK_THAT(error("bodyfat", {{"scalling", "none"}}), Contains("'bodyfat'") && Contains("did you mean 'scaling'?"));
  CHECK_THAT(error("teacher-student", {{"din", "5"}}), Contains("'teacher-student'") && Contains("did you mean 'd_in'?"));
}

TEST_CASE("A value that does not fit is an error that names dataset, option and value", "[datasets][registry][error]") {
  const auto error = [](const std::string& name, const DatasetOptions& options) {
    return usage_error([&] { load_dataset<float>(name, options, TargetCode::real, 1); });
  };
  CHECK_THAT(error("mnist-10k", {{"n", "8001"}}),
             Contains("'mnist-10k'") && Contains("between 1 and 8000") && Contains("8001"));
  CHECK_THAT(error("mnist-10k", {{"n", "0"}}), Contains("between 1 and 8000"));
  CHECK_THAT(error("mnist-10k", {{"n", "some"}}), Contains("'n'") && Contains("some"));
  CHECK_THAT(error("mnist-10k", {{"n_test", "-1"}}), Contains("'n_test'") && Contains("-1"));
  CHECK_THAT(error("mnist-10k", {{"centre", "yes"}}), Contains("'centre' must be true or false, got 'yes'"));
  CHECK_THAT(error("bodyfat", {{"scaling", "log"}}), Contains("one of none, standardise, minmax") && Contains("log"));
  CHECK_THAT(error("bodyfat", {{"test_fraction", "1"}}), Contains("in [0, 1)"));
  CHECK_THAT(error("teacher-student", {{"hidden", "3,x"}}), Contains("'hidden'") && Contains("x"));
  CHECK_THAT(error("teacher-student", {{"hidden", "3,"}}), Contains("'hidden'"));
  CHECK_THAT(error("teacher-student", {{"data_seed", "later"}}), Contains("'data_seed'") && Contains("later"));
  CHECK_THAT(error("teacher-student", {{"activation", "rellu"}}), Contains("'activation'") && Contains("rellu"));
}

TEST_CASE("Missing MNIST is an error with the remedy, never another dataset", "[datasets][registry][error]") {
  const TemporaryFolder empty;
  const Environment data("BCDBENCH_DATA", empty.path.string()), cache("XDG_CACHE_HOME", empty.path.string());
  CHECK_FALSE(dataset_location("mnist").has_value());
  const std::string message = usage_error([] { load_dataset<float>("mnist", {}, TargetCode::real, 1); });
  CHECK_THAT(message, Contains("bcdbench data fetch mnist") && Contains((empty.path / "mnist").string()));
}

TEST_CASE("Embedded datasets are always there and intact", "[datasets][registry]") {
  CHECK(dataset_location("mnist-10k") == "embedded");
  CHECK(dataset_location("bodyfat") == "embedded");
  CHECK(dataset_location("teacher-student") == "generated");
  CHECK(verify_dataset("mnist-10k").size() == 2);
  CHECK(verify_dataset("bodyfat").size() == 1);
}
