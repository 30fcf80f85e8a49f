// The test programs' main function with Catch2 of version 2; compiled once and shared by all of them.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
