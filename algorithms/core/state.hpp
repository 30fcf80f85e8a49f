// The state of an algorithm by the papers' letters and layers.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// One block of variables, by the paper's letter and layer: {"V", 3}, {"Wb", 1}. Layer 0: not tied to a layer.
struct Block {
  std::string name;
  int layer = 0;
  std::string text() const { return layer == 0 ? name : name + std::to_string(layer); }
};

/// A named window on a part of an algorithm's state: "W1", "b1", "U1", "V1", ... The matrix stays the algorithm's.
template <class T>
struct NamedMatrix {
  std::string name;
  Eigen::Map<Matrix<T>> value;
};

/// All of an algorithm's state, in the order in which the windows were added. Names and shapes never change after
/// initialise().
template <class T>
class State {
 public:
  /// The window "W2" on a matrix or a vector (add("W", 2, W_2)); layer 0: the letter alone.
  template <class Derived>
  void add(const std::string& letter, int layer, Eigen::PlainObjectBase<Derived>& matrix) {
    add({Block{letter, layer}.text(), {matrix.data(), matrix.rows(), matrix.cols()}});
  }
  void add(NamedMatrix<T> window) { windows_.push_back(std::move(window)); }

  bool has(const std::string& letter, int layer = 0) const { return find(Block{letter, layer}.text()) != nullptr; }
  /// The window on a letter's matrix of a layer; throws std::logic_error if there is none.
  Eigen::Map<Matrix<T>> operator()(const std::string& letter, int layer = 0) const {
    const std::string name = Block{letter, layer}.text();
    if (const NamedMatrix<T>* window = find(name)) return window->value;
    throw std::logic_error("the state has no part " + name);
  }
  /// Null if no window has this name.
  const NamedMatrix<T>* find(const std::string& name) const {
    for (const NamedMatrix<T>& window : windows_)
      if (window.name == name) return &window;
    return nullptr;
  }

  std::size_t size() const { return windows_.size(); }
  NamedMatrix<T>& operator[](std::size_t i) { return windows_[i]; }
  const NamedMatrix<T>& operator[](std::size_t i) const { return windows_[i]; }
  auto begin() { return windows_.begin(); }
  auto begin() const { return windows_.begin(); }
  auto end() { return windows_.end(); }
  auto end() const { return windows_.end(); }

 private:
  std::vector<NamedMatrix<T>> windows_;
};

}  // namespace bcd
