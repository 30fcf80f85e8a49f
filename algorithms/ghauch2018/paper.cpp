#include "algorithms/core/plugin.hpp"
#include "algorithms/ghauch2018/bsum.hpp"

namespace bcd::ghauch2018 {

std::vector<Plugin> paper() {
  return {describe<Bsum>("bsum_ghauch2018", "Block successive upper-bound minimisation",
                         "Ghauch, Shokri-Ghadikolaei, Fischione and Skoglund, A Unified Framework for Training Neural "
                         "Networks, arXiv 1805.09214, 2018, Algorithm 1")
              .promises(promises(), make_audit)
              .studies(studies())};
}

}  // namespace bcd::ghauch2018
