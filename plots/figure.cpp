#include "plots/figure.hpp"

#include "algorithms/core/parameters.hpp"
#include "plots/curves.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

namespace bcd {

namespace fs = std::filesystem;

namespace {

/// Okabe and Ito's colours, which colour-blind readers can tell apart; the dash pattern changes when they have been used up.
const std::array<const char*, 7> kColours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"};

struct Style {
  std::string colour;
  int dash;
};

Style style(std::size_t k) { return {kColours[k % kColours.size()], 1 + static_cast<int>(k / kColours.size())}; }

std::string quoted(const std::string& text) {  // gnuplot's single quotes know one escape: '' for '
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string csv_name(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

bool shown(const Panel& panel, const Series& series) {
  return panel.variants.empty() || std::find(panel.variants.begin(), panel.variants.end(), series.label) != panel.variants.end();
}

/// The curves of a figure, panel by panel, with the place of each one's four columns in the CSV file.
struct Drawn {
  Curve curve;
  std::size_t series = 0;  ///< decides the style
  int column = 0;          ///< of x; median, low and high follow
};

std::vector<std::vector<Drawn>> collect(const Figure& figure, const std::vector<Series>& series) {
  std::vector<std::vector<Drawn>> panels;
  int column = 1;
  for (const Panel& panel : figure.panels) {
    panels.emplace_back();
    for (std::size_t k = 0; k < series.size(); ++k) {
      if (!shown(panel, series[k]) || series[k].runs.empty()) continue;
      panels.back().push_back({summarise_curve(panel, series[k]), k, column});
      column += 4;
    }
  }
  return panels;
}

std::string csv(const Figure& figure, const std::vector<std::vector<Drawn>>& panels) {
  std::string text;
  std::vector<const std::vector<double>*> columns;
  for (std::size_t p = 0; p < panels.size(); ++p)
    for (const Drawn& d : panels[p]) {
      const auto name = [&](const std::string& what) { return (text.empty() ? "" : ",") + csv_name(d.curve.label + ": " + what); };
      text += name(figure.panels[p].x);
      for (const char* quantile : {" median", " low", " high"}) text += name(figure.panels[p].y + quantile);
      for (const auto* values : {&d.curve.x, &d.curve.median, &d.curve.low, &d.curve.high}) columns.push_back(values);
    }
  std::size_t rows = 0;
  for (const auto* values : columns) rows = std::max(rows, values->size());
  for (std::size_t i = 0; i < rows; ++i) {
    text += '\n';
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) text += ',';
      if (i < columns[c]->size()) text += number_text((*columns[c])[i]);
    }
  }
  return text + "\n";
}

/// Where the panels and the common legend stand on the page, in fractions of its size.
struct Layout {
  std::size_t columns, rows, legend_rows;
  int width, height;  ///< pixels (svg, png); the PDF is width/96 inches
  double legend;      ///< height of the legend's strip
};

Layout layout(const Figure& figure, const std::vector<Series>& series) {
  Layout l{};
  l.columns = std::min<std::size_t>(3, figure.panels.size());
  l.rows = (figure.panels.size() + l.columns - 1) / l.columns;
  l.width = static_cast<int>(l.columns == 1 ? 560 : 400 * l.columns);
  std::size_t longest = 0;
  for (const Series& s : series) longest = std::max(longest, s.label.size());
  const std::size_t across = std::max<std::size_t>(1, static_cast<std::size_t>(l.width) / (70 + 8 * longest));
  l.legend_rows = (series.size() + across - 1) / across;
  const int strip = 14 + 20 * static_cast<int>(l.legend_rows);
  l.height = static_cast<int>(310 * l.rows) + strip + 30;
  l.legend = static_cast<double>(strip) / l.height;
  return l;
}

std::string axis(const char* name, const std::string& label, const std::string& column, bool log) {
  std::ostringstream out;
  // A label of the author's may use gnuplot's V_N and x^2; a column's name is text.
  out << "  set " << name << "label " << quoted(label.empty() ? column : label) << (label.empty() || label == column ? " noenhanced" : " enhanced") << "\n";
  if (log) out << "  set logscale " << name << "\n  set format " << name << " '10^{%L}'\n";
  else out << "  unset logscale " << name << "\n  set format " << name << " '%g'\n";
  return out.str();
}

std::string panel_script(const Panel& panel, const std::vector<Drawn>& drawn, const std::string& data) {
  std::ostringstream out;
  out << "  set title " << quoted(panel.title) << "\n" << axis("x", panel.x_label, panel.x, panel.log_x) << axis("y", panel.y_label, panel.y, panel.log_y);
  if (panel.y_min != panel.y_max) out << "  set yrange [" << number_text(panel.y_min) << ":" << number_text(panel.y_max) << "]\n";
  else out << "  set autoscale y\n";
  out << "  unset label\n";
  for (const Drawn& d : drawn)
    if (d.curve.diverged && !d.curve.x.empty())
      out << "  set label '' at " << number_text(d.curve.x.back()) << "," << number_text(d.curve.median.back()) << " point pt 2 ps 1.2 lw 2 lc rgb '"
          << style(d.series).colour << "'\n";
  out << "  plot \\\n";
  for (const Drawn& d : drawn)
    if (d.curve.runs > 1)
      out << "    " << quoted(data) << " using " << d.column << ":" << d.column + 2 << ":" << d.column + 3 << " with filledcurves lc rgb '"
          << style(d.series).colour << "' fs transparent solid 0.2 noborder notitle, \\\n";
  for (std::size_t k = 0; k < drawn.size(); ++k)
    out << "    " << quoted(data) << " using " << drawn[k].column << ":" << drawn[k].column + 1 << " with lines lw 2 lc rgb '"
        << style(drawn[k].series).colour << "' dt " << style(drawn[k].series).dash << " notitle" << (k + 1 < drawn.size() ? ", \\\n" : "\n");
  return out.str();
}

std::string script(const Figure& figure, const std::vector<Series>& series, const std::vector<std::vector<Drawn>>& panels) {
  const Layout l = layout(figure, series);
  std::ostringstream out;
  out << "# " << figure.id << ": run `gnuplot " << figure.id << ".gp` in this folder to draw it again.\n"
      << "if (!exists(\"formats\")) formats = 'svg pdf png'\n"
      << "set datafile separator ','\nset datafile missing ''\nset encoding utf8\n"
      << "do for [f in formats] {\n"
      << "  reset\n  set datafile separator ','\n"
      << "  if (f eq 'svg') { set terminal svg size " << l.width << "," << l.height << " enhanced font 'Helvetica,13' background 'white' }\n"
      << "  if (f eq 'pdf') { set terminal pdfcairo size " << number_text(std::round(100.0 * l.width / 96) / 100) << "in,"
      << number_text(std::round(100.0 * l.height / 96) / 100) << "in enhanced font 'Helvetica,10' }\n"
      << "  if (f eq 'png') { set terminal pngcairo size " << 2 * l.width << "," << 2 * l.height << " enhanced font 'Helvetica,13' fontscale 2 linewidth 2 pointscale 2 background 'white' }\n"
      << "  set output " << quoted(figure.id + ".") << ".f\n"
      << "  set grid lc rgb '#dddddd' lw 0.5\n  set border 3 lc rgb '#444444'\n  set tics nomirror textcolor rgb '#222222'\n  unset key\n"
      << "  set multiplot title " << quoted(figure.title) << " noenhanced font ',14'\n";
  const double top = 1 - 38.0 / l.height, cell_w = 1.0 / static_cast<double>(l.columns), cell_h = (top - l.legend) / static_cast<double>(l.rows);
  for (std::size_t p = 0; p < panels.size(); ++p) {
    const double x0 = static_cast<double>(p % l.columns) * cell_w, y1 = top - static_cast<double>(p / l.columns) * cell_h;
    out << "  set lmargin at screen " << number_text(x0 + 72.0 / l.width) << "\n  set rmargin at screen " << number_text(x0 + cell_w - 18.0 / l.width)
        << "\n  set tmargin at screen " << number_text(y1 - 8.0 / l.height) << "\n  set bmargin at screen " << number_text(y1 - cell_h + 52.0 / l.height) << "\n";
    if (panels[p].empty()) continue;
    out << panel_script(figure.panels[p], panels[p], figure.id + ".csv");
  }
  out << "  unset title; unset xlabel; unset ylabel; unset logscale; unset border; unset tics; unset grid; unset label\n"
      << "  set lmargin at screen 0.02\n  set rmargin at screen 0.98\n  set bmargin at screen 0.005\n  set tmargin at screen " << number_text(l.legend) << "\n"
      << "  set xrange [0:1]\n  set yrange [0:1]\n  set key center center horizontal noenhanced maxrows " << l.legend_rows << " samplen 2 spacing 1.1\n  plot \\\n";
  for (std::size_t k = 0; k < series.size(); ++k)
    out << "    -1 with lines lw 2 lc rgb '" << style(k).colour << "' dt " << style(k).dash << " title " << quoted(series[k].label)
        << (k + 1 < series.size() ? ", \\\n" : "\n");
  out << "  unset multiplot\n  set output\n}\n";
  return out.str();
}

/// Runs gnuplot in `folder`; throws UsageError with what it printed.
void run_gnuplot(const fs::path& folder, const std::string& script_name, const std::string& formats) {
  int channel[2];
  if (pipe(channel) != 0) throw std::runtime_error("no pipe for gnuplot");
  const pid_t child = fork();
  if (child == 0) {
    dup2(channel[1], 1);
    dup2(channel[1], 2);
    close(channel[0]);
    if (chdir(folder.c_str()) != 0) _exit(126);
    const std::string set = "formats='" + formats + "'";
    execlp("gnuplot", "gnuplot", "-e", set.c_str(), script_name.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  close(channel[1]);
  std::string said;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = read(channel[0], buffer.data(), buffer.size())) > 0;) said.append(buffer.data(), static_cast<std::size_t>(got));
  close(channel[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    throw UsageError("gnuplot is not installed, figures cannot be drawn; install it (Debian, Ubuntu: apt install gnuplot-nox)");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) throw UsageError("gnuplot failed on " + script_name + ": " + said);
}

}  // namespace

std::vector<fs::path> draw_figure(const Figure& figure, const std::vector<Series>& series, const fs::path& folder, const std::vector<std::string>& formats) {
  if (figure.kind != "curves") throw UsageError(unknown_name("kind of figure", figure.kind, {"curves"}));
  std::string list;
  for (const std::string& format : formats) {
    if (format != "svg" && format != "pdf" && format != "png") throw UsageError(unknown_name("format", format, {"svg", "pdf", "png"}));
    list += (list.empty() ? "" : " ") + format;
  }
  std::vector<Series> drawn;  // a legend entry only for what some panel shows
  for (const Series& s : series)
    if (std::any_of(figure.panels.begin(), figure.panels.end(), [&](const Panel& p) { return shown(p, s); })) drawn.push_back(s);
  const auto panels = collect(figure, drawn);

  // Everything is made in a folder of its own and renamed when it is complete.
  fs::create_directories(folder);
  const fs::path work = folder / (figure.id + ".part" + std::to_string(getpid()));
  fs::create_directories(work);
  std::vector<fs::path> pictures;
  try {
    std::ofstream(work / (figure.id + ".csv")) << csv(figure, panels);
    std::ofstream(work / (figure.id + ".gp")) << script(figure, drawn, panels);
    run_gnuplot(work, figure.id + ".gp", list);
    for (const fs::directory_entry& entry : fs::directory_iterator(work)) fs::rename(entry.path(), folder / entry.path().filename());
    for (const std::string& format : formats) pictures.push_back(folder / (figure.id + "." + format));
  } catch (...) {
    fs::remove_all(work);
    throw;
  }
  fs::remove_all(work);
  return pictures;
}

}  // namespace bcd
