// Random numbers that are the same on every platform: one named stream per purpose, so that axes do not disturb each other.
#pragma once

#include <cmath>
#include <cstdint>
#include <locale>
#include <numbers>
#include <random>
#include <sstream>
#include <string>
#include <string_view>

#include "algorithms/core/types.hpp"

namespace bcd {

class Rng {
 public:
  /// The stream "name" of a seed. Different names give unrelated streams.
  Rng(std::uint64_t seed, std::string_view name) {
    std::uint64_t h = 1469598103934665603ull;  // FNV-1a over the name, then mixed with the seed
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ull;
    std::seed_seq seq{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32), static_cast<std::uint32_t>(h),
                      static_cast<std::uint32_t>(h >> 32)};
    engine_.seed(seq);
  }
  std::uint64_t bits() { return engine_(); }
  /// Uniform on [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }
  double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  /// Uniform on {0, ..., n-1}, without modulo bias.
  std::uint64_t below(std::uint64_t n) {
    const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n + 1) % n;
    std::uint64_t x = engine_();
    while (x > limit) x = engine_();
    return x % n;
  }
  /// Standard normal (Box-Muller; both values are used).
  double normal() {
    if (have_spare_) {
      have_spare_ = false;
      return spare_;
    }
    const double r = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double phi = 2.0 * std::numbers::pi * uniform();
    spare_ = r * std::sin(phi);
    have_spare_ = true;
    return r * std::cos(phi);
  }
  /// Entries scale * N(0,1), drawn in column-major order.
  template <class Derived>
  void fill_normal(Eigen::DenseBase<Derived>& M, double scale) {
    for (Index j = 0; j < M.cols(); ++j)
      for (Index i = 0; i < M.rows(); ++i) M(i, j) = static_cast<typename Derived::Scalar>(scale * normal());
  }
  /// The place in the stream (restorable.hpp).
  template <class Members>
  void members(Members& members) {
    std::ostringstream place;
    place.imbue(std::locale::classic());
    place << engine_;
    std::string text = place.str();
    members(text, have_spare_, spare_);
    if (!members.reading()) return;
    std::istringstream back(text);
    back.imbue(std::locale::classic());
    back >> engine_;
  }

 private:
  std::mt19937_64 engine_;
  bool have_spare_ = false;
  double spare_ = 0;
};

}  // namespace bcd
