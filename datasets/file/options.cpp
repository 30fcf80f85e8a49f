#include "datasets/file/options.hpp"

#include <unistd.h>

#include "algorithms/core/plain_text.hpp"

namespace bcd {

void FileOptions::fields(ParameterList& list) {
  const std::string file = "a path, relative to the experiment file";
  list.parsed("path", path, file, "a file with inputs and targets");
  list.parsed("test_path", test_path, file, "such a file with the test samples");
  list.parsed("X", X, file, "inputs alone; FILE.npz:NAME is one array of an archive");
  list.parsed("Y", Y, file, "targets alone");
  list.parsed("X_test", X_test, file, "inputs of the test samples");
  list.parsed("Y_test", Y_test, file, "targets of the test samples");
  list.choice<Format>("format", format,
                      {{"auto", Format::automatic},
                       {"csv", Format::csv},
                       {"libsvm", Format::libsvm},
                       {"npy", Format::npy},
                       {"npz", Format::npz},
                       {"idx", Format::idx},
                       {"cifar-10", Format::cifar10},
                       {"cifar-100", Format::cifar100}},
                      "how the files are written; auto: by the end of the name, then by how the file begins");
  list.parsed("target", target, "columns by name or number, separated by commas", "which columns of `path` are the targets");
  list.parsed("ignore", ignore, "columns by name or number, separated by commas", "which columns are left out");
  list.choice<Header>("header", header, {{"auto", Header::automatic}, {"yes", Header::yes}, {"no", Header::no}},
                      "whether the first row has names; auto: it has if none of its fields is a number");
  list.parsed("separator", separator, "auto, one character, tab or blank", "what stands between the fields of a row");
  list.choice<Decimal>("decimal", decimal, {{"auto", Decimal::automatic}, {"point", Decimal::point}, {"comma", Decimal::comma}},
                       "auto: a comma where it does not separate fields and no number has a point");
  list.choice<SampleAxis>("samples", samples, {{"rows", SampleAxis::rows}, {"columns", SampleAxis::columns}},
                          "npy, npz: what a sample is; rows as NumPy's users have it, columns as `bcdbench dump` writes");
  list.integer("d_in", d_in, Range::nonnegative(), "libsvm: number of inputs; 0: the largest index");
  list.integer("first_index", first_index, Range::between(0, 1), "libsvm: the index of the first input");
  list.choice<Missing>("missing", missing, {{"refuse", Missing::refuse}, {"drop", Missing::drop}, {"mean", Missing::mean}},
                       "what becomes of missing values: an error, the sample is left out, or the training mean of the input");
  list.choice<Categorical>(
      "categorical", categorical, {{"refuse", Categorical::refuse}, {"one-hot", Categorical::one_hot}},
      "csv: inputs of words are an error, or one input of zeros and ones for each word of the training samples");
  list.choice<Targets>(
      "targets", targets, {{"auto", Targets::automatic}, {"classes", Targets::classes}, {"real", Targets::real}},
      "auto: classes if the targets are words, whole numbers of at most 20 values, or rows of zeros with one 1");
  list.number("test_fraction", test_fraction, Range{0, 1, false, true},
              "part of the samples set aside for testing, drawn by split_seed, the same share of every class");
  list.parsed("split_seed", split_seed, "a whole number or run", "seed of that draw; run: the run's seed");
  const std::string count = "'all' or a whole number";
  list.parsed("n", n, count, "use the first n training samples");
  list.parsed("n_test", n_test, count, "use the first n_test test samples");
  list.choice<Scaling>(
      "scaling", scaling,
      {{"none", Scaling::none}, {"standardise", Scaling::standardise}, {"minmax", Scaling::minmax}, {"pixel", Scaling::pixel}},
      "of each input, by the training samples: to mean 0 and variance 1, or to [0, 1]; pixel divides by 255");
  list.choice<Scaling>("target_scaling", target_scaling,
                       {{"none", Scaling::none}, {"standardise", Scaling::standardise}, {"minmax", Scaling::minmax}},
                       "of real targets, by the training samples");
  list.number("memory_limit", memory_limit, Range::nonnegative(), "GB that loading may need; 0: half of the machine's memory");
}

double FileOptions::memory() const {
  if (memory_limit > 0) return 1e9 * memory_limit;
  return 0.5 * static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGE_SIZE));
}

const std::vector<std::string>& file_path_options() {
  static const std::vector<std::string> names = {"path", "test_path", "X", "Y", "X_test", "Y_test"};
  return names;
}

std::string cell_place(std::size_t line, std::size_t column, const std::string& name) {
  std::string text = "line " + std::to_string(line) + ", column " + std::to_string(column);
  return name.empty() ? text : text + " ('" + printable(name) + "')";
}

void fail_in(const std::string& file, const std::string& fault, const std::string& remedy) { Blame{file, remedy}.fail(fault); }

std::string bytes_text(double bytes) {
  if (bytes < 1e6) return show(bytes / 1e3, 3) + " kB";
  return bytes < 1e9 ? show(bytes / 1e6, 3) + " MB" : show(bytes / 1e9, 3) + " GB";
}

double memory_of(double numbers) { return 2 * 8 * numbers; }

void require_memory(const std::string& file, double samples, double numbers_each, double more, const FileOptions& options) {
  const double needed = memory_of(samples * numbers_each) + more;
  if (needed + options.held <= options.memory()) return;
  const std::string beside = options.held > 0 ? ", beside " + bytes_text(options.held) + " for the files before," : "";
  fail_in(file,
          show(samples, 6) + " samples of " + show(numbers_each, 6) + " numbers need " + bytes_text(needed) +
              " of memory to load" + beside + (beside.empty() ? ", " : " ") + "above the limit of " +
              bytes_text(options.memory()),
          "use fewer samples or columns, or raise the limit with memory_limit = GB");
}

}  // namespace bcd
