// Datasets: what a source delivers, and the registry that finds, verifies and loads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/core/loss.hpp"
#include "algorithms/core/types.hpp"

namespace bcd {

/// A loaded dataset; samples are columns. Y is coded for the loss: one-hot 0/1 or real targets, or +-1.
template <class T>
struct Dataset {
  std::string name;
  Matrix<T> X, Y;                        ///< d_0 x n and d_N x n
  Matrix<T> X_test, Y_test;              ///< may have 0 columns
  std::vector<int> labels, labels_test;  ///< class per column; empty for regression
  std::string checksum;                  ///< SHA-256 of the source's raw content (or of the generator's parameters)
  std::string origin;                    ///< where the bytes came from, for the run's provenance
  std::vector<std::string> class_names;  ///< where they are not just numbers from 0
  std::vector<std::string> understood;   ///< how a file of the user's was read, in sentences

  bool classification() const { return !labels.empty(); }
};

/// What an experiment file may say about its data; keys unknown to a source are errors.
/// Every value is text; see `bcdbench describe <dataset>` for keys, ranges and defaults.
using DatasetOptions = std::map<std::string, std::string>;

struct DatasetInfo {
  std::string name;
  std::string title;
  std::string licence;
  bool embedded = false;                                     ///< part of the program: always there
  bool downloadable = false;                                 ///< `data fetch` can get it
  std::vector<std::pair<std::string, std::string>> options;  ///< key (with default) and what it means
  std::vector<std::string> paths;                            ///< the options whose values are paths
  std::string library;                                       ///< the shared library it came from; empty: part of the program
};

const std::vector<DatasetInfo>& datasets();
const DatasetInfo& find_dataset(const std::string& name);

/// Loads and verifies. `code`: how the loss wants its targets. `seed`: for synthetic data and random subsets.
/// Throws UsageError (missing, truncated, corrupted or wrong-shape file: names file, fault and remedy; unknown key or dataset).
template <class T>
Dataset<T> load_dataset(const std::string& name, const DatasetOptions& options, TargetCode code, std::uint64_t seed);

/// The SHA-256 of the raw content of each file that the options name, by option; a run's name is made of them, not of paths.
/// Throws UsageError if one cannot be read.
std::map<std::string, std::string> dataset_files(const std::string& name, const DatasetOptions& options);

/// Where the dataset's files are, if present: a folder, or "embedded"/"generated".
std::optional<std::string> dataset_location(const std::string& name);
/// Checks every file's SHA-256 without building matrices; returns one line per file. Throws UsageError on a fault.
std::vector<std::string> verify_dataset(const std::string& name);
/// Downloads into the user's cache, verifying each file before it gets its final name. `mirrors`: base addresses to try in
/// order; empty: the usual public ones. Returns the folder.
std::filesystem::path fetch_dataset(const std::string& name, const std::vector<std::string>& mirrors = {});

}  // namespace bcd
