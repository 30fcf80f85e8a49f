// Synthetic data: a random network (the teacher) labels random inputs.
#include <cmath>

#include "algorithms/core/activation.hpp"
#include "algorithms/core/rng.hpp"
#include "datasets/generated.hpp"
#include "datasets/sha256.hpp"
#include "datasets/targets.hpp"

namespace bcd {

namespace {

constexpr const char* kName = "teacher-student";

/// Widths of the teacher's hidden layers: "30", "50,20", or "none" for a linear teacher.
struct Widths {
  std::vector<Index> values;

  static Widths parse(const std::string& text) {
    Widths widths;
    if (text == "none") return widths;
    for (std::size_t start = 0; start <= text.size();) {
      const std::size_t comma = std::min(text.find(',', start), text.size());
      widths.values.push_back(parse_integer("a layer width", text.substr(start, comma - start)));
      if (widths.values.back() < 1) throw UsageError("a layer width must be at least 1, got '" + text + "'");
      start = comma + 1;
    }
    return widths;
  }
  std::string text() const {
    std::string joined;
    for (const Index width : values) joined += (joined.empty() ? "" : ",") + std::to_string(width);
    return joined.empty() ? "none" : joined;
  }
};

enum class InputLaw { normal, normal_scaled, sphere, uniform };

struct TeacherOptions {
  std::int64_t d_in = 20, d_out = 1, n = 1000, n_test = 1000, classes = 0;
  Widths hidden{{20}};
  Activation activation = Activation::parse("relu");
  InputLaw input_law = InputLaw::normal;
  bool unit_inputs = false;
  double noise = 0;
  DataSeed data_seed;

  void fields(ParameterList& list) {
    list.integer("d_in", d_in, Range::at_least(1), "number of inputs");
    list.integer("d_out", d_out, Range::at_least(1), "number of outputs (regression only)");
    list.integer("n", n, Range::at_least(1), "training samples; fewer of them are the first of more");
    list.integer("n_test", n_test, Range::nonnegative(), "test samples, always without noise");
    list.parsed("hidden", hidden, "widths with commas, or none",
                "the teacher's hidden layers; its weights are N(0, 1/fan-in), no biases");
    list.parsed("activation", activation, "an activation", "of the teacher's hidden layers");
    list.choice<InputLaw>("input_law", input_law,
                          {{"normal", InputLaw::normal},
                           {"normal_scaled", InputLaw::normal_scaled},
                           {"sphere", InputLaw::sphere},
                           {"uniform", InputLaw::uniform}},
                          "N(0, I), N(0, I/d_in), uniform on the unit sphere, or uniform on [-1, 1] per entry");
    list.choice<bool>(
        "teacher_inputs", unit_inputs, {{"raw", false}, {"unit", true}},
        "the teacher sees the inputs as they are, or scaled to unit variance per entry (normal_scaled and sphere: "
        "times sqrt(d_in))");
    list.number("noise", noise, Range::nonnegative(),
                "standard deviation of normal noise on the teacher's outputs in training");
    list.integer("classes", classes, Range::nonnegative(),
                 "0: regression; 2 or more: the label is the largest of so many outputs");
    list.parsed("data_seed", data_seed, "a whole number or run",
                "seed of the data; run: the run's seed, so that every run has its own");
  }
};

TeacherOptions read(const DatasetOptions& given) {
  auto options = read_options<TeacherOptions>(kName, given);
  const std::string where = std::string("dataset '") + kName + "': ";
  if (options.classes == 1) throw UsageError(where + "classes must be 0 (regression) or at least 2, got 1");
  if (options.classes > 0 && given.contains("d_out") && options.d_out != options.classes)
    throw UsageError(where + "with classes = " + std::to_string(options.classes) +
                     " the teacher has as many outputs; leave d_out away (got " + std::to_string(options.d_out) + ")");
  if (options.classes > 0) options.d_out = options.classes;
  return options;
}

// Standard deviation of one input entry.
double entry_deviation(const TeacherOptions& o) {
  switch (o.input_law) {
    case InputLaw::normal:
      return 1;
    case InputLaw::uniform:
      return 1 / std::sqrt(3.0);  // variance of U[-1, 1]: 1/3
    default:
      return 1 / std::sqrt(static_cast<double>(o.d_in));  // N(0, I/d); on the sphere the d squares sum to 1
  }
}

class Inputs {
 public:
  Inputs(const TeacherOptions& options, std::uint64_t seed, std::string_view stream) : options_(options), rng_(seed, stream) {}

