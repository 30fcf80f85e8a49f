// The verb that works on the program's own sources: new-algorithm.
#include <iostream>

#include "algorithms/core/types.hpp"
#include "experiments/cli/cli.hpp"
#include "experiments/outside/new_algorithm.hpp"

namespace bcd {
namespace {

int new_algorithm_verb(const CommandLine& options) {
  const std::vector<std::string> chosen = names(options);
  if (chosen.size() != 1) throw UsageError("new-algorithm: give one name, for example block_newton_smith2027");
  const std::filesystem::path root = source_checkout(std::filesystem::current_path());
  for (const auto& path : write_new_algorithm(root, chosen.front())) std::cout << path.string() << "\n";
  std::cout << "\nBuild and test it: ./bcdbench test -R 'contract|" << chosen.front()
            << "'\nHow to go on: bcdbench help algorithms\n";
  return kAllWell;
}

}  // namespace

std::vector<Verb> source_verbs() {
  return {
      {"new-algorithm", "NAME", "write the folder of a new algorithm, ready to build",
       "To be called within a source checkout. Writes algorithms/NAME (parameters, state, step, a promise with its judge,\n"
       "README), tests/algorithms/NAME_test.cpp and NAME's lines of algorithms/registry.cpp. What is written works at once:\n"
       "gradient descent with backtracking, to be replaced. Names are snake case: <method>_<authorYear>.\n",
       "bcdbench new-algorithm block_newton_smith2027\n", no_options, new_algorithm_verb},
  };
}

}  // namespace bcd
