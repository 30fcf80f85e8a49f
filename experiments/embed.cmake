# Writes OUTPUT, a source file that holds each of FILES as a raw string: the function FUNCTION (experiments/embedded.hpp) lists
# them by their names relative to ROOT, or without ROOT by their stems. FILES is an argument, so that a file that comes or goes
# changes the command and with it the output.
set(files ${FILES})
list(SORT files)
set(content "#include \"experiments/embedded.hpp\"\n\nnamespace bcd {\n\n")
string(APPEND content "const std::vector<EmbeddedFile>& ${FUNCTION}() {\n")
string(APPEND content "  static const std::vector<EmbeddedFile> list = {\n")
foreach(file IN LISTS files)
  if(ROOT)
    file(RELATIVE_PATH name "${ROOT}" "${file}")
  else()
    get_filename_component(name "${file}" NAME_WE)
  endif()
  file(READ "${file}" text)
  string(APPEND content "      {\"${name}\", R\"~file~(${text})~file~\"},\n")
endforeach()
string(APPEND content "  };\n  return list;\n}\n\n}  // namespace bcd\n")
file(WRITE "${OUTPUT}" "${content}")
