#include "datasets/file/file.hpp"

#include <algorithm>
#include <set>

#include "algorithms/core/plain_text.hpp"
#include "datasets/file/arrays.hpp"
#include "datasets/file/assemble.hpp"
#include "datasets/file/csv.hpp"
#include "datasets/file/csv_scanner.hpp"
#include "datasets/file/libsvm.hpp"
#include "datasets/file/zip.hpp"
#include "datasets/sha256.hpp"
#include "datasets/source.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr const char* kName = "file";

Bytes content(const std::string& path, const FileOptions& options) {
  const double most = options.memory() / 2;  // beside it lies what is made of it
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    return read_raw(path, {printable(path), "check the path, which is relative to the experiment file"}, 0);
  if (const auto size = static_cast<double>(fs::file_size(path, error)); !error && size > most)
    fail_in(printable(path),
            "its " + bytes_text(size) + " need at least " + bytes_text(2 * size) + " of memory to load, above the limit of " +
                bytes_text(options.memory()),
            "use fewer samples or columns, or raise the limit with memory_limit = GB");
  return read_raw(path, {printable(path), "get the file again, or raise memory_limit"}, static_cast<std::size_t>(most));
}

/// "d.npz:x_train": a file, and an array in it.
struct Place {
  std::string file, array;

  static Place of(const std::string& path) {
    const std::string mark = ".npz:";
    const std::size_t at = path.rfind(mark);
    if (at == std::string::npos) return {path, ""};
    return {path.substr(0, at + mark.size() - 1), path.substr(at + mark.size())};
  }
};

std::string_view text_of(const Bytes& raw) { return {reinterpret_cast<const char*>(raw.data()), raw.size()}; }

/// By the end of the name, else by how the file begins.
FileOptions::Format format_of(const std::string& file, const Bytes& raw, FileOptions::Format asked) {
  using Format = FileOptions::Format;
  if (asked != Format::automatic) return asked;
  fs::path name = fs::path(file).filename();
  if (name.extension() == ".gz") name = name.stem();
  static const std::map<std::string, Format> ends = {
      {".csv", Format::csv},         {".tsv", Format::csv}, {".libsvm", Format::libsvm}, {".svm", Format::libsvm},
      {".svmlight", Format::libsvm}, {".npy", Format::npy}, {".npz", Format::npz},       {".idx", Format::idx}};
  if (const auto at = ends.find(name.extension().string()); at != ends.end()) return at->second;
  static const std::map<std::string, std::string> others = {
      {".xlsx", "a spreadsheet"}, {".xls", "a spreadsheet"},   {".ods", "a spreadsheet"},      {".parquet", "Parquet"},
      {".json", "JSON"},          {".feather", "Feather"},     {".mat", "of MATLAB"},          {".h5", "HDF5"},
      {".hdf5", "HDF5"},          {".pkl", "a Python pickle"}, {".pickle", "a Python pickle"}, {".pt", "of PyTorch"}};
  if (const auto at = others.find(name.extension().string()); at != others.end())
    fail_in(printable(file), "a file that is " + at->second + " is not read",
            "save tables as CSV, arrays with numpy.savez or numpy.save");
  const std::string_view text = text_of(raw);
  if (text.starts_with("\x93NUMPY")) return Format::npy;
  if (text.starts_with("PK\x03\x04")) return Format::npz;
  if (text.starts_with(std::string_view("\0\0\x08", 3))) return Format::idx;
  if (name.extension() == ".bin")
    fail_in(printable(file), "its name does not say what it is", "write format = \"cifar-10\" or \"cifar-100\", or what it is");
  return looks_like_libsvm(text) ? Format::libsvm : Format::csv;
}

std::vector<std::string> arrays_of(const Bytes& raw, const std::string& file) {
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip_entries(raw, {printable(file), "write it with numpy.savez"}))
    if (entry.name.ends_with(".npy")) names.push_back(entry.name.substr(0, entry.name.size() - 4));
  if (names.empty()) fail_in(printable(file), "it is an archive without arrays of NumPy", "write it with numpy.savez");
  return names;
}

Bytes array_of(const Bytes& raw, const Place& place, const FileOptions& options) {
  const Blame blame{printable(place.file), "write it again with numpy.savez"};
  std::vector<std::string> names;
  for (const ZipEntry& entry : zip_entries(raw, blame)) {
    if (entry.name == place.array + ".npy")
      return zip_content(raw, entry, blame, static_cast<std::size_t>(options.memory() / 2));
    if (entry.name.ends_with(".npy")) names.push_back(printable(entry.name.substr(0, entry.name.size() - 4)));
  }
  throw UsageError(blame.file + ": " + unknown_name("array", printable(place.array), names));
}

