#include "datasets/file/assemble.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/rng.hpp"
#include "datasets/targets.hpp"

namespace bcd {

namespace {

constexpr std::size_t kMostClassesFound = 20;  // by themselves
constexpr std::size_t kMostClasses = 1000;

using Missing = FileOptions::Missing;
using Scaling = FileOptions::Scaling;

void drop_incomplete(Samples& samples) {
  std::vector<Index> complete;
  for (Index j = 0; j < samples.n(); ++j)
    if (!samples.X.col(j).hasNaN() && !samples.Y.col(j).hasNaN()) complete.push_back(j);
  const Index dropped = samples.n() - static_cast<Index>(complete.size());
  if (dropped == 0) return;
  samples.X = samples.X(Eigen::all, complete).eval();
  samples.Y = samples.Y(Eigen::all, complete).eval();
  samples.understood.push_back(std::to_string(dropped) + " samples with missing values left out");
}

void require_targets(const Samples& samples) {
  for (Index j = 0; j < samples.n(); ++j)
    if (samples.Y.col(j).hasNaN())
      fail_in(samples.file, "sample " + std::to_string(j + 1) + " has no target", "write missing = \"drop\" to leave it out");
}

/// One column of whole numbers of few values, words, or rows of zeros with one 1.
bool is_one_hot(const Matrix<double>& Y) {
  return Y.rows() > 1 && (Y.array() == 0 || Y.array() == 1).all() && (Y.colwise().sum().array() == 1).all();
}

std::set<double> distinct(const Matrix<double>& Y, std::size_t most) {
  std::set<double> values;
  for (Index j = 0; j < Y.cols() && values.size() <= most; ++j) values.insert(Y(0, j));
  return values;
}

bool has_classes(const Samples& samples, FileOptions::Targets asked) {
  if (asked != FileOptions::Targets::automatic) return asked == FileOptions::Targets::classes;
  if (samples.labels || !samples.words.empty()) return true;
  if (samples.Y.rows() > 1) return is_one_hot(samples.Y);
  const std::set<double> values = distinct(samples.Y, kMostClassesFound);
  return values.size() <= kMostClassesFound &&
         std::all_of(values.begin(), values.end(), [](double x) { return x == std::floor(x); });
}

/// The class of each sample by name. Numbers are written shortest.
std::vector<std::string> class_words(const Samples& samples) {
  std::vector<std::string> words;
  for (Index j = 0; j < samples.n(); ++j) {
    Index largest = 0;
    if (samples.Y.rows() > 1) samples.Y.col(j).maxCoeff(&largest);
    const double value = samples.Y.rows() > 1 ? static_cast<double>(largest) : samples.Y(0, j);
    words.push_back(samples.words.empty() ? number_text(value) : samples.words[static_cast<std::size_t>(value)]);
  }
  return words;
}

/// Every name once: numbers by their size, words by their bytes.
std::vector<std::string> class_names(std::vector<std::string> words, bool numbers) {
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  if (numbers)
    std::sort(words.begin(), words.end(),
              [](const auto& a, const auto& b) { return parse_number("a class", a) < parse_number("a class", b); });
  return words;
}

std::vector<int> labels_of(const std::vector<std::string>& words, const std::vector<std::string>& names) {
  std::map<std::string, int> places;
  for (std::size_t k = 0; k < names.size(); ++k) places[names[k]] = static_cast<int>(k);
  std::vector<int> labels;
  for (const std::string& word : words) labels.push_back(places.at(word));
  return labels;
}

/// How many of `count` samples, spread over groups of these sizes, are tested: each group's share, the odd ones by the largest
/// remainder, and never the last sample of a group.
std::vector<Index> quotas(const std::vector<Index>& sizes, double fraction) {
  const Index count = std::accumulate(sizes.begin(), sizes.end(), Index{0});
  std::vector<Index> quota, order(sizes.size());
  std::vector<double> remainder;
  for (const Index size : sizes) {
    const double share = fraction * static_cast<double>(size);
    quota.push_back(static_cast<Index>(share));
    remainder.push_back(share - std::floor(share));
  }
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index a, Index b) {
    return remainder[static_cast<std::size_t>(a)] > remainder[static_cast<std::size_t>(b)];
  });
  Index left = std::lround(fraction * static_cast<double>(count)) - std::accumulate(quota.begin(), quota.end(), Index{0});
  for (const Index g : order)
    if (left > 0 && sizes[static_cast<std::size_t>(g)] > quota[static_cast<std::size_t>(g)] + 1) {
      ++quota[static_cast<std::size_t>(g)];
      --left;
    }
  return quota;
}

