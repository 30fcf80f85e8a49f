# The columns that each paper's folder adds to traces, from its sources (cmake -P, from build_info.cmake): what stands in
# row.emplace_back("name", ...), or in add("name", ...) where a measure() has a function of that name; "name_" + j stands for
# name_1, name_2, ... What stands in a source called audit is there with run.audit only. A test runs every algorithm and finds each of its columns here.
set(column_parts "")
file(GLOB folders RELATIVE "${SOURCE_DIR}" "${SOURCE_DIR}/algorithms/*")
foreach(folder IN LISTS folders)
  file(GLOB files "${SOURCE_DIR}/${folder}/*.cpp" "${SOURCE_DIR}/${folder}/*.hpp")
  set(columns "")
  set(audited "")
  foreach(file IN LISTS files)
    file(READ "${file}" text)
    string(REGEX MATCHALL "(row\\.emplace_back|[ \n]add)\\([^][;,]*" calls "${text}")
    string(REGEX MATCHALL "\"[^\"]+\"( \\+)?" names "${calls}")
    if(file MATCHES "audit[^/]*$")
      list(APPEND audited ${names})
    else()
      list(APPEND columns ${names})
    endif()
  endforeach()
  list(REMOVE_ITEM audited "" ${columns})
  list(APPEND columns ${audited})
  list(REMOVE_DUPLICATES columns)
  list(SORT columns)
  get_filename_component(name "${folder}" NAME)
  foreach(column IN LISTS columns)
    set(by_audit false)
    if(column IN_LIST audited)
      set(by_audit true)
    endif()
    string(REGEX REPLACE "\" \\+$" "#\"" column "${column}")
    string(APPEND column_parts "    {\"${name}\", ${column}, ${by_audit}},\n")
  endforeach()
endforeach()
set(column_parts "struct Column {
  const char *paper, *name;  // a # stands for a number
  bool by_audit;             // with run.audit only
};
inline constexpr Column kColumns[] = {
${column_parts}    {\"\", \"\", false}};
")
