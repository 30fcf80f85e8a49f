// The assembler copies the files into the object code: no generated source, no copy at start. CMakeLists.txt passes this folder
// as the assembler's search path.
#include "datasets/embedded/embedded.hpp"

#ifdef __APPLE__
#define BCD_CONSTANTS ".section __TEXT,__const\n"
#define BCD_CODE ".text\n"
#else
#define BCD_CONSTANTS ".pushsection .rodata\n"
#define BCD_CODE ".popsection\n"
#endif

#define BCD_EMBED(symbol, file)                                                                        \
  asm(BCD_CONSTANTS                                                                                    \
      ".balign 16\n"                                                                                   \
      ".globl bcd_embedded_" #symbol                                                                   \
      "_begin\n"                                                                                       \
      ".globl bcd_embedded_" #symbol                                                                   \
      "_end\n"                                                                                         \
      "bcd_embedded_" #symbol                                                                          \
      "_begin:\n"                                                                                      \
      ".incbin \"" file                                                                                \
      "\"\n"                                                                                           \
      "bcd_embedded_" #symbol "_end:\n" BCD_CODE);                                                     \
  extern "C" const std::uint8_t bcd_embedded_##symbol##_begin[] asm("bcd_embedded_" #symbol "_begin"); \
  extern "C" const std::uint8_t bcd_embedded_##symbol##_end[] asm("bcd_embedded_" #symbol "_end");     \
  std::span<const std::uint8_t> bcd::embedded::symbol() { return {bcd_embedded_##symbol##_begin, bcd_embedded_##symbol##_end}; }

BCD_EMBED(bodyfat_csv, "bodyfat.csv")
BCD_EMBED(mnist_10k_images_gz, "mnist-10k-images-idx3-ubyte.gz")
BCD_EMBED(mnist_10k_labels_gz, "mnist-10k-labels-idx1-ubyte.gz")
