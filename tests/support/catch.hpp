#pragma once
// Catch2 of version 2 or 3 (BCDBENCH_CATCH2, the version that CMake found), under the same names.

#if BCDBENCH_CATCH2 >= 3
#include <catch2/catch_approx.hpp>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
#include <catch2/matchers/catch_matchers.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>

using Catch::Approx;
inline auto Contains(const std::string& text) { return Catch::Matchers::ContainsSubstring(text); }
#else
#include <catch2/catch.hpp>

using Catch::Matchers::Contains;
#endif
using Catch::Matchers::StartsWith;