/// Reads the files that the options name, and remembers their checksums.
struct FileReader {
  FileOptions options;
  std::map<std::string, std::string> sums = {};   ///< by option
  std::map<std::string, std::string> files = {};  ///< by path

  Samples read(const std::string& option, const OptionText& path, TableRole role) {
    Samples samples = read_one(option, path, role);
    options.held += memory_of(static_cast<double>(samples.X.size() + samples.Y.size()));
    return samples;
  }

  Samples read_one(const std::string& option, const OptionText& path, TableRole role) {
    using Format = FileOptions::Format;
    const Place place = Place::of(path.value);
    Bytes raw = content(place.file, options);
    files[place.file] = sums[option] = sha256(raw);
    const std::string file = printable(path.value);
    const Format format = format_of(place.file, raw, options.format);
    const bool alone = format == Format::npy || format == Format::npz || format == Format::idx;
    if (alone && role == TableRole::both)
      fail_in(file, "this is an array and not a table", "write X = \"" + file + "\" and Y = the file of the targets");
    if (format != Format::csv && options.target.given())
      fail_in(file, "target names a column of a table, and this is none: its targets are known", "leave target out");
    if (!alone && format != Format::csv && role != TableRole::both)
      fail_in(file, "it holds inputs and targets", "write path = \"" + file + "\" instead of X and Y");
    switch (format) {
      case Format::libsvm:
        return read_libsvm(text_of(raw), file, options);
      case Format::npy:
        return npy_samples(text_of(raw), file, role, options);
      case Format::npz: {
        if (place.array.empty()) fail_in(file, "it is not said which of its arrays is meant", "write " + file + ":NAME");
        return npy_samples(text_of(array_of(raw, place, options)), file, role, options);
      }
      case Format::idx:
        return idx_samples(std::move(raw), file, role, options);
      case Format::cifar10:
        return cifar_samples(raw, file, 1, options);
      case Format::cifar100:
        return cifar_samples(raw, file, 2, options);
      default:
        return read_csv(text_of(raw), file, role, options);
    }
  }

  /// Inputs from one file and targets from another.
  Samples joined(const std::string& x_option, const OptionText& x, const std::string& y_option, const OptionText& y) {
    Samples inputs = read(x_option, x, TableRole::inputs);
    Samples targets = read(y_option, y, TableRole::targets);
    if (inputs.X.cols() != targets.Y.cols())
      fail_in(targets.file,
              "it has " + std::to_string(targets.Y.cols()) + " samples, and " + inputs.file + " has " +
                  std::to_string(inputs.X.cols()),
              "both need the same number; if samples are columns, write samples = \"columns\"");
    inputs.Y = std::move(targets.Y);
    inputs.words = std::move(targets.words);
    inputs.labels = targets.labels;
    inputs.understood.insert(inputs.understood.end(), targets.understood.begin(), targets.understood.end());
    return inputs;
  }

  /// One file: its own; several: that of the lines "<sha256>  <option>", which does not depend on paths.
  std::string checksum() const {
    if (files.size() == 1) return files.begin()->second;
    std::string lines;
    for (const auto& [option, sum] : sums) lines += sum + "  " + option + "\n";
    return sha256(lines);
  }
  std::string origin() const {
    std::string list;
    for (const auto& file : files) list += (list.empty() ? "" : ", ") + file.first;
    return list;
  }
};

/// An archive as `path`: its arrays by the names that people give them.
void name_arrays(FileOptions& o) {
  const bool by_name = o.format == FileOptions::Format::automatic && fs::path(o.path.value).extension() == ".npz";
  if (!o.path.given() || (!by_name && o.format != FileOptions::Format::npz)) return;
  if (o.target.given())
    fail_in(
        printable(o.path.value), "target names a column of a table, and this is an archive of arrays",
        "leave target out, and name the arrays with X = \"" + printable(o.path.value) + ":NAME\" and Y likewise if need be");
  const std::vector<std::string> names = arrays_of(content(o.path.value, o), o.path.value);
  const auto find = [&](OptionText& option, const std::vector<std::string>& usual, bool needed) {
    for (const std::string& name : usual)
      if (std::find(names.begin(), names.end(), name) != names.end()) {
        option.value = o.path.value + ":" + name;
        return;
      }
    if (!needed) return;
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + printable(name);
    fail_in(printable(o.path.value), "none of its arrays (" + list + ") is called " + usual[0] + " or the like",
            "write X = \"" + printable(o.path.value) + ":NAME\" and Y likewise");
  };
  find(o.X, {"X", "x", "X_train", "x_train", "data"}, true);
  find(o.Y, {"Y", "y", "Y_train", "y_train", "target", "labels"}, true);
  find(o.X_test, {"X_test", "x_test"}, false);
  find(o.Y_test, {"Y_test", "y_test"}, o.X_test.given());
  o.path.value.clear();
}

