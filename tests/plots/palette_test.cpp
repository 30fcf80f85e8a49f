// Colours: one per label, and far enough apart for every reader.
#include "plots/palette.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

using Vector = std::array<double, 3>;
using Matrix3 = std::array<Vector, 3>;

Vector product(const Matrix3& m, const Vector& v) {
  Vector out{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t k = 0; k < 3; ++k) out[i] += m[i][k] * v[k];
  return out;
}

/// "#rrggbb" as linear red, green and blue (IEC 61966-2-1).
Vector linear(const std::string& hex) {
  Vector out{};
  for (std::size_t c = 0; c < 3; ++c) {
    const double v = std::stoi(hex.substr(1 + 2 * c, 2), nullptr, 16) / 255.0;
    out[c] = v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
  }
  return out;
}

/// CIE 1976 L*a*b*, in which a distance of about 2.3 can just be seen.
Vector lab(const Vector& rgb) {
  const Matrix3 to_xyz = {{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}};
  Vector clipped = rgb;
  for (double& c : clipped) c = std::clamp(c, 0.0, 1.0);
  Vector f = product(to_xyz, clipped);
  const Vector white = product(to_xyz, {1, 1, 1});
  for (std::size_t i = 0; i < 3; ++i) {
    const double t = f[i] / white[i];
    f[i] = t > 216.0 / 24389 ? std::cbrt(t) : (24389.0 / 27 * t + 16) / 116;
  }
  return {116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])};
}

/// What normal, protan, deutan and tritan eyes see, on linear colours: Machado, Oliveira and Fernandes (2009), full severity.
const std::array<Matrix3, 4> kEyes = {
    {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
     {{{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}}},
     {{{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}}},
     {{{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}}}}};

/// The distance of two colours for the eyes that tell them apart least.
double distance(const std::string& a, const std::string& b) {
  double least = 1e9;
  for (const Matrix3& eye : kEyes) {
    const Vector p = lab(product(eye, linear(a))), q = lab(product(eye, linear(b)));
    least = std::min(least, std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return least;
}

double contrast(const std::string& a, const std::string& b) {
  const auto luminance = [](const std::string& hex) {
    const Vector v = linear(hex);
    return 0.05 + 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2];
  };
  const double p = luminance(a), q = luminance(b);
  return std::max(p, q) / std::min(p, q);
}

}  // namespace

TEST_CASE("readers with any kind of colour blindness can tell the nine colours apart, on white and on dark", "[palette]") {
  CHECK(distance("#8C8C8C", "#CC79A7") < 10);  // the measure does see a pair that deutan eyes confuse
  for (std::size_t i = 0; i < 9; ++i) {
    CHECK(line_style(i).dash.empty());
    CHECK(contrast(line_style(i).colour, "#FFFFFF") > 2);
    CHECK(contrast(line_style(i).dark, "#15181D") > 2.8);
    for (std::size_t j = 0; j < i; ++j) {
      INFO(line_style(i).colour << " and " << line_style(j).colour);
      CHECK(distance(line_style(i).colour, line_style(j).colour) > 14);
      CHECK(distance(line_style(i).dark, line_style(j).dark) > 14);
    }
  }
  CHECK(line_style(9).colour == line_style(0).colour);  // past the ninth the colours come again, dashed
  CHECK_FALSE(line_style(9).dash.empty());
}

TEST_CASE("labels that stand together differ, equal labels have one style everywhere", "[palette]") {
  const auto styles = assign_styles({{"a", "b", "c"}, {"d", "c"}, {"e", "d", "a"}});
  CHECK(styles.at("a") == 0);
  CHECK(styles.at("b") == 1);
  CHECK(styles.at("c") == 2);
  CHECK(styles.at("d") == 1);  // not beside a (later) or c; b is in another figure
  CHECK(styles.at("e") == 2);  // beside a (0) and d (1); c is in another figure
  // The last group changes d alone, which it puts beside a.
  const auto fewer = assign_styles({{"a", "b", "c"}, {"d", "c"}});
  for (const auto& [label, style] : fewer) CHECK((label == "d" || style == styles.at(label)));
}
