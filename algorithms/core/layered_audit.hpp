// The judge of a method that updates one block of variables after the other, and whose objective is a sum of terms over the
// layers.
#pragma once

#include <cmath>
#include <optional>
#include <string_view>

#include "algorithms/core/audit.hpp"
#include "algorithms/core/problem.hpp"
#include "algorithms/core/restorable.hpp"
#include "algorithms/core/rounding.hpp"

namespace bcd {

/// A copy of a state, by letter and layer.
class Moment {
 public:
  Moment() = default;
  explicit Moment(const State<double>& state) { read(state); }

  void read(const State<double>& state);
  /// Copies a layer's matrices of these letters; what the state lacks (b without biases) is passed over.
  void read(const State<double>& state, const std::vector<std::string>& letters, int layer);

  bool has(std::string_view letter, int layer = 0) const;
  /// The matrix of a letter and layer; throws std::logic_error if there is none.
  const Matrix<double>& operator()(std::string_view letter, int layer = 0) const;
  /// A matrix of one column (b_i) as a vector.
  Eigen::Map<const Vector<double>> vector(std::string_view letter, int layer = 0) const;

  /// |now - earlier|^2 over a layer's matrices of these letters, added up in this order; absent ones are passed over.
  double step2(const Moment& earlier, const std::vector<std::string>& letters, int layer) const;

 private:
  struct Letter {
    std::string name;
    std::vector<Matrix<double>> layers;  // by layer; empty matrices where there is no part
  };
  Matrix<double>& slot(std::string_view letter, int layer);
  const Matrix<double>* find(std::string_view letter, int layer) const;

  std::vector<Letter> letters_;
};

/// A check of a run that may overflow: without a rounding bound it is a violation, not an error of the audit.
void judge(CheckLog& log, const std::string& id, int k, const Block& block, double slack, double allowance, double left = 0,
           Terms terms = {});

/// What theory says of one update of a block by D: F falls by at least (descent) or exactly (identity) factor * square.
struct Decrease {
  double factor = 0;
  double square = 1;
  double size = 0;  ///< 8 eps of this is the rounding of the two
};
struct BlockPromise {
  std::optional<Decrease> descent = {}, identity = {};
  /// The solve leaves a gradient of this size at the new point, which moves the two sides apart by at most |D| times as much.
  double gradient = 0;
  double step = 1;  ///< |D|, where it is not part of `gradient`
};

/// Keeps the points before a block and before a sweep with their objectives, and judges "descent.block" and "identity.block"; a
/// paper supplies its terms and promises. Point: Moment, or a paper's struct with the same two functions read.
template <class Point>
class LayeredAudit : public Audit, public Restorable {
 public:
  void start(const State<double>& state, CheckLog& log) final {
    state_ = &state;
    now_.read(state);
    before_ = sweep_start_ = now_;
    F_ = F_before_ = F_sweep_ = objective(nullptr);
    begin(log);
  }
  void after_block(int k, const Block& block, CheckLog& log) final {
    now_.read(*state_, letters(block), block.layer);
    F_ = objective(&block);
    judge_block(k, block, log);
    F_before_ = F_;
    before_ = now_;
  }
  void after_sweep(int k, CheckLog& log, Measurements& row) final {
    now_.read(*state_);
    F_ = objective(nullptr);
    judge_sweep(k, log, row);
    F_sweep_ = F_before_ = F_;
    sweep_start_ = before_ = now_;
  }
  void members(Members& members) final {
    keep(members);
    if (!members.reading()) return;
    now_.read(*state_);
    F_ = objective(nullptr);
    F_sweep_ = F_before_ = F_;
    sweep_start_ = before_ = now_;
  }

 protected:
  explicit LayeredAudit(const Problem<double>& problem) : problem_(problem) {}

  // What a paper supplies. `block`: all that changed since the last call; null: anything may have changed.

  /// The letters of a block's matrices: {"W", "b"} of "Wb".
  virtual std::vector<std::string> letters(const Block& block) const { return {block.name}; }
  /// Layer i's share of the objective at now_; of no use to a paper that overrides objective().
  virtual Term term(int i, const Block* block) {
    (void)i, (void)block;
    return {};
  }
  /// The first and the last layer whose terms the block is part of.
  virtual std::pair<int, int> touched(const Block& block) const { return {block.layer, block.layer}; }
  /// From F_before_ at before_ to F_ at now_; of no use to a paper that overrides judge_block().
  virtual BlockPromise promised(const Block& block) const {
    (void)block;
    return {};
  }
  virtual void begin(CheckLog& log) = 0;
  /// From F_sweep_ at sweep_start_ to F_ at now_.
  virtual void judge_sweep(int k, CheckLog& log, Measurements& row) = 0;
  /// Names the paper's own fields that a sweep leaves to the next one (Restorable); the points and objectives are kept here.
  virtual void keep(Members& members) = 0;

  // What suits most papers.

  virtual Term objective(const Block* block) {
    update_terms(block);
    Term sum;
    for (const Term& t : terms_) {
      sum.value += t.value;
      sum.rounding += t.rounding + kEps * std::abs(t.value);
    }
    sum.rounding += kEps;
    return sum;
  }
  virtual void judge_block(int k, const Block& block, CheckLog& log) {
    const BlockPromise promise = promised(block);
    const double decrease = F_before_.value - F_.value;
    const double allowance = block_allowance(promise);
    if (const auto& d = promise.identity)
      judge(
          log, "identity.block", k, block, -std::abs(decrease - d->factor * d->square), allowance + 8 * kEps * d->size,
          std::abs(decrease - d->factor * d->square),
          {{"F before", F_before_.value}, {"F after", F_.value}, {"what theory says of the decrease", d->factor * d->square}});
    if (const auto& d = promise.descent)
      judge(log, "descent.block", k, block, decrease - d->factor * d->square, allowance + 8 * kEps * d->size,
            d->factor * d->square, {{"F before", F_before_.value}, {"F after", F_.value}});
  }

  /// Rounding of the two sides of a block's promise.
  double block_allowance(const BlockPromise& promise) const {
    return F_before_.rounding + F_.rounding + promise.gradient * promise.step;
  }
  void update_terms(const Block* block) {
    const auto [first, last] = block ? touched(*block) : std::pair(1, layers());
    terms_.resize(static_cast<std::size_t>(layers()));
    for (int i = first; i <= std::min(last, layers()); ++i) terms_[static_cast<std::size_t>(i - 1)] = term(i, block);
  }
  const State<double>& state() const { return *state_; }
  const Network& net() const { return problem_.net; }
  int layers() const { return net().N(); }

  const Problem<double>& problem_;
  Point now_, before_, sweep_start_;
  Term F_, F_before_, F_sweep_;
  std::vector<Term> terms_;  // of the layers 1..N, in their order

 private:
  const State<double>* state_ = nullptr;
};

}  // namespace bcd