void require_fitting(const FileOptions& o) {
  const auto misuse = [](const std::string& what) { throw UsageError("dataset 'file': " + what); };
  if (!o.path.given() && !o.X.given())
    misuse(
        "it needs path = \"data.csv\" with target, or X = \"X.npy\" and Y = \"y.npy\"; 'bcdbench describe file' shows all options");
  if (o.path.given() && (o.X.given() || o.Y.given() || o.X_test.given() || o.Y_test.given()))
    misuse("path and X, Y exclude each other: a file with everything, or one of inputs and one of targets");
  if (o.X.given() != o.Y.given()) misuse("X and Y belong together: one file of inputs and one of targets");
  if (o.X_test.given() != o.Y_test.given()) misuse("X_test and Y_test belong together");
  if (o.X.given() && o.target.given()) misuse("target names a column of path; with X and Y the targets are the columns of Y");
  if (o.test_path.given() && o.X.given()) misuse("test_path goes with path; with X and Y write X_test and Y_test");
}

/// Asked for each run of an experiment, so kept as long as the file is not written again.
std::string checksum(const std::string& path, const FileOptions& options) {
  struct Known {
    fs::file_time_type written;
    std::uintmax_t size;
    std::string sum;
  };
  static std::map<std::string, Known> known;
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  const std::uintmax_t size = error ? 0 : fs::file_size(path, error);
  if (const auto at = known.find(path); !error && at != known.end() && at->second.written == written && at->second.size == size)
    return at->second.sum;
  const std::string sum = sha256(content(path, options));
  known[path] = {written, size, sum};
  return sum;
}

std::map<std::string, std::string> checksums(const DatasetOptions& given) {
  const auto options = read_options<FileOptions>(kName, given);
  std::map<std::string, std::string> sums;
  for (const std::string& key : file_path_options())
    if (const auto at = given.find(key); at != given.end() && !at->second.empty()) {
      const Place place = Place::of(at->second);  // which array counts, where the file lies does not
      sums[key] = checksum(place.file, options) + (place.array.empty() ? "" : ":" + place.array);
    }
  return sums;
}

template <class T>
Dataset<T> load(const DatasetOptions& given, TargetCode code, std::uint64_t seed) {
  auto o = read_options<FileOptions>(kName, given);
  require_fitting(o);
  name_arrays(o);
  FileReader reader{o};
  Samples all = o.path.given() ? reader.read("path", o.path, TableRole::both) : reader.joined("X", o.X, "Y", o.Y);
  std::optional<Samples> test;
  if (o.test_path.given()) {
    test = reader.read("test_path", o.test_path, TableRole::both);
    if (all.sparse && test->sparse) {  // neither names inputs beyond its own largest
      const Index d = std::max(all.X.rows(), test->X.rows());
      widen(all, d);
      widen(*test, d);
    }
  }
  if (o.X_test.given()) test = reader.joined("X_test", o.X_test, "Y_test", o.Y_test);
  Dataset<T> data = assemble<T>(std::move(all), std::move(test), o, code, seed);
  data.name = kName;
  data.checksum = reader.checksum();
  data.origin = reader.origin();
  return data;
}

}  // namespace

constexpr double kWorthSaying = 1e8;  // bytes

std::string describe_files(const DatasetOptions& given, bool& complete) {
  auto options = read_options<FileOptions>(kName, given);
  complete = options.target.given() || options.Y.given();
  name_arrays(options);
  std::string text;
  double numbers = 0, bytes = 0;
  bool sparse = false;  // how many inputs there are is known at the end only
  for (const OptionText* path : {&options.path, &options.test_path, &options.X, &options.Y, &options.X_test, &options.Y_test}) {
    if (!path->given()) continue;
    const Place place = Place::of(path->value);
    const std::string file = printable(path->value);
    const Bytes raw = content(place.file, options);
    bytes += static_cast<double>(raw.size());
    const FileOptions::Format format = format_of(place.file, raw, options.format);
    if (format == FileOptions::Format::csv) {
      const CsvSurvey survey = survey_csv(text_of(raw), file, options);
      text += file + ": " + survey_words(survey) + "\n" + survey_table(survey) + "\n";
      numbers += static_cast<double>(survey.rows) * static_cast<double>(survey.columns.size());
    } else if (format == FileOptions::Format::npy) {
      text += file + ": " + npy_words(text_of(raw), file, numbers) + "\n";
    } else if (format == FileOptions::Format::npz) {
      if (place.array.empty()) arrays_of(raw, place.file);  // throws where there are none
      if (!place.array.empty()) text += file + ": " + npy_words(text_of(array_of(raw, place, options)), file, numbers) + "\n";
    } else {
      if (format != FileOptions::Format::idx) complete = true;  // the targets are in it
      sparse = sparse || format == FileOptions::Format::libsvm;
      numbers += static_cast<double>(raw.size());  // each byte becomes a number
    }
  }
  if (const double needed = memory_of(numbers) + bytes; needed > kWorthSaying && !sparse)
    text += "loading needs about " + bytes_text(needed) + " of memory; the limit is " + bytes_text(options.memory()) + "\n";
  complete = complete || options.Y.given();
  return text;
}

