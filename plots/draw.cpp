#include "plots/draw.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "algorithms/core/plain_text.hpp"
#include "algorithms/core/text.hpp"
#include "algorithms/core/usage_error.hpp"
#include "results/record.hpp"

namespace bcd {
namespace {

namespace fs = std::filesystem;

/// Runs gnuplot in `folder` with both outputs caught and nothing to read; returns its exit code (127: there is no gnuplot). The
/// user's settings (~/.gnuplot, GNUTERM) play no part.
int gnuplot(const fs::path& folder, const std::vector<std::string>& arguments, std::string& said) {
  std::vector<char*> argv;
  std::vector<std::string> words = {"gnuplot", "-d"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int channel[2];
  if (pipe(channel) != 0) throw std::runtime_error("no pipe for gnuplot");
  const pid_t child = fork();
  if (child == 0) {
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing > STDIN_FILENO) dup2(nothing, STDIN_FILENO), close(nothing);
    unsetenv("GNUTERM");
    for (const int ignored : {SIGPIPE, SIGXFSZ}) std::signal(ignored, SIG_DFL);
    dup2(channel[1], STDOUT_FILENO);
    dup2(channel[1], STDERR_FILENO);
    close(channel[0]);
    close(channel[1]);
    if (chdir(folder.c_str()) != 0) _exit(126);
    execvp("gnuplot", argv.data());
    _exit(127);
  }
  close(channel[1]);
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = read(channel[0], buffer.data(), buffer.size())) > 0;)
    said.append(buffer.data(), static_cast<std::size_t>(got));
  close(channel[0]);
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) throw std::runtime_error("no process for gnuplot");
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  said = std::string("it was ended by the signal '") + strsignal(WTERMSIG(status)) + "'";
  return 128;
}

/// What gnuplot said against a script, in one line. Its warnings, about an encoding or a font, are not why it failed.
std::string complaint(const std::string& said) {
  std::istringstream lines(said);
  std::string text;
  for (std::string line; std::getline(lines, line);) {
    const bool has_words = std::any_of(line.begin(), line.end(), [](unsigned char c) { return std::isalnum(c); });
    if (has_words && line.find("warning:") == std::string::npos) text += (text.empty() ? "" : "; ") + printable(line);
  }
  return text;
}

/// The formats as the script wants them: "svg pdf".
std::string joined(const std::vector<std::string>& formats) {
  const std::vector<std::string> valid = {"svg", "pdf", "png"};
  std::string list;
  for (const std::string& format : formats) {
    if (std::find(valid.begin(), valid.end(), format) == valid.end()) throw UsageError(unknown_name("format", format, valid));
    list += (list.empty() ? "" : " ") + format;
  }
  return list;
}

}  // namespace

void require_gnuplot() {
  std::string said;
  if (gnuplot("/", {"--version"}, said) == 127)
    throw UsageError("gnuplot is not installed, figures cannot be drawn; install it (Debian, Ubuntu: apt install gnuplot-nox)");
}

std::vector<fs::path> draw_chart(const Chart& chart, const fs::path& folder, const std::vector<std::string>& formats,
                                 const std::vector<std::string>& widths) {
  if (const std::string fault = stem_fault(chart.id); !fault.empty())
    throw UsageError("the figure's id '" + printable(chart.id) + "' " + fault + "; it is the name of files");
  const std::string list = joined(formats);
  std::vector<PageFormat> pages;
  for (const std::string& width : widths) pages.push_back(page_format(width));
  require_gnuplot();

  // Everything is made in a folder of its own and moved when it is complete.
  const fs::path work = folder / (chart.id + ".part" + std::to_string(getpid()));
  std::vector<fs::path> pictures;
  try {
    write_file_atomically(work / (chart.id + ".csv"), chart_csv(chart));
    for (const PageFormat& page : pages) {
      const std::string script = chart.id + page.suffix + ".gp";
      write_file_atomically(work / script, page_script(chart, page));
      std::string said;
      if (gnuplot(work, {"-e", "formats = '" + list + "'", "./" + script}, said) != 0)
        throw UsageError("gnuplot failed on the figure " + chart.id + ": " + complaint(said));
    }
    const auto move = [&](const std::string& suffix) {
      const fs::path target = folder / (chart.id + suffix);
      fs::rename(work / target.filename(), target);
      return target;
    };
    move(".csv");
    for (const PageFormat& page : pages) {
      move(page.suffix + ".gp");
      for (const std::string& format : formats) pictures.push_back(move(page.suffix + "." + format));
    }
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(work, ignored);
    throw;
  }
  fs::remove_all(work);
  return pictures;
}

}  // namespace bcd
