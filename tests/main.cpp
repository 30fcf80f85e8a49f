// The test programs' main function; compiled once and shared by all of them.
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
