// Of an interface of the future, about whose other members nothing is known.
extern "C" __attribute__((visibility("default"))) const unsigned bcdbench_plugin;
const unsigned bcdbench_plugin = 4000000000u;
