#include "algorithms/ghauch2018/feasible_set.hpp"

#include "algorithms/core/spec_text.hpp"

namespace bcd::ghauch2018 {

namespace {

const std::vector<std::pair<std::string, FeasibleSet::Kind>> kNames = {{"all", FeasibleSet::Kind::all},
                                                                       {"ball", FeasibleSet::Kind::ball},
                                                                       {"box", FeasibleSet::Kind::box},
                                                                       {"toeplitz", FeasibleSet::Kind::toeplitz},
                                                                       {"circulant", FeasibleSet::Kind::circulant}};

/// The entries of each diagonal become their mean: the orthogonal projection, as the diagonals' indicators are orthogonal.
template <class T>
void average_diagonals(MutRef<T> W, bool circular) {
  const Index rows = W.rows(), cols = W.cols();
  const Index first = circular ? 0 : 1 - rows;  // offset m - i
  for (Index offset = first; offset < cols; ++offset) {
    const auto column = [&](Index i) { return circular ? (i + offset) % cols : i + offset; };
    T sum = 0;
    Index count = 0;
    for (Index i = 0; i < rows; ++i)
      if (const Index m = column(i); m >= 0 && m < cols) sum += W(i, m), ++count;
    const T mean = sum / static_cast<T>(count);
    for (Index i = 0; i < rows; ++i)
      if (const Index m = column(i); m >= 0 && m < cols) W(i, m) = mean;
  }
}

}  // namespace

FeasibleSet FeasibleSet::parse(const std::string& text) {
  const SpecText spec = split_spec("feasible set", text);
  FeasibleSet set;
  std::vector<std::string> valid;
  bool known = false;
  for (const auto& [name, candidate] : kNames) {
    valid.push_back(name);
    if (name == spec.name) set.kind = candidate, known = true;
  }
  if (!known) throw UsageError(unknown_name("feasible set", spec.name, valid));
  const std::size_t wanted = set.kind == Kind::ball ? 1 : set.kind == Kind::box ? 2 : 0;
  if (spec.numbers.size() != wanted)
    throw UsageError("feasible set '" + text + "': write all, ball:RADIUS, box:LO,HI, toeplitz or circulant");
  if (set.kind == Kind::ball) set.radius = spec.numbers[0];
  if (set.kind == Kind::box) set.lo = spec.numbers[0], set.hi = spec.numbers[1];
  if (!(set.radius > 0)) throw UsageError("feasible set '" + text + "': the radius must be > 0");
  if (!(set.lo < set.hi)) throw UsageError("feasible set '" + text + "': the lower bound must be below the upper one");
  return set;
}

std::string FeasibleSet::text() const {
  for (const auto& [name, candidate] : kNames)
    if (candidate == kind)
      return join_spec(name, kind == Kind::ball  ? std::vector<double>{radius}
                             : kind == Kind::box ? std::vector<double>{lo, hi}
                                                 : std::vector<double>{});
  throw std::logic_error("feasible set of unknown kind");
}

template <class T>
void FeasibleSet::project(MutRef<T> W) const {
  switch (kind) {
    case Kind::all:
      return;
    case Kind::ball:
      if (const T norm = W.norm(); norm > static_cast<T>(radius)) W *= static_cast<T>(radius) / norm;
      return;
    case Kind::box:
      W = W.cwiseMax(static_cast<T>(lo)).cwiseMin(static_cast<T>(hi));
      return;
    case Kind::toeplitz:
      return average_diagonals<T>(W, false);
    case Kind::circulant:
      return average_diagonals<T>(W, true);
  }
}

template <class T>
void FeasibleSet::minimise_linear(ConstRef<T> G, MutRef<T> W) const {
  if (kind == Kind::ball) {
    if (const T norm = G.norm(); norm > T(0)) W = -static_cast<T>(radius) / norm * G;
  } else if (kind == Kind::box) {
    for (Index m = 0; m < G.cols(); ++m)
      for (Index i = 0; i < G.rows(); ++i)
        if (G(i, m) != T(0)) W(i, m) = static_cast<T>(G(i, m) > T(0) ? lo : hi);
  } else {
    throw std::logic_error("a linear function has no minimiser on an unbounded set");
  }
}

template void FeasibleSet::project<float>(MutRef<float>) const;
template void FeasibleSet::project<double>(MutRef<double>) const;
template void FeasibleSet::minimise_linear<float>(ConstRef<float>, MutRef<float>) const;
template void FeasibleSet::minimise_linear<double>(ConstRef<double>, MutRef<double>) const;

}  // namespace bcd::ghauch2018
