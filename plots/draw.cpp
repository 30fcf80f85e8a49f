#include "plots/draw.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "algorithms/core/parameters.hpp"
#include "plots/kinds/chart.hpp"
#include "plots/kinds/rates.hpp"
#include "plots/page.hpp"

namespace bcd {
namespace {

namespace fs = std::filesystem;

std::string csv_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

/// Four columns per curve: x, median, low, high; a shorter curve's are empty at the end.
std::string csv(const Figure& figure, const std::vector<std::vector<Drawn>>& panels) {
  std::string text;
  std::vector<const std::vector<double>*> columns;
  const auto add = [&](const std::string& name, const std::vector<double>& values) {
    text += (columns.empty() ? "" : ",") + csv_text(name);
    columns.push_back(&values);
  };
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (const Drawn& d : panels[p]) {
      const std::string prefix = d.curve.label + ": ", y = prefix + figure.panels[p].y;
      add(prefix + figure.panels[p].x, d.curve.x);
      add(y + " median", d.curve.median);
      add(y + " low", d.curve.low);
      add(y + " high", d.curve.high);
    }
  std::size_t rows = 0;
  for (const auto* values : columns) rows = std::max(rows, values->size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < columns.size(); ++c) {
      text += c > 0 ? "," : "\n";
      if (i < columns[c]->size()) text += number_text((*columns[c])[i]);
    }
  return text + "\n";
}

/// Runs gnuplot in `folder` with both outputs caught; returns its exit code (127: there is no gnuplot).
int gnuplot(const fs::path& folder, const std::vector<std::string>& arguments, std::string& said) {
  std::vector<char*> argv;
  std::vector<std::string> words = {"gnuplot"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int channel[2];
  if (pipe(channel) != 0) throw std::runtime_error("no pipe for gnuplot");
  const pid_t child = fork();
  if (child == 0) {
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
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

void require_gnuplot() {
  std::string said;
  if (gnuplot("/", {"--version"}, said) == 127)
    throw UsageError("gnuplot is not installed, figures cannot be drawn; install it (Debian, Ubuntu: apt install gnuplot-nox)");
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

FigureText figure_text(const Figure& figure, const std::vector<Series>& series, const PageFormat& page) {
  if (figure.kind == "rates") return rates_figure(figure, shown_series(figure, series), page);
  if (figure.kind != "curves") throw UsageError(unknown_name("kind of figure", figure.kind, figure_kinds()));
  const Chart chart = chart_of(figure, series);
  return {csv(figure, chart.panels), page_script(figure, chart, page)};
}

}  // namespace

const std::vector<std::string>& figure_kinds() {
  static const std::vector<std::string> kinds = {"curves", "rates"};
  return kinds;
}

std::vector<fs::path> draw_figure(const Figure& figure, const std::vector<Series>& series, const fs::path& folder,
                                  const std::vector<std::string>& formats, const std::vector<std::string>& widths) {
  const std::string list = joined(formats);
  std::vector<PageFormat> pages;
  std::vector<FigureText> texts;
  for (const std::string& width : widths) {
    pages.push_back(page_format(width));
    texts.push_back(figure_text(figure, series, pages.back()));
  }
  require_gnuplot();

  // Everything is made in a folder of its own and moved when it is complete.
  const fs::path work = folder / (figure.id + ".part" + std::to_string(getpid()));
  std::vector<fs::path> pictures;
  try {
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const std::string script = figure.id + pages[i].suffix + ".gp";
      write_file_atomically(work / (figure.id + ".csv"), texts[i].csv);  // the same at every width
      write_file_atomically(work / script, texts[i].script);
      std::string said;
      if (gnuplot(work, {"-e", "formats = '" + list + "'", script}, said) != 0)
        throw UsageError("gnuplot failed on the figure " + figure.id + ": " + said);
    }
    const auto move = [&](const std::string& suffix) {
      const fs::path target = folder / (figure.id + suffix);
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
