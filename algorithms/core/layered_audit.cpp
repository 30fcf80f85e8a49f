#include "algorithms/core/layered_audit.hpp"

namespace bcd {

Matrix<double>& Moment::slot(std::string_view letter, int layer) {
  const auto l = static_cast<std::size_t>(layer);
  for (Letter& own : letters_)
    if (own.name == letter) {
      if (own.layers.size() <= l) own.layers.resize(l + 1);
      return own.layers[l];
    }
  letters_.push_back({std::string(letter), std::vector<Matrix<double>>(l + 1)});
  return letters_.back().layers[l];
}

const Matrix<double>* Moment::find(std::string_view letter, int layer) const {
  const auto l = static_cast<std::size_t>(layer);
  for (const Letter& own : letters_)
    if (own.name == letter) return l < own.layers.size() && own.layers[l].size() > 0 ? &own.layers[l] : nullptr;
  return nullptr;
}

void Moment::read(const State<double>& state) {
  for (const NamedMatrix<double>& window : state) {
    const std::size_t digits = std::min(window.name.find_first_of("0123456789"), window.name.size());
    const int layer = digits == window.name.size() ? 0 : std::stoi(window.name.substr(digits));
    slot(std::string_view(window.name).substr(0, digits), layer) = window.value;
  }
}

void Moment::read(const State<double>& state, const std::vector<std::string>& letters, int layer) {
  for (const std::string& letter : letters)
    if (const NamedMatrix<double>* window = state.find(Block{letter, layer}.text())) slot(letter, layer) = window->value;
}

bool Moment::has(std::string_view letter, int layer) const { return find(letter, layer) != nullptr; }

const Matrix<double>& Moment::operator()(std::string_view letter, int layer) const {
  if (const Matrix<double>* part = find(letter, layer)) return *part;
  throw std::logic_error("the moment has no part " + Block{std::string(letter), layer}.text());
}

Eigen::Map<const Vector<double>> Moment::vector(std::string_view letter, int layer) const {
  const Matrix<double>& part = (*this)(letter, layer);
  return {part.data(), part.rows()};
}

double Moment::step2(const Moment& earlier, const std::vector<std::string>& letters, int layer) const {
  double sum = 0;
  for (const std::string& letter : letters)
    if (has(letter, layer)) sum += ((*this)(letter, layer) - earlier(letter, layer)).squaredNorm();
  return sum;
}

void judge(CheckLog& log, const std::string& id, int k, const Block& block, double slack, double allowance, double left,
           Terms terms) {
  if (std::isnan(allowance))
    log.check(id, k, block, allowance, kTiny, left, terms);
  else
    log.check(id, k, block, slack, allowance, left, terms);
}

}  // namespace bcd
