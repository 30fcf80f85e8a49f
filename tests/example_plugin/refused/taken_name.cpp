// Calls itself as an algorithm of the program does.
#include "algorithms/core/plugin_entry.hpp"

namespace {

template <class T>
class Nothing final : public bcd::Algorithm<T> {
 public:
  bcd::ParameterList parameters() override { return {}; }
  void initialise(const bcd::Problem<T>&, const bcd::Weights<T>& w0, bcd::Rng&) override { w_ = w0; }
  void step(bcd::BlockObserver*) override {}
  const bcd::Weights<T>& weights() const override { return w_; }
  bcd::State<T> state() override { return {}; }

 private:
  bcd::Weights<T> w_;
};

bcd::Plugin sgd() { return bcd::describe<Nothing>("sgd", "Another sgd", "Nobody"); }

}  // namespace

BCDBENCH_PLUGIN(sgd)
