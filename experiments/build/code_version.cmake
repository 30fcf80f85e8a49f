# What decides the numbers of a run, in parts, each with the hash of its sources (cmake -P, from build_info.cmake):
#   core       algorithms/core, the parts of experiments/run that make a run, the expressions of promises, metrics and stops
#   algorithm  a paper's folder; external: the room outside
#   dataset    its reader with all that it includes from datasets/
# This is the one place that says which sources decide numbers. Everything else (plots, the command line, studies, texts for
# people, other papers) orphans no record. Comments and layout do not count.

# The digest of some sources, without comments and layout.
function(code_digest result)
  set(digests "")
  set(files ${ARGN})
  list(SORT files)
  foreach(file IN LISTS files)
    file(READ "${SOURCE_DIR}/${file}" text)
    set(text "\n${text}")
    string(REGEX REPLACE "\n[ \t]*//[^\n]*" "" text "${text}")
    # Behind code; a quotation mark to the right of it might be the end of a text that holds the two strokes.
    string(REGEX REPLACE "[ \t]+//[^\"\n]*\n" "\n" text "${text}")
    string(REGEX REPLACE "[ \t\r\n]+" " " text "${text}")
    string(SHA256 digest "${text}")
    string(APPEND digests "${file} ${digest}\n")
  endforeach()
  string(SHA256 digest "${digests}")
  string(SUBSTRING "${digest}" 0 16 digest)
  set(${result} "${digest}" PARENT_SCOPE)
endfunction()

# The sources of a folder, by patterns relative to the root.
function(code_files result)
  set(found "")
  foreach(pattern IN LISTS ARGN)
    file(GLOB more RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/${pattern}.cpp" "${SOURCE_DIR}/${pattern}.hpp")
    list(APPEND found ${more})
  endforeach()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

# A source of datasets/ with everything that it includes from there, and the sources beside those headers; without what declares
# (dataset.hpp, source.hpp) and what downloads files whose checksums the reader knows.
function(with_includes result)
  set(found "")
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open file)
    if(file IN_LIST found OR NOT EXISTS "${SOURCE_DIR}/${file}")
      continue()
    endif()
    list(APPEND found "${file}")
    file(STRINGS "${SOURCE_DIR}/${file}" lines REGEX "^#include \"datasets/")
    list(FILTER lines EXCLUDE REGEX "/(dataset|source|fetch)\\.hpp")
    foreach(line IN LISTS lines)
      string(REGEX REPLACE "^#include \"([^\"]*)\".*" "\\1" header "${line}")
      string(REGEX REPLACE "\\.hpp$" ".cpp" source "${header}")
      list(APPEND open "${header}" "${source}")
    endforeach()
  endwhile()
  set(${result} ${found} PARENT_SCOPE)
endfunction()

code_files(core "algorithms/core/*" "results/expression/*" experiments/file/formulas experiments/run/run_loop
  experiments/run/evaluator experiments/run/prepared_run experiments/run/audit_driver experiments/run/stop_rules
  experiments/run/measured experiments/run/definitions)
list(FILTER core EXCLUDE REGEX "/core/(text|plain_text|usage_error|plugin_entry)\\.")  # for people, and for loading
code_digest(core_digest ${core})

set(algorithm_parts "")
file(GLOB folders RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/algorithms/*")
foreach(folder IN LISTS folders)
  code_files(sources "${folder}/*")
  list(FILTER sources EXCLUDE REGEX "/studies[a-z0-9_]*\\.")  # demonstrations that no run calls
  if(sources AND NOT folder STREQUAL "algorithms/core")
    code_digest(digest ${sources})
    get_filename_component(name "${folder}" NAME)
    string(APPEND algorithm_parts "    {\"${name}\", \"${digest}\"},\n")
  endif()
endforeach()
code_files(sources experiments/outside/external experiments/outside/child_process)
code_digest(digest ${sources})
string(APPEND algorithm_parts "    {\"external\", \"${digest}\"},\n")

# A reader defines `Source <name>_source()`; the registry only declares them. A dataset that is defined in another way counts with
# the whole folder.
set(dataset_parts "")
code_files(sources "datasets/*" "datasets/*/*")
code_digest(all_datasets ${sources})
list(REMOVE_ITEM sources datasets/registry.cpp)
foreach(source IN LISTS sources)
  file(STRINGS "${SOURCE_DIR}/${source}" exports REGEX "^Source [a-z0-9_]+_source\\(\\)")
  foreach(export IN LISTS exports)
    string(REGEX REPLACE "^Source ([a-z0-9_]+)_source.*" "\\1" name "${export}")
    string(REPLACE "_" "-" name "${name}")
    with_includes(files "${source}")
    code_digest(digest ${files})
    string(APPEND dataset_parts "    {\"${name}\", \"${digest}\"},\n")
  endforeach()
endforeach()

set(code_parts "struct CodePart {
  const char *name, *digest;
};
inline constexpr const char* kCoreDigest = \"${core_digest}\";
inline constexpr CodePart kAlgorithmParts[] = {
${algorithm_parts}};
inline constexpr CodePart kDatasetParts[] = {
${dataset_parts}    {\"\", \"${all_datasets}\"},  // all of them
};
")
