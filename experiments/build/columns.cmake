# The columns that each paper's folder adds to traces, from its sources (cmake -P, from build_info.cmake): what stands in
# row.emplace_back("name", ...), or in add("name", ...) where a measure() has a function of that name; "name_" + j stands for
# name_1, name_2, ... A test runs every algorithm and finds each of its columns here.
set(column_parts "")
file(GLOB folders RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/algorithms/*")
foreach(folder IN LISTS folders)
  file(GLOB files "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.hpp")
  set(columns "")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX MATCHALL "(row\\.emplace_back|[ \n]add)\\([^][;,]*" calls "${text}")
    string(REGEX MATCHALL "\"[^\"]+\"( \\+)?" names "${calls}")
    list(APPEND columns ${names})
  endforeach()
  list(TRANSFORM columns REPLACE "\" \\+$" "#\"")
  list(REMOVE_DUPLICATES columns)
  list(SORT columns)
  get_filename_component(name "${folder}" NAME)
  foreach(column IN LISTS columns)
    string(APPEND column_parts "    {\"${name}\", ${column}},\n")
  endforeach()
endforeach()
set(column_parts "struct Column {
  const char *paper, *name;  // a # stands for a number
};
inline constexpr Column kColumns[] = {
${column_parts}    {\"\", \"\"}};
")
