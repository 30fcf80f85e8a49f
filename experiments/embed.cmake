# Writes OUTPUT, a source file whose function FUNCTION (experiments/embedded.hpp) gives each of FILES as a raw string. The list is an
# argument, so that a file that comes or goes changes the command and with it the output.
set(files ${FILES})
list(SORT files)
set(content "#include \"experiments/embedded.hpp\"\n\nnamespace bcd {\n\n")
string(APPEND content "const std::vector<EmbeddedFile>& ${FUNCTION}() {\n")
string(APPEND content "  static const std::vector<EmbeddedFile> list = {\n")
foreach(file IN LISTS files)
  get_filename_component(id "${file}" NAME_WE)
  file(READ "${file}" text)
  string(APPEND content "      {\"${id}\", R\"~file~(${text})~file~\"},\n")
endforeach()
string(APPEND content "  };\n  return list;\n}\n\n}  // namespace bcd\n")
file(WRITE "${OUTPUT}" "${content}")
