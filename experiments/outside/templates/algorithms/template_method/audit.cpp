// What is promised about TEMPLATE_METHOD. A promise of another kind is judged by a class of its own: derive it from Audit
// (algorithms/core/audit.hpp) as algorithms/core/descent_audit.cpp does.
#include "algorithms/core/descent_audit.hpp"
#include "algorithms/template_method/template_method.hpp"

namespace bcd::template_method {

std::vector<Promise> promises() {
  return {{"descent", "Armijo 1966", "R(w_k) + slope/step |w_k - w_{k-1}|^2 <= R(w_{k-1})", "slope/step", ""}};
}

/// |w+ - w|^2 = t^2 |g|^2 and t <= step: the decrease of at least slope t |g|^2 is at least slope/step |w+ - w|^2.
std::unique_ptr<Audit> make_audit(const Parameters& parameters, const Problem<double>& problem) {
  return make_descent_audit("descent", problem, parameters.slope / parameters.step);
}

}  // namespace bcd::template_method
