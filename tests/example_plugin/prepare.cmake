# Run as a test before those of example_plugin_test.cpp: installs a copy, takes the code out of the page, lets the installed program
# write a new algorithm, and builds them all. Needs SOURCE, BUILD, WORK, COMPILER, LAUNCHER, BUILD_TYPE, GENERATOR, TEST_MAIN.
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE failed OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(failed)
    message(FATAL_ERROR "${ARGN}\nfailed:\n${output}")
  endif()
endfunction()

# The block after the line "`NAME`..." of the page; the file keeps its date if nothing has changed.
function(extract name)
  string(FIND "${page}" "\n`${name}`" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "algorithms/README.md shows no `${name}`")
  endif()
  string(SUBSTRING "${page}" ${at} -1 rest)
  string(FIND "${rest}" "\n```" at)
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${rest}" ${at} -1 rest)
  string(FIND "${rest}" "\n" at)
  math(EXPR at "${at} + 1")
  string(SUBSTRING "${rest}" ${at} -1 rest)
  string(FIND "${rest}" "\n```" at)
  string(SUBSTRING "${rest}" 0 ${at} code)
  file(WRITE ${WORK}/page/${name}.new "${code}\n")
  file(COPY_FILE ${WORK}/page/${name}.new ${WORK}/page/${name} ONLY_IF_DIFFERENT)
endfunction()

file(REMOVE_RECURSE ${WORK}/installed ${WORK}/checkout)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/installed)

file(READ ${SOURCE}/algorithms/README.md page)
foreach(name prox_gradient.cpp CMakeLists.txt sparse.toml pieces.cpp robust.toml)
  extract(${name})
endforeach()

file(COPY ${SOURCE}/CMakeLists.txt DESTINATION ${WORK}/checkout)
file(COPY ${SOURCE}/algorithms/registry.cpp ${SOURCE}/algorithms/registry.hpp ${SOURCE}/algorithms/core
     DESTINATION ${WORK}/checkout/algorithms)
file(MAKE_DIRECTORY ${WORK}/checkout/tests/algorithms)
run(${CMAKE_COMMAND} -E chdir ${WORK}/checkout/algorithms ${WORK}/installed/bin/bcdbench new-algorithm fresh_method)

run(${CMAKE_COMMAND} -S ${SOURCE}/tests/example_plugin -B ${WORK}/build -G ${GENERATOR} -DCMAKE_PREFIX_PATH=${WORK}/installed
    -DCMAKE_BUILD_TYPE=${BUILD_TYPE} -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
    -DPAGE=${WORK}/page -DCHECKOUT=${WORK}/checkout -DSOURCE=${SOURCE} -DTEST_MAIN=${TEST_MAIN})
run(${CMAKE_COMMAND} --build ${WORK}/build)
