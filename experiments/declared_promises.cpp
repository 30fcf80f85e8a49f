#include "experiments/declared_promises.hpp"

namespace bcd {

std::vector<Promise> declared_promises(const Plugin& plugin) {
  if (!plugin.make_audit) return {};
  const Matrix<double> X = Matrix<double>::Ones(2, 1), Y = Matrix<double>::Ones(2, 1);
  for (const bool skip : {false, true}) {
    Problem<double> problem;
    problem.net.input = 2;
    problem.net.layers = {{2, Activation::parse("relu"), skip}, {2, Activation::parse("linear"), false}};
    problem.loss = Loss::parse("squared", false);
    problem.X = &X;
    problem.Y = &Y;
    const auto algorithm = plugin.make_f64();
    if (!algorithm->not_applicable(problem).empty()) continue;
    const auto audit = plugin.make_audit(algorithm->parameters(), problem);
    return audit ? audit->promises() : std::vector<Promise>{};
  }
  throw UsageError("plugin '" + plugin.name + "' accepts no small network with squared loss, so its promises cannot be listed");
}

}  // namespace bcd