struct Split {
  std::vector<Index> train, test;  // both in the file's order
};

/// `labels` empty: one group.
Split split(Index n, const std::vector<int>& labels, std::size_t classes, double fraction, std::uint64_t seed) {
  std::vector<Index> to_come(std::max<std::size_t>(classes, 1), 0);
  const auto group = [&](Index j) {
    return labels.empty() ? 0 : static_cast<std::size_t>(labels[static_cast<std::size_t>(j)]);
  };
  for (Index j = 0; j < n; ++j) ++to_come[group(j)];
  std::vector<Index> wanted = quotas(to_come, fraction);
  Rng rng(seed, "file-split");
  Split result;
  // Selection sampling: each sample is taken with probability (still wanted) / (still to come), so exactly the quota is.
  for (Index j = 0; j < n; ++j) {
    const std::size_t g = group(j);
    const bool take =
        wanted[g] > 0 && rng.below(static_cast<std::uint64_t>(to_come[g])) < static_cast<std::uint64_t>(wanted[g]);
    (take ? result.test : result.train).push_back(j);
    wanted[g] -= take;
    --to_come[g];
  }
  return result;
}

/// Puts the mean of the training values where an input is missing. Throws if it has none.
void fill_missing(const Samples& samples, Matrix<double>& X, Matrix<double>& X_test) {
  for (Index i = 0; i < X.rows(); ++i) {
    if (!X.row(i).hasNaN() && !X_test.row(i).hasNaN()) continue;
    double sum = 0;
    Index count = 0;
    for (Index j = 0; j < X.cols(); ++j)
      if (!std::isnan(X(i, j))) {
        sum += X(i, j);
        ++count;
      }
    if (count == 0)
      fail_in(samples.file, "input " + std::to_string(i + 1) + " has no value in any training sample",
              "leave it out with ignore");
    const double mean = sum / static_cast<double>(count);
    for (Matrix<double>* part : {&X, &X_test})
      for (Index j = 0; j < part->cols(); ++j)
        if (std::isnan((*part)(i, j))) (*part)(i, j) = mean;
  }
}

/// Each row becomes (row - shift) / spread by the training columns' numbers; a constant row is only shifted.
void scale(Scaling scaling, Matrix<double>& M, Matrix<double>& M_test) {
  if (scaling == Scaling::none) return;
  if (scaling == Scaling::pixel) {
    M /= 255;
    M_test /= 255;
    return;
  }
  for (Index i = 0; i < M.rows(); ++i) {
    const bool by_range = scaling == Scaling::minmax;
    const double shift = by_range ? M.row(i).minCoeff() : M.row(i).mean();
    double spread = by_range ? M.row(i).maxCoeff() - shift : std::sqrt((M.row(i).array() - shift).square().mean());
    if (spread == 0) spread = 1;
    M.row(i) = (M.row(i).array() - shift) / spread;
    M_test.row(i) = (M_test.row(i).array() - shift) / spread;
  }
}

/// "'red', 'green', ..."
std::string listed(const std::vector<std::string>& words) {
  constexpr std::size_t kShown = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kShown); ++i)
    text += (text.empty() ? "'" : ", '") + printable(words[i].substr(0, 40)) + "'";
  return text + (words.size() > kShown ? ", ..." : "");
}

