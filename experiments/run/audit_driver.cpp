#include "experiments/run/audit_driver.hpp"

#include <new>

namespace bcd {

template <class T>
StateMirror<T>::StateMirror(Algorithm<T>& algorithm) : algorithm_(algorithm) {
  State<T> state = algorithm_.state();
  if constexpr (std::is_same_v<T, double>) {
    mirror_ = std::move(state);
  } else {
    for (const NamedMatrix<T>& m : state) copies_.push_back(m.value.template cast<double>());
    for (std::size_t i = 0; i < state.size(); ++i)
      mirror_.add({state[i].name, {copies_[i].data(), copies_[i].rows(), copies_[i].cols()}});
  }
}

template <class T>
void StateMirror<T>::refresh() {
  State<T> state = algorithm_.state();
  for (std::size_t i = 0; i < state.size(); ++i) {
    auto& window = state[i].value;
    if constexpr (std::is_same_v<T, double>)  // an algorithm may have swapped its buffers: move the window, copy nothing
      new (&mirror_[i].value) Eigen::Map<Matrix<double>>(window.data(), window.rows(), window.cols());
    else
      copies_[i] = window.template cast<double>();
  }
}

template <class T>
AuditDriver<T>::AuditDriver(const Plugin& plugin, Algorithm<T>& algorithm, const Problem<T>& problem, const std::string& mode)
    : per_block_(mode == "block") {
  if (mode == "off" || !plugin.make_audit) return;
  if constexpr (std::is_same_v<T, double>) {
    problem_ = problem;
  } else {
    X_ = problem.X->template cast<double>();
    Y_ = problem.Y->template cast<double>();
    problem_ = {problem.net, problem.loss, &X_, &Y_};
  }
  audit_ = plugin.make_audit(algorithm.parameters(), problem_);
  if (!audit_) return;
  mirror_ = std::make_unique<StateMirror<T>>(algorithm);
  log_ = std::make_unique<CheckLog>(plugin.promises);
}

template <class T>
void AuditDriver<T>::start() {
  if (!audit_) return;
  audit_->start(mirror_->state(), *log_);
  if (std::is_same_v<T, float>)  // the allowances are bounds on rounding in double
    for (const PromiseResult& r : std::vector(log_->results()))
      log_->not_applicable(r.promise.id, "promises are judged in f64 only; run with --precision f64");
}

template <class T>
BlockObserver* AuditDriver<T>::before_sweep(int k) {
  sweep_ = k;
  return audit_ && per_block_ ? this : nullptr;
}

template <class T>
void AuditDriver<T>::after(const Block& block) {
  observed_.time([&] {
    mirror_->refresh();
    audit_->after_block(sweep_, block, *log_);
  });
}

template <class T>
void AuditDriver<T>::after_sweep(int k, Measurements& row) {
  if (!audit_) return;
  mirror_->refresh();
  audit_->after_sweep(k, *log_, row);
}

template <class T>
void AuditDriver<T>::finish() {
  if (audit_) audit_->finish(*log_);
}

template <class T>
void AuditDriver<T>::add_slacks(Measurements& row) {
  if (!log_) return;
  for (const auto& [id, slack] : log_->take_slacks()) row.emplace_back("slack:" + id, slack);
}

template <class T>
void AuditDriver<T>::members(Members& members) {
  if (!audit_) return;
  if (members.reading()) mirror_->refresh();
  members(dynamic_cast<Restorable&>(*audit_), *log_);
}

template <class T>
std::string AuditDriver<T>::not_restorable() const {
  if (!audit_) return {};
  const auto* restorable = dynamic_cast<const Restorable*>(audit_.get());
  return restorable ? restorable->not_restorable() : "its audit does not say what it has to keep (Restorable)";
}

template class StateMirror<float>;
template class StateMirror<double>;
template class AuditDriver<float>;
template class AuditDriver<double>;

}  // namespace bcd
