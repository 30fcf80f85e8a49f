# Run at every build (cmake -P): writes OUTPUT, a header with the hash of the program's sources, those of the parts that decide the
# numbers of a run (code_version.cmake), the columns of traces (columns.cmake), the commit and the flags.
# The file is touched only when its content changes. Needs SOURCE_DIR, OUTPUT, VERSION, FLAGS, BUILD_TYPE.
cmake_minimum_required(VERSION 3.22)
file(GLOB_RECURSE sources RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/algorithms/*.cpp" "${SOURCE_DIR}/algorithms/*.hpp")
foreach(folder datasets experiments)
  file(GLOB_RECURSE more RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.hpp")
  list(APPEND sources ${more})
endforeach()
list(SORT sources)
set(digests "")
foreach(source IN LISTS sources)
  file(SHA256 "${SOURCE_DIR}/${source}" digest)
  string(APPEND digests "${source} ${digest}\n")
endforeach()
string(SHA256 source_hash "${digests}")
string(SUBSTRING "${source_hash}" 0 16 source_hash)

include("${CMAKE_CURRENT_LIST_DIR}/code_version.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/columns.cmake")

set(commit "unknown")
set(dirty "false")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND "${GIT}" -C "${SOURCE_DIR}" rev-parse HEAD RESULT_VARIABLE failed OUTPUT_VARIABLE head
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT failed)
    set(commit "${head}")
    execute_process(COMMAND "${GIT}" --no-optional-locks -C "${SOURCE_DIR}" status --porcelain --untracked-files=no
                            -- . ":(exclude)results/reference"  # written by a program, about runs of it
                    OUTPUT_VARIABLE changes ERROR_QUIET)
    if(NOT changes STREQUAL "")
      set(dirty "true")
    endif()
  endif()
endif()

string(REGEX REPLACE " +" " " FLAGS "${FLAGS}")
string(STRIP "${FLAGS}" FLAGS)
set(content "#pragma once
namespace bcd::build_info {
inline constexpr const char* kVersion = \"${VERSION}\";
inline constexpr const char* kSourceHash = \"${source_hash}\";
inline constexpr const char* kCommit = \"${commit}\";
inline constexpr bool kDirty = ${dirty};
inline constexpr const char* kFlags = R\"flags(${FLAGS})flags\";
inline constexpr const char* kBuildType = \"${BUILD_TYPE}\";
${code_parts}${column_parts}}  // namespace bcd::build_info
")
set(present "")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" present)
endif()
if(NOT present STREQUAL content)
  file(WRITE "${OUTPUT}" "${content}")
endif()
