#include "datasets/own.hpp"

#include <algorithm>
#include <limits>

#include "algorithms/core/text.hpp"
#include "datasets/sha256.hpp"
#include "datasets/targets.hpp"

namespace bcd {

namespace {

DatasetOptions all_options(const OwnData& own, const DatasetOptions& given) {
  DatasetOptions all;
  std::vector<std::string> valid;
  for (const OwnOption& option : own.options) {
    all[option.name] = option.fallback;
    valid.push_back(option.name);
  }
  for (const auto& [key, value] : given) {
    if (!all.contains(key)) throw UsageError(unknown_name("option of dataset '" + own.name + "':", key, valid));
    all[key] = value;
  }
  return all;
}

OwnSamples samples_of(const OwnData& own, const DatasetOptions& options, std::uint64_t seed) {
  const std::string whose = "dataset '" + own.name + "' of " + own.library + ": ";
  OwnSamples samples;
  try {
    samples = own.load(options, seed);
  } catch (const std::exception& e) {
    throw UsageError(whose + e.what());
  }
  if (const std::string fault = samples_fault(samples); !fault.empty()) throw UsageError(whose + fault);
  return samples;
}

/// Of the numbers and their shapes.
std::string checksum_of(const OwnSamples& s) {
  std::string bytes;
  const auto add = [&bytes](const auto* data, Index count) {
    bytes.append(reinterpret_cast<const char*>(data), sizeof(*data) * static_cast<std::size_t>(count));
  };
  for (const Matrix<double>* part : {&s.X, &s.Y, &s.X_test, &s.Y_test}) {
    bytes += std::to_string(part->rows()) + " x " + std::to_string(part->cols()) + "\n";
    add(part->data(), part->size());
  }
  for (const std::vector<int>* part : {&s.labels, &s.labels_test}) add(part->data(), static_cast<Index>(part->size()));
  return sha256(bytes);
}

template <class T>
Dataset<T> load(const OwnData& own, const DatasetOptions& given, TargetCode code, std::uint64_t seed) {
  const OwnSamples samples = samples_of(own, all_options(own, given), seed);
  Dataset<T> data;
  data.name = own.name;
  data.X = samples.X.cast<T>();
  data.X_test = samples.X_test.cast<T>();
  data.labels = samples.labels;
  data.labels_test = samples.labels_test;
  data.checksum = checksum_of(samples);
  data.origin = own.library;
  if (data.classification()) {
    const int classes = 1 + *std::max_element(samples.labels.begin(), samples.labels.end());
    data.class_names = samples.names;
    data.Y = class_targets<T>(samples.labels, classes, code);
    data.Y_test = class_targets<T>(samples.labels_test, classes, code);
  } else {
    require_real_targets(own.name, code);
    data.Y = samples.Y.cast<T>();
    data.Y_test = samples.Y_test.cast<T>();
    std::string names;
    for (const std::string& name : samples.names) names += (names.empty() ? "targets: " : ", ") + name;
    if (!names.empty()) data.understood.push_back(names);
  }
  if (data.X_test.cols() == 0) data.X_test.resize(data.X.rows(), 0), data.Y_test.resize(data.Y.rows(), 0);
  return data;
}

std::string labels_fault(const OwnSamples& s) {
  if (s.Y.size() != 0 || s.Y_test.size() != 0) return "gives labels and Y; give one of them";
  if (static_cast<Index>(s.labels.size()) != s.X.cols() || static_cast<Index>(s.labels_test.size()) != s.X_test.cols())
    return "gives another number of labels than of samples";
  const auto [least, greatest] = std::minmax_element(s.labels.begin(), s.labels.end());
  if (*least < 0) return "has a class below 0";
  if (*greatest < 1) return "has one class only; a second one is needed";
  if (*greatest > 9999) return "has a class above 9999";
  if (std::any_of(s.labels_test.begin(), s.labels_test.end(), [&, top = *greatest](int c) { return c < 0 || c > top; }))
    return "has a class among the test samples that the training samples lack";
  if (!s.names.empty() && static_cast<int>(s.names.size()) != *greatest + 1)
    return "names " + std::to_string(s.names.size()) + " classes of " + std::to_string(*greatest + 1);
  return {};
}

std::string targets_fault(const OwnSamples& s) {
  if (s.Y.rows() < 1 || s.Y.cols() != s.X.cols())
    return "gives X of " + std::to_string(s.X.cols()) + " columns and Y of " + std::to_string(s.Y.rows()) + " x " +
           std::to_string(s.Y.cols()) + "; Y needs a row and as many columns, or labels in its place";
  if (s.X_test.cols() != s.Y_test.cols() || (s.X_test.cols() > 0 && s.Y_test.rows() != s.Y.rows()))
    return "gives X_test and Y_test that do not fit each other or the training data";
  if (!s.Y.allFinite() || !s.Y_test.allFinite()) return "has a target that is not finite";
  if (!s.names.empty() && static_cast<Index>(s.names.size()) != s.Y.rows())
    return "names " + std::to_string(s.names.size()) + " targets of " + std::to_string(s.Y.rows());
  return {};
}

}  // namespace

std::string samples_fault(const OwnSamples& s) {
  if (s.X.rows() < 1 || s.X.cols() < 1) return "gives no samples: X has no rows or no columns (samples are columns)";
  if (s.X_test.cols() > 0 && s.X_test.rows() != s.X.rows()) return "gives X_test with another number of rows than X";
  if (!s.X.allFinite() || !s.X_test.allFinite()) return "has an input that is not finite";
  return s.labels.empty() ? targets_fault(s) : labels_fault(s);
}

Source own_source(const OwnData& own) {
  const std::string whose = "the dataset '" + own.name + "' ";
  if (!is_snake_case(own.name)) throw UsageError(whose + "must have a name in snake case: a letter, then a-z, 0-9 and _");
  if (!own.load) throw UsageError(whose + "has no load");
  if (own.licence.empty()) throw UsageError(whose + "has no licence; write under which terms the data may be used");
  Source source;
  source.info.name = own.name;
  source.info.title = own.title;
  source.info.licence = own.licence;
  source.info.library = own.library;
  for (const OwnOption& option : own.options) {
    if (!is_snake_case(option.name) || option.name == "name")
      throw UsageError(whose + "has an option '" + option.name + "'; its name must be snake case, and not 'name'");
    source.info.options.emplace_back(option.name + " (default: " + option.fallback + ")", option.help);
  }
  source.load_f32 = [own](const DatasetOptions& o, TargetCode code, std::uint64_t seed) {
    return load<float>(own, o, code, seed);
  };
  source.load_f64 = [own](const DatasetOptions& o, TargetCode code, std::uint64_t seed) {
    return load<double>(own, o, code, seed);
  };
  source.location = [library = own.library] { return std::optional<std::string>(library); };
  source.verify = [name = own.name, library = own.library] {
    return std::vector<std::string>{name + ": made by " + library + ", there is no file to verify"};
  };
  return source;
}

}  // namespace bcd
