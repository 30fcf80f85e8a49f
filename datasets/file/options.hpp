// The options of the dataset `file`.
#pragma once

#include "datasets/idx.hpp"
#include "datasets/options.hpp"

namespace bcd {

struct FileOptions {
  enum class Format { automatic, csv, libsvm, npy, npz, idx, cifar10, cifar100 };
  enum class Header { automatic, yes, no };
  enum class Decimal { automatic, point, comma };
  enum class Missing { refuse, drop, mean };
  enum class Targets { automatic, classes, real };
  enum class Scaling { none, standardise, minmax, pixel };
  enum class SampleAxis { rows, columns };
  enum class Categorical { refuse, one_hot };

  OptionText path, test_path, X, Y, X_test, Y_test;
  Format format = Format::automatic;
  OptionText target, ignore, separator{"auto"};
  Header header = Header::automatic;
  Decimal decimal = Decimal::automatic;
  SampleAxis samples = SampleAxis::rows;
  std::int64_t d_in = 0, first_index = 1;
  Missing missing = Missing::refuse;
  Targets targets = Targets::automatic;
  Categorical categorical = Categorical::refuse;
  double test_fraction = 0;
  DataSeed split_seed;
  SampleCount n, n_test;
  Scaling scaling = Scaling::none, target_scaling = Scaling::none;
  double memory_limit = 0;  ///< GB; 0: half of the machine's
  double held = 0;          ///< bytes that the files before need; no option

  void fields(ParameterList& list);
  /// In bytes.
  double memory() const;
};

/// The options whose values are paths.
const std::vector<std::string>& file_path_options();

/// "line 17, column 3 ('age')"; a column without a name has its number only.
std::string cell_place(std::size_t line, std::size_t column, const std::string& name);

/// Throws UsageError "<file>: <fault>; <remedy>".
[[noreturn]] void fail_in(const std::string& file, const std::string& fault, const std::string& remedy);
/// "1.5 GB"
std::string bytes_text(double bytes);
/// What loading so many numbers needs, in bytes: what was read, and what is made of it.
double memory_of(double numbers);
/// Throws UsageError if samples x numbers_each, `more` bytes and what the files before need are above the limit.
void require_memory(const std::string& file, double samples, double numbers_each, double more, const FileOptions& options);

}  // namespace bcd
