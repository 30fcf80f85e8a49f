// Made for a program that had a function which this one has not.
namespace bcd {
int function_of_another_version();
}
extern "C" int ask() { return bcd::function_of_another_version(); }