  Vector<double> draw() {
    Vector<double> x(options_.d_in);
    if (options_.input_law == InputLaw::uniform) {
      for (double& entry : x) entry = rng_.uniform(-1, 1);
      return x;
    }
    rng_.fill_normal(x, options_.input_law == InputLaw::normal_scaled ? entry_deviation(options_) : 1.0);
    if (options_.input_law == InputLaw::sphere) x.normalize();
    return x;
  }

 private:
  const TeacherOptions& options_;
  Rng rng_;
};

class Teacher {
 public:
  Teacher(const TeacherOptions& o, std::uint64_t seed)
      : activation_(o.activation), input_factor_(o.unit_inputs ? 1 / entry_deviation(o) : 1.0) {
    Rng rng(seed, "teacher-student");
    Index fan_in = o.d_in;
    auto widths = o.hidden.values;
    widths.push_back(o.d_out);
    for (const Index width : widths) {
      Matrix<double> W(width, fan_in);
      rng.fill_normal(W, 1 / std::sqrt(static_cast<double>(fan_in)));
      W_.push_back(std::move(W));
      fan_in = width;
    }
  }

  // W_N sigma(W_{N-1} ... sigma(W_1 x)). One sample at a time: the result depends neither on n nor on the number of threads.
  Vector<double> output(const Vector<double>& x) const {
    Vector<double> v = input_factor_ * x;
    for (std::size_t i = 0; i + 1 < W_.size(); ++i) {
      v = W_[i] * v;
      for (double& u : v) u = activation_.value(u);
    }
    return W_.back() * v;
  }

 private:
  Activation activation_;
  double input_factor_;
  std::vector<Matrix<double>> W_;  // W_i: d_i x d_{i-1}
};

template <class T>
struct Samples {
  Matrix<T> X, Y;
  std::vector<int> labels;
};

template <class T>
Samples<T> draw(const TeacherOptions& o, const Teacher& teacher, TargetCode code, Index n, Inputs inputs, double noise,
                Rng noise_rng) {
  Samples<T> s;
  s.X.resize(o.d_in, n);
  s.Y.resize(o.d_out, n);
  for (Index j = 0; j < n; ++j) {
    const Vector<double> x = inputs.draw();
    Vector<double> y = teacher.output(x);
    if (noise > 0)
      for (double& entry : y) entry += noise * noise_rng.normal();
    s.X.col(j) = x.cast<T>();
    s.Y.col(j) = y.cast<T>();
    if (o.classes == 0) continue;
    Index label = 0;
    y.maxCoeff(&label);
    s.labels.push_back(static_cast<int>(label));
  }
  if (o.classes > 0) s.Y = class_targets<T>(s.labels, o.classes, code);
  return s;
}

// The recipe stands for the data: all options and the seed that was used.
std::string recipe(TeacherOptions options, std::uint64_t data_seed) {
  options.data_seed.own = data_seed;
  ParameterList list;
  options.fields(list);
  std::string text = std::string(kName) + "\n";
  for (const Parameter& p : list.all()) text += p.name + " = " + value_text(p.get()) + "\n";
  return text;
}

template <class T>
Dataset<T> load(const DatasetOptions& given, TargetCode code, std::uint64_t seed) {
  const TeacherOptions o = read(given);
  if (o.classes == 0) require_real_targets(std::string(kName) + " (classes = 0)", code);
  const std::uint64_t data_seed = o.data_seed.own.value_or(seed);
  const Teacher teacher(o, data_seed);
  const Rng noise(data_seed, "teacher-student noise");
  auto train = draw<T>(o, teacher, code, o.n, Inputs(o, data_seed, "teacher-student inputs"), o.noise, noise);
  auto test = draw<T>(o, teacher, code, o.n_test, Inputs(o, data_seed, "teacher-student test inputs"), 0, noise);
  Dataset<T> data;
  data.name = kName;
  data.X = std::move(train.X);
  data.Y = std::move(train.Y);
  data.labels = std::move(train.labels);
  data.X_test = std::move(test.X);
  data.Y_test = std::move(test.Y);
  data.labels_test = std::move(test.labels);
  data.checksum = sha256(recipe(o, data_seed));
  data.origin = "generated, data seed " + std::to_string(data_seed);
  return data;
}

}  // namespace

Source teacher_student_source() {
  return generated_source<TeacherOptions>(
      kName, "Synthetic: random inputs labelled by a random network (regression or classes)", load<float>, load<double>);
}

}  // namespace bcd
