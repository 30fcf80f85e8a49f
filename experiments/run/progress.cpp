#include "experiments/run/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <limits>

namespace bcd {
namespace {

constexpr const char* kClearLine = "\r\033[K";

int terminal_width(int descriptor) {
  if (!isatty(descriptor)) return 0;
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string details(const Progress& progress) {
  std::string text = std::to_string(progress.iteration) + "/" + std::to_string(progress.iterations);
  const double left = seconds_left(progress);
  if (std::isfinite(left)) text += ", ETA " + duration_text(left);
  if (!progress.headline.empty()) text += ", " + progress.headline;
  return text;
}

}  // namespace

ProgressReporter ProgressReporter::for_stderr() { return {std::cerr, terminal_width(STDERR_FILENO)}; }

void ProgressReporter::start(const std::string& label) {
  label_ = label;
  shown_at_ = 0;
  if (width_ > 0)
    out_ << kClearLine << label_ << std::flush;
  else
    out_ << label_ << ": started" << std::endl;
}

void ProgressReporter::skip(const std::string& label, const std::string& outcome) {
  label_ = label;
  finish(outcome);
}

void ProgressReporter::update(const Progress& progress) {
  if (progress.seconds - shown_at_ < (width_ > 0 ? kBarInterval : kLogInterval)) return;
  shown_at_ = progress.seconds;
  if (width_ == 0) {
    out_ << label_ << ": " << details(progress) << std::endl;
    return;
  }
  const double fraction =
      progress.iterations > 0 ? static_cast<double>(progress.iteration) / static_cast<double>(progress.iterations) : 0.0;
  // One column is left free: some terminals wrap as soon as the last one is written.
  const std::string line = label_ + ": " + bar_text(fraction, 20) + " " + details(progress);
  out_ << kClearLine << line.substr(0, static_cast<std::size_t>(std::max(1, width_ - 1))) << std::flush;
}

void ProgressReporter::finish(const std::string& outcome) {
  out_ << (width_ > 0 ? kClearLine : "") << label_ << ": " << outcome << std::endl;
}

std::string duration_text(double seconds) {
  char text[64];
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (seconds < 9.95)
    std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (whole < 60)
    std::snprintf(text, sizeof text, "%lld s", whole);
  else if (whole < 3600)
    std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole % 3600 / 60);
  return text;
}

std::string bar_text(double fraction, int width) {
  const auto filled = static_cast<std::size_t>(std::lround(std::clamp(fraction, 0.0, 1.0) * width));
  return "[" + std::string(filled, '#') + std::string(static_cast<std::size_t>(width) - filled, '.') + "]";
}

double seconds_left(const Progress& progress) {
  if (progress.iteration <= 0) return std::numeric_limits<double>::quiet_NaN();
  return progress.seconds / static_cast<double>(progress.iteration) *
         static_cast<double>(progress.iterations - progress.iteration);
}

}  // namespace bcd
