// What a run that was killed needs to go on where it was: an object names once what it keeps, and the same list is written and
// read back.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "algorithms/core/types.hpp"

namespace bcd {

/// Goes through the members of objects: members(a, b, c) writes them, or reads them back in the same order, bit for bit. Knows
/// numbers, texts, matrices, the containers below, and what has a function members(Members&) of its own.
class Members {
 public:
  Members(const Members&) = delete;
  Members& operator=(const Members&) = delete;
  virtual ~Members() = default;

  bool reading() const { return reading_; }
  template <class... Fields>
  void operator()(Fields&... fields) {
    (field(fields), ...);
  }
  /// So many bytes in place.
  virtual void bytes(void* data, std::size_t size) = 0;

 protected:
  explicit Members(bool reading) : reading_(reading) {}

 private:
  template <class F>
  void field(F& value) {
    if constexpr (std::is_arithmetic_v<F>) {
      bytes(&value, sizeof value);
    } else if constexpr (std::is_base_of_v<Eigen::PlainObjectBase<F>, F>) {
      Index rows = value.rows(), cols = value.cols();
      (*this)(rows, cols);
      if (reading_) value.resize(rows, cols);
      bytes(value.data(), static_cast<std::size_t>(value.size()) * sizeof(typename F::Scalar));
    } else {
      value.members(*this);
    }
  }
  template <class F>
  void list(F& values) {
    std::uint64_t size = values.size();
    field(size);
    if (reading_) values.resize(static_cast<std::size_t>(size));
    for (auto& value : values) field(value);
  }
  void field(std::string& text) { list(text); }
  template <class F>
  void field(std::vector<F>& values) {
    list(values);
  }
  template <class F>
  void field(std::deque<F>& values) {
    list(values);
  }
  template <class A, class B>
  void field(std::pair<A, B>& pair) {
    (*this)(pair.first, pair.second);
  }
  template <class F>
  void field(std::optional<F>& value) {
    bool there = value.has_value();
    field(there);
    if (reading_) value = there ? std::optional<F>(F{}) : std::nullopt;
    if (there) field(*value);
  }
  template <class Key, class F>
  void field(std::map<Key, F>& map) {
    std::uint64_t size = map.size();
    field(size);
    if (!reading_) {
      for (auto& [key, value] : map) {
        Key copy = key;
        (*this)(copy, value);
      }
      return;
    }
    for (map.clear(); size > 0; --size) {
      Key key{};
      field(key);
      field(map[std::move(key)]);
    }
  }

  const bool reading_;
};

/// An audit that can go on in the middle of a run, or an algorithm that needs more for it than its state's windows show. What
/// initialise() and start() make anew from the same run, and what follows from the state, need not be named.
class Restorable {
 public:
  virtual ~Restorable() = default;
  /// Called between two iterations. When reading: after initialise() or start() of the same run, the state being in place.
  virtual void members(Members& members) = 0;
  /// Why it cannot go on in the middle, in words; empty: it can.
  virtual std::string not_restorable() const { return {}; }
};

}  // namespace bcd
