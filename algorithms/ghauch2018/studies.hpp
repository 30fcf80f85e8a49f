// Internal: the parts of the list of studies, and what they share.
#pragma once

#include <cmath>
#include <cstdio>

#include "algorithms/ghauch2018/oracle.hpp"

namespace bcd::ghauch2018 {

/// Numbers in a sentence.
template <class... Args>
std::string sentence(const char* format, Args... args) {
  char text[1200];
  std::snprintf(text, sizeof text, format, args...);
  return text;
}

inline double sigmoid(double u) { return u < 0 ? std::exp(u) / (1 + std::exp(u)) : 1 / (1 + std::exp(-u)); }

std::vector<Study> convergence_studies();
std::vector<Study> convexity_studies();
std::vector<Study> errata_studies();
std::vector<Study> reading_studies();

}  // namespace bcd::ghauch2018
