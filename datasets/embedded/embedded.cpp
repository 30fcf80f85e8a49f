// The assembler copies the files into the object code: no generated source, no copy at start. CMakeLists.txt passes this folder
// as the assembler's search path.
#include "datasets/embedded/embedded.hpp"

#define BCD_EMBED(symbol, file)                                  \
  asm(".pushsection .rodata\n"                                   \
      ".balign 16\n"                                             \
      ".global bcd_embedded_" #symbol                            \
      "_begin\n"                                                 \
      ".global bcd_embedded_" #symbol                            \
      "_end\n"                                                   \
      "bcd_embedded_" #symbol                                    \
      "_begin:\n"                                                \
      ".incbin \"" file                                          \
      "\"\n"                                                     \
      "bcd_embedded_" #symbol                                    \
      "_end:\n"                                                  \
      ".popsection\n");                                          \
  extern "C" const std::uint8_t bcd_embedded_##symbol##_begin[]; \
  extern "C" const std::uint8_t bcd_embedded_##symbol##_end[];   \
  std::span<const std::uint8_t> bcd::embedded::symbol() { return {bcd_embedded_##symbol##_begin, bcd_embedded_##symbol##_end}; }

BCD_EMBED(bodyfat_csv, "bodyfat.csv")
BCD_EMBED(mnist_10k_images_gz, "mnist-10k-images-idx3-ubyte.gz")
BCD_EMBED(mnist_10k_labels_gz, "mnist-10k-labels-idx1-ubyte.gz")
