#include "experiments/outside/new_algorithm.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "algorithms/core/text.hpp"
#include "algorithms/registry.hpp"
#include "experiments/build/embedded.hpp"
#include "results/record.hpp"

namespace bcd {

namespace fs = std::filesystem;

namespace {

constexpr const char* kRegistry = "algorithms/registry.cpp";

std::string read_text(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

/// The words of C++20 that are in lower case.
bool is_cpp_word(const std::string& name) {
  static const std::set<std::string> words = {
      "alignas",     "alignof",   "and",        "and_eq",    "asm",      "auto",         "bitand",
      "bitor",       "bool",      "break",      "case",      "catch",    "char",         "char8_t",
      "char16_t",    "char32_t",  "class",      "compl",     "concept",  "const",        "consteval",
      "constexpr",   "constinit", "const_cast", "continue",  "co_await", "co_return",    "co_yield",
      "decltype",    "default",   "delete",     "do",        "double",   "dynamic_cast", "else",
      "enum",        "explicit",  "export",     "extern",    "false",    "float",        "for",
      "friend",      "goto",      "if",         "inline",    "int",      "long",         "mutable",
      "namespace",   "new",       "noexcept",   "not",       "not_eq",   "nullptr",      "operator",
      "or",          "or_eq",     "private",    "protected", "public",   "register",     "reinterpret_cast",
      "requires",    "return",    "short",      "signed",    "sizeof",   "static",       "static_assert",
      "static_cast", "struct",    "switch",     "template",  "this",     "thread_local", "throw",
      "true",        "try",       "typedef",    "typeid",    "typename", "union",        "unsigned",
      "using",       "virtual",   "void",       "volatile",  "wchar_t",  "while",        "xor",
      "xor_eq",      "std",       "bcd",        "core",      "main",     "parameters",   "unix",
      "linux"};
  return words.contains(name);
}

/// "block_newton" -> "BlockNewton".
std::string camel_case(const std::string& name) {
  std::string camel;
  for (std::size_t i = 0; i < name.size(); ++i)
    if (name[i] != '_') camel += i == 0 || name[i - 1] == '_' ? static_cast<char>(std::toupper(name[i])) : name[i];
  return camel;
}

/// Is `name` (for a namespace) or its camel case (for a class) already something in algorithms/core?
bool is_used_in_core(const fs::path& root, const std::string& name) {
  const std::regex declared("\\b" + name + " *\\(|\\b(struct|class|namespace|using|enum class) +(" + name + "|" +
                            camel_case(name) + ")\\b");
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "algorithms/core"))
    if (entry.path().extension() == ".hpp" && std::regex_search(read_text(entry.path()), declared)) return true;
  return false;
}

void require_free_name(const fs::path& root, const std::string& name) {
  const auto refuse = [&](const std::string& why) { throw UsageError("new-algorithm: '" + name + "' " + why); };
  if (!is_snake_case(name) || name.find("__") != std::string::npos || name.size() > 60)
    refuse("is not snake case: write a letter, then a-z, 0-9 and single _, for example block_newton_smith2027");
  if (is_cpp_word(name)) refuse("has a meaning in C++ or in this program; choose another name");
  const std::vector<std::string> names = plugin_names();
  if (std::find(names.begin(), names.end(), name) != names.end()) refuse("is taken by an algorithm of the program");
  for (const fs::path& path : {fs::path("algorithms") / name, fs::path("tests/algorithms") / (name + "_test.cpp")})
    if (fs::exists(root / path)) refuse("is taken: " + path.string() + " exists");
  if (is_used_in_core(root, name)) refuse("is used in algorithms/core; choose another name");
}

std::string filled(std::string_view text, const std::string& name) {
  const std::string methods = replaced(std::string(text), "template_method", name);
  return replaced(replaced(methods, "TemplateMethod", camel_case(name)), "TEMPLATE_METHOD", name);
}

/// Inserts `line` before the first line matching `form` whose name (group 1) comes after `name`, or behind the last match.
std::string with_line(const std::string& text, const std::regex& form, const std::string& name, const std::string& line) {
  std::ptrdiff_t at = -1;
  for (std::sregex_iterator it(text.begin(), text.end(), form), end; it != end; ++it) {
    at = it->position() + it->length();
    if (it->str(1) > name) {
      at = it->position();
      break;
    }
  }
  if (at < 0) throw UsageError(std::string("new-algorithm: ") + kRegistry + " has no lines of algorithms; it was not changed");
  return std::string(text).insert(static_cast<std::size_t>(at), line + "\n");
}

/// Files that appear together: each is written under a temporary name first; when a rename fails, those made are taken back.
class Transaction {
 public:
  Transaction() = default;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction() {
    std::error_code ignored;
    for (const auto& [temporary, final_name] : staged_) fs::remove_all(temporary, ignored);
    for (const fs::path& made : undo_) fs::remove_all(made, ignored);
  }
  /// `path`, a file or a folder that does not exist yet, will be what is written to the returned name.
  fs::path stage(const fs::path& path) {
    staged_.emplace_back(path.parent_path() / ("." + path.filename().string() + ".tmp" + std::to_string(::getpid())), path);
    return staged_.back().first;
  }
  void rename_all() {
    for (const auto& [temporary, final_name] : staged_) {
      std::error_code error;
      fs::rename(temporary, final_name, error);
      if (error) throw UsageError("new-algorithm: cannot write " + final_name.string() + ": " + error.message());
      undo_.push_back(final_name);
    }
  }
  void keep() { undo_.clear(); }