/// Puts inputs of zeros and ones, one for each word that a training sample has, in place of an input of words. A word that only
/// test samples have is zero in all of them; a missing one is missing in all of them.
void code_categories(const Samples& train, const Samples& test, Matrix<double>& X, Matrix<double>& X_test,
                     const FileOptions& options, std::vector<std::string>& understood) {
  if (train.categories.empty()) return;
  std::map<Index, std::vector<std::string>> used;  // the words of the training part, in their order
  Index rows = X.rows() - static_cast<Index>(train.categories.size());
  for (const auto& [i, words] : train.categories) {
    std::set<std::string> found;
    for (Index j = 0; j < X.cols(); ++j)
      if (!std::isnan(X(i, j))) found.insert(words[static_cast<std::size_t>(X(i, j))]);
    used[i] = {found.begin(), found.end()};
    rows += static_cast<Index>(found.size());
  }
  require_memory(train.file, static_cast<double>(X.cols() + X_test.cols()), static_cast<double>(rows), 0, options);
  const auto coded = [&](const Matrix<double>& M, const Samples& source, bool is_test) {
    Matrix<double> made(rows, M.cols());
    Index at = 0;
    for (Index i = 0; i < M.rows(); ++i) {
      const auto words = used.find(i);
      if (words == used.end()) {
        made.row(at++) = M.row(i);
        continue;
      }
      std::set<std::string> unseen;
      Index without = 0;
      for (Index j = 0; j < M.cols(); ++j) {
        const bool missing = std::isnan(M(i, j));
        const auto& own = source.categories.at(i);
        const std::string* word = missing ? nullptr : &own[static_cast<std::size_t>(M(i, j))];
        bool any = missing;
        for (std::size_t w = 0; w < words->second.size(); ++w) {
          const bool is = word && *word == words->second[w];
          made(at + static_cast<Index>(w), j) = missing ? std::numeric_limits<double>::quiet_NaN() : is ? 1.0 : 0.0;
          any = any || is;
        }
        if (any) continue;
        ++without;
        unseen.insert(*word);
      }
      at += static_cast<Index>(words->second.size());
      const std::string& given = train.names[static_cast<std::size_t>(i)];
      const std::string name = given.empty() ? std::to_string(i + 1) : "'" + printable(given) + "'";
      if (!is_test)
        understood.push_back("the words of the input " + name + " are " + std::to_string(words->second.size()) +
                             " inputs of zeros and ones: " + listed(words->second));
      else if (without > 0)
        understood.push_back(std::to_string(without) + " test samples have a word of " + name +
                             " that no training sample has (" + listed({unseen.begin(), unseen.end()}) + "): all zero");
    }
    return made;
  };
  X = coded(X, train, false);
  X_test = coded(X_test, test, true);
}

void require_same_columns(const Samples& train, const Samples& test) {
  if (train.X.rows() != test.X.rows() || train.Y.rows() != test.Y.rows())
    fail_in(test.file,
            "it has " + std::to_string(test.X.rows()) + " inputs and " + std::to_string(test.Y.rows()) +
                " targets, the training samples " + std::to_string(train.X.rows()) + " and " + std::to_string(train.Y.rows()),
            "give both files the same columns");
  for (std::size_t i = 0; i < std::min(train.names.size(), test.names.size()); ++i)
    if (train.names[i] != test.names[i])
      fail_in(test.file,
              "its input " + std::to_string(i + 1) + " is '" + test.names[i] + "' where the training file has '" +
                  train.names[i] + "'",
              "give both files the same columns in the same order");
  for (Index i = 0; i < train.X.rows(); ++i)
    if (train.categories.contains(i) != test.categories.contains(i))
      fail_in(test.file,
              "its input " + std::to_string(i + 1) +
                  " and that of the training samples are words on one side and numbers on the other",
              "give both files the same columns");
  if (train.words.empty() != test.words.empty())
    fail_in(test.file, "its targets and those of the training samples are words on one side and numbers on the other",
            "give both files the same targets");
}

}  // namespace

