# Writes OUTPUT, a source file that holds each of FILES as a raw string. HEADER declares the struct TYPE {name, text} and the function
# LIST that returns them; NAMED is the part of a file's path that names it (NAME, or NAME_WE: without the ending). The list is an
# argument, so that a file that comes or goes changes the command and with it the output.
set(files ${FILES})
list(SORT files)
set(content "#include \"${HEADER}\"\n\nnamespace bcd {\n\n")
string(APPEND content "const std::vector<${TYPE}>& ${LIST}() {\n")
string(APPEND content "  static const std::vector<${TYPE}> list = {\n")
foreach(file IN LISTS files)
  get_filename_component(name "${file}" ${NAMED})
  file(READ "${file}" text)
  string(APPEND content "      {\"${name}\", R\"~file~(${text})~file~\"},\n")
endforeach()
string(APPEND content "  };\n  return list;\n}\n\n}  // namespace bcd\n")
file(WRITE "${OUTPUT}" "${content}")