 private:
  std::vector<std::pair<fs::path, fs::path>> staged_;
  std::vector<fs::path> undo_;
};

}  // namespace

fs::path source_checkout(const fs::path& from) {
  for (fs::path folder = fs::absolute(from).lexically_normal();; folder = folder.parent_path()) {
    if (fs::exists(folder / kRegistry) && read_text(folder / "CMakeLists.txt").find("project(bcdbench ") != std::string::npos)
      return folder;
    if (folder == folder.parent_path()) break;
  }
  throw UsageError("new-algorithm: " + from.string() +
                   " is not within a source checkout of bcdbench; change to one. An algorithm " +
                   "outside of it is a shared library for --plugin ('bcdbench help algorithms')");
}

std::string registry_with(const std::string& registry, const std::string& name) {
  static const std::regex declaration("namespace ([a-z0-9_]+) \\{ std::vector<Plugin> paper\\(\\); \\}\n"),
      entry(" *add\\(\"([a-z0-9_]+)\", [a-z0-9_]+::paper\\(\\)\\);\n");
  const std::string declared =
      with_line(registry, declaration, name, "namespace " + name + " { std::vector<Plugin> paper(); }");
  return with_line(declared, entry, name, "  add(\"" + name + "\", " + name + "::paper());");
}

std::vector<fs::path> write_new_algorithm(const fs::path& root, const std::string& name) {
  require_free_name(root, name);
  const std::string registry = registry_with(read_text(root / kRegistry), name);
  Transaction transaction;
  const fs::path folder = fs::path("algorithms") / name, test = fs::path("tests/algorithms") / (name + "_test.cpp");
  const fs::path new_folder = transaction.stage(root / folder), new_test = transaction.stage(root / test);
  std::vector<fs::path> written;
  for (const EmbeddedFile& file : embedded_templates()) {
    const std::string own = filled(file.name, name);
    const bool is_test = own == test.filename();
    write_file_atomically(is_test ? new_test : new_folder / own, filled(file.text, name));
    written.push_back(is_test ? test : folder / own);
  }
  transaction.rename_all();
  write_file_atomically(root / kRegistry, registry);
  transaction.keep();
  written.push_back(kRegistry);
  return written;
}

}  // namespace bcd