namespace {

/// The number of different words of each column, up to `most`.
std::vector<std::size_t> different_words(std::string_view text, const CsvSurvey& survey, const std::string& file,
                                         std::size_t most) {
  std::vector<std::set<std::string, std::less<>>> words(survey.columns.size());
  CsvScanner scanner(text, survey.separator, file);
  if (survey.header) scanner.row();
  while (scanner.row())
    while (scanner.field()) {
      const std::size_t c = scanner.column() - 1;
      if (survey.columns[c].words > 0 && words[c].size() < most) words[c].emplace(scanner.text());
    }
  std::vector<std::size_t> counts;
  for (const auto& of_column : words) counts.push_back(of_column.size());
  return counts;
}

std::string usual_target(const CsvSurvey& survey) {
  for (const CsvColumn& column : survey.columns)
    for (const char* usual : {"target", "label", "class", "y", "Target", "Label", "Class", "Y"})
      if (column.name == usual) return column.name;
  const std::string& last = survey.columns.back().name;
  return last.empty() ? std::to_string(survey.columns.size()) : last;
}

}  // namespace

Suggestion suggest(const DatasetOptions& given) {
  const auto options = read_options<FileOptions>(kName, given);
  Suggestion suggestion;
  if (!options.path.given()) return suggestion;
  const std::string file = printable(options.path.value);
  const Bytes raw = content(Place::of(options.path.value).file, options);
  if (format_of(options.path.value, raw, options.format) != FileOptions::Format::csv) return suggestion;
  const CsvSurvey survey = survey_csv(text_of(raw), file, options);
  suggestion.target = options.target.given() ? options.target.value : usual_target(survey);
  std::vector<std::size_t> taken = columns_named(suggestion.target, survey, file, "target");
  for (const std::size_t c : taken) suggestion.missing = suggestion.missing || survey.columns[c].missing > 0;
  if (options.ignore.given())
    for (const std::size_t c : columns_named(options.ignore.value, survey, file, "ignore")) taken.push_back(c);
  const std::size_t many = std::max<std::size_t>(2, survey.rows / 2);
  const std::vector<std::size_t> different = different_words(utf8_of(text_of(raw), file), survey, file, many + 1);
  for (std::size_t c = 0; c < survey.columns.size(); ++c) {
    const CsvColumn& column = survey.columns[c];
    if (std::find(taken.begin(), taken.end(), c) != taken.end()) continue;
    const bool index = c == 0 && survey.header && column.name.empty() && column.whole && column.words == 0;  // of pandas
    if (!options.ignore.given() && (index || different[c] > many)) {
      const bool plain = !column.name.empty() && column.name.find(',') == std::string::npos;
      suggestion.ignore.push_back(plain ? column.name : std::to_string(c + 1));
      continue;
    }
    suggestion.words = suggestion.words || column.words > 0;
    suggestion.missing = suggestion.missing || column.missing > 0;
  }
  return suggestion;
}

/// The user's own data.
Source file_source() {
  Source s;
  s.info.name = kName;
  s.info.title = "Your own data: CSV, LIBSVM, .npy, .npz, idx, CIFAR; packed or not";
  s.info.licence = "yours";
  s.info.embedded = true;
  s.info.options = describe_options<FileOptions>();
  s.info.paths = file_path_options();
  s.load_f32 = load<float>;
  s.load_f64 = load<double>;
  s.files = checksums;
  s.location = [] { return std::optional<std::string>("where its options say"); };
  s.verify = [] { return std::vector<std::string>{"its options name the files; 'bcdbench data describe PATH' reads them"}; };
  return s;
}

}  // namespace bcd
