// A plugin: a method with what its paper promises and shows, as the factory lists it.
#pragma once

#include <functional>
#include <map>

#include "algorithms/core/algorithm.hpp"
#include "algorithms/core/audit.hpp"

namespace bcd {

/// A demonstration that needs no training run: a counter-example, a Monte Carlo check. Part of the claims table.
struct StudyResult {
  bool holds = false;         ///< whether the study's statement was confirmed
  double measured = 0;        ///< the number that decides
  std::string evidence;       ///< one or two sentences with the numbers
  std::string instance = {};  ///< of a counter-example: numbers that a person can check by hand, in lines
  double looseness = 0;       ///< of a bound that was checked: smallest right/left; 0: it is none
};
/// Data that a study speaks of, by name and options (datasets/README.md); whoever runs the study loads it, with real targets.
struct StudyData {
  std::string name;
  std::map<std::string, std::string> options;
};
struct Study {
  std::string id;         ///< "zeng2019.theorem1.algorithm1-relu"
  std::string source;     ///< paper and number
  std::string statement;  ///< what is shown
  std::function<StudyResult()> run;
  StudyData data = {};  ///< of a study on a paper's own data, which has run_on instead of run
  std::function<StudyResult(const Matrix<double>& X, const Matrix<double>& Y)> run_on = {};
};

/// One method of a paper: what the factory knows of it.
struct Plugin {
  std::string name;      ///< <method>_<authorYear>, or the method alone for baselines
  std::string paper;     ///< the folder of algorithms/ that exports it; empty: from elsewhere
  std::string title;     ///< one line
  std::string citation;  ///< paper and algorithm number
  std::function<std::unique_ptr<Algorithm<float>>()> make_f32;
  std::function<std::unique_ptr<Algorithm<double>>()> make_f64;
  std::vector<Promise> promises;  ///< what its paper promises; none for baselines
  /// The judge of these promises for one run; empty where there are none.
  std::function<std::unique_ptr<Audit>(const ParameterList& parameters, const Problem<double>& problem)> make_audit;
  std::vector<Study> studies;
  /// The files that a run depends on beyond the program and the data (path, SHA-256); part of the run's name. Empty: none.
  std::function<std::map<std::string, std::string>(const ParameterList& parameters)> files;
  std::string library;                ///< the shared library the plugin came from; empty: part of the program
  std::vector<std::string> warnings;  ///< what a reader of its results should know; kept in the record

  template <class T>
  std::unique_ptr<Algorithm<T>> make() const {
    if constexpr (std::is_same_v<T, float>)
      return make_f32();
    else
      return make_f64();
  }
};

/// The plugin of a class template over the precision:
///
///   describe<Newton>("newton_smith2027", title, citation).promises(list, judge).studies(list)
///
/// A<T>::Parameters is the struct of its parameters, whose values the judge gets.
template <template <class> class A>
class Description {
 public:
  Description(std::string name, std::string title, std::string citation) {
    plugin_.name = std::move(name);
    plugin_.title = std::move(title);
    plugin_.citation = std::move(citation);
    plugin_.make_f32 = [] { return std::make_unique<A<float>>(); };
    plugin_.make_f64 = [] { return std::make_unique<A<double>>(); };
  }
  /// judge(parameters, problem) makes the audit of a run, or null where it can judge nothing.
  template <class Judge>
  Description& promises(std::vector<Promise> list, Judge judge) {
    plugin_.promises = std::move(list);
    plugin_.make_audit = [judge](const ParameterList& given, const Problem<double>& problem) {
      return std::unique_ptr<Audit>(judge(values_of<typename A<double>::Parameters>(given), problem));
    };
    return *this;
  }
  Description& studies(std::vector<Study> list) {
    plugin_.studies = std::move(list);
    return *this;
  }
  operator Plugin() const { return plugin_; }

 private:
  Plugin plugin_;
};

template <template <class> class A>
Description<A> describe(std::string name, std::string title, std::string citation) {
  return {std::move(name), std::move(title), std::move(citation)};
}

}  // namespace bcd