template <class T>
Dataset<T> assemble(Samples all, std::optional<Samples> test, const FileOptions& options, TargetCode code, std::uint64_t seed) {
  if (test && options.test_fraction > 0)
    throw UsageError("dataset 'file': test_fraction and test files exclude each other; leave one of them out");
  if (test) require_same_columns(all, *test);
  for (Samples* part : {&all, test ? &*test : nullptr}) {
    if (!part) continue;
    if (options.missing == Missing::drop) drop_incomplete(*part);
    require_targets(*part);
  }
  if (all.n() == 0) fail_in(all.file, "no sample is left", "choose another treatment of missing values, or mend the file");

  Dataset<T> data;
  data.understood = all.understood;
  const bool classes = has_classes(all, options.targets);
  if (!classes) {
    if (!all.words.empty()) fail_in(all.file, "the target holds words, so it has classes", "leave targets = \"real\" out");
    require_real_targets("file", code);
  }
  Matrix<double> X, Y, X_test, Y_test;
  if (classes) {
    if (options.target_scaling != Scaling::none)
      throw UsageError(
          "dataset 'file': target_scaling is for real targets, and these are classes; leave it out, or write "
          "targets = \"real\"");
    if (all.Y.rows() > 1 && !is_one_hot(all.Y))
      fail_in(all.file, "several columns are targets and they are no rows of zeros with one 1", "write targets = \"real\"");
    std::vector<std::string> words = class_words(all), words_test;
    if (test) words_test = class_words(*test);
    std::vector<std::string> both = words;
    both.insert(both.end(), words_test.begin(), words_test.end());
    data.class_names = class_names(std::move(both), all.words.empty());
    if (data.class_names.size() > kMostClasses)
      fail_in(all.file, "the target has more than " + std::to_string(kMostClasses) + " classes",
              "choose another column with target, or write targets = \"real\" if these are numbers");
    data.labels = labels_of(words, data.class_names);
    data.labels_test = labels_of(words_test, data.class_names);
  }

  if (classes && data.class_names.size() == 1)
    data.understood.push_back("every sample has the class '" + printable(data.class_names.front()) +
                              "': there is nothing to learn");
  if (classes && all.n() > 2 && std::set<int>(data.labels.begin(), data.labels.end()).size() == data.labels.size())
    data.understood.push_back("every sample has a class of its own: is this the target?");

  Split parts;
  if (test) {
    parts.train.resize(static_cast<std::size_t>(all.n()));
    std::iota(parts.train.begin(), parts.train.end(), Index{0});
    parts.test.resize(static_cast<std::size_t>(test->n()));
    std::iota(parts.test.begin(), parts.test.end(), Index{0});
  } else {
    parts = split(all.n(), data.labels, data.class_names.size(), options.test_fraction, options.split_seed.own.value_or(seed));
  }
  parts.train.resize(static_cast<std::size_t>(options.n.of(static_cast<Index>(parts.train.size()), 1, "file", "n")));
  parts.test.resize(static_cast<std::size_t>(options.n_test.of(static_cast<Index>(parts.test.size()), 0, "file", "n_test")));
  const Samples& tested = test ? *test : all;
  X = all.X(Eigen::all, parts.train);
  Y = all.Y(Eigen::all, parts.train);
  X_test = tested.X(Eigen::all, parts.test);
  Y_test = tested.Y(Eigen::all, parts.test);
  if (classes) {
    const std::vector<int> labels = data.labels, labels_test = test ? data.labels_test : data.labels;
    data.labels.clear();
    data.labels_test.clear();
    for (const Index j : parts.train) data.labels.push_back(labels[static_cast<std::size_t>(j)]);
    for (const Index j : parts.test) data.labels_test.push_back(labels_test[static_cast<std::size_t>(j)]);
  }
  all.X.resize(0, 0);
  if (test) test->X.resize(0, 0);

  code_categories(all, tested, X, X_test, options, data.understood);
  fill_missing(all, X, X_test);
  scale(options.scaling, X, X_test);
  data.X = X.template cast<T>();
  data.X_test = X_test.template cast<T>();
  if (classes) {
    const auto count = static_cast<Index>(data.class_names.size());
    data.Y = class_targets<T>(data.labels, count, code);
    data.Y_test = class_targets<T>(data.labels_test, count, code);
  } else {
    scale(options.target_scaling, Y, Y_test);
    data.Y = Y.template cast<T>();
    data.Y_test = Y_test.template cast<T>();
  }
  return data;
}

template Dataset<float> assemble(Samples, std::optional<Samples>, const FileOptions&, TargetCode, std::uint64_t);
template Dataset<double> assemble(Samples, std::optional<Samples>, const FileOptions&, TargetCode, std::uint64_t);

}  // namespace bcd
