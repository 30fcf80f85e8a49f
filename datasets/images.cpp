#include "datasets/images.hpp"

#include <numeric>

#include "datasets/targets.hpp"

namespace bcd {

namespace {

template <class T>
Matrix<T> pixels(const ImageView& view, Index n) {
  const Index d = view.images.item_size();
  Matrix<T> X(d, n);
  for (Index j = 0; j < n; ++j) {
    const std::uint8_t* image = view.images.item(view.order[static_cast<std::size_t>(j)]);
    for (Index i = 0; i < d; ++i) X(i, j) = static_cast<T>(image[i]) / T(255);
  }
  return X;
}

std::vector<int> first_labels(const ImageView& view, Index n) {
  std::vector<int> labels;
  for (Index j = 0; j < n; ++j) labels.push_back(*view.labels.item(view.order[static_cast<std::size_t>(j)]));
  return labels;
}

// Subtracts the training mean of each pixel from both sets. Summed in double: 60,000 terms would cost a float four digits.
template <class T>
void centre(Matrix<T>& X, Matrix<T>& X_test) {
  Vector<double> mean = Vector<double>::Zero(X.rows());
  for (Index j = 0; j < X.cols(); ++j) mean += X.col(j).template cast<double>();
  const Vector<T> m = (mean / static_cast<double>(X.cols())).template cast<T>();
  X.colwise() -= m;
  X_test.colwise() -= m;
}

}  // namespace

void ImageOptions::fields(ParameterList& list) {
  const std::string form = "'all' or a whole number";
  list.parsed("n", n, form, "use the first n training images");
  list.parsed("n_test", n_test, form, "use the first n_test test images");
  list.flag("centre", centre, "subtract the training mean of each pixel from training and test images");
}

std::vector<Index> in_file_order(const IdxArray& labels) {
  std::vector<Index> order(static_cast<std::size_t>(labels.count()));
  std::iota(order.begin(), order.end(), Index{0});
  return order;
}

template <class T>
Dataset<T> image_dataset(const std::string& name, const ImageOptions& options, TargetCode code, const ImageView& train,
                         const ImageView& test, Index classes) {
  const Index n = options.n.of(static_cast<Index>(train.order.size()), 1, name, "n");
  const Index n_test = options.n_test.of(static_cast<Index>(test.order.size()), 0, name, "n_test");
  Dataset<T> data;
  data.name = name;
  data.labels = first_labels(train, n);
  data.labels_test = first_labels(test, n_test);
  data.X = pixels<T>(train, n);
  data.X_test = pixels<T>(test, n_test);
  if (options.centre) centre(data.X, data.X_test);
  data.Y = class_targets<T>(data.labels, classes, code);
  data.Y_test = class_targets<T>(data.labels_test, classes, code);
  return data;
}

template Dataset<float> image_dataset(const std::string&, const ImageOptions&, TargetCode, const ImageView&, const ImageView&,
                                      Index);
template Dataset<double> image_dataset(const std::string&, const ImageOptions&, TargetCode, const ImageView&, const ImageView&,
                                       Index);

}  // namespace bcd
