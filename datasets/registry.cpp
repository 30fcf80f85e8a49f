// The list of datasets, and the functions of dataset.hpp that look a name up in it.
#include <list>

#include "algorithms/core/parameters.hpp"
#include "datasets/source.hpp"

namespace bcd {

// What each source exports, one line a dataset.
Source mnist_source();
Source fashion_mnist_source();
Source mnist_10k_source();
Source bodyfat_source();
Source teacher_student_source();
Source function_source();
Source cifar_10_source();
Source cifar_100_source();
Source file_source();

namespace {

std::list<Source>& sources() {
  static std::list<Source> list = {mnist_source(),    fashion_mnist_source(),   mnist_10k_source(),
                                   bodyfat_source(),  teacher_student_source(), function_source(),
                                   cifar_10_source(), cifar_100_source(),       file_source()};
  return list;
}

std::vector<DatasetInfo>& infos() {
  static std::vector<DatasetInfo> list = [] {
    std::vector<DatasetInfo> all;
    for (const Source& source : sources()) all.push_back(source.info);
    return all;
  }();
  return list;
}

const Source& find_source(const std::string& name) {
  std::vector<std::string> valid;
  for (const Source& source : sources()) {
    if (source.info.name == name) return source;
    valid.push_back(source.info.name);
  }
  throw UsageError(unknown_name("dataset", name, valid));
}

}  // namespace

const std::vector<DatasetInfo>& datasets() { return infos(); }

void add_source(Source source) {
  for (const Source& other : sources())
    if (other.info.name == source.info.name)
      throw UsageError("the dataset name '" + source.info.name + "' is taken by " +
                       (other.info.library.empty() ? "the program" : other.info.library) + "; choose another one");
  infos().push_back(source.info);
  sources().push_back(std::move(source));
}

const DatasetInfo& find_dataset(const std::string& name) { return find_source(name).info; }

template <>
Dataset<float> load_dataset(const std::string& name, const DatasetOptions& options, TargetCode code, std::uint64_t seed) {
  return find_source(name).load_f32(options, code, seed);
}

template <>
Dataset<double> load_dataset(const std::string& name, const DatasetOptions& options, TargetCode code, std::uint64_t seed) {
  return find_source(name).load_f64(options, code, seed);
}

std::map<std::string, std::string> dataset_files(const std::string& name, const DatasetOptions& options) {
  const Source& source = find_source(name);
  return source.files ? source.files(options) : std::map<std::string, std::string>{};
}

std::optional<std::string> dataset_location(const std::string& name) { return find_source(name).location(); }

std::vector<std::string> verify_dataset(const std::string& name) { return find_source(name).verify(); }

std::filesystem::path fetch_dataset(const std::string& name, const std::vector<std::string>& mirrors) {
  const Source& source = find_source(name);
  if (!source.fetch) throw UsageError("dataset '" + name + "' is part of the program; there is nothing to fetch");
  return source.fetch(mirrors);
}

}  // namespace bcd
