#include "experiments/outside/pieces_contract.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>

#include "algorithms/core/rounding.hpp"
#include "algorithms/core/text.hpp"
#include "datasets/own.hpp"

namespace bcd {

namespace {

using Function = std::function<double(double)>;
using Range1 = std::pair<double, double>;

constexpr double kWidest = 32;

/// Sorted: an even grid, which holds 0 and the whole numbers, neighbours of these, and random points.
std::vector<double> sample_points(bool neighbours = true) {
  std::vector<double> points;
  for (int k = -128; k <= 128; ++k) points.push_back(k * (kWidest / 128));
  for (int k = -4; neighbours && k <= 4; ++k) points.insert(points.end(), {k - 1e-9, k + 1e-9});
  Rng rng(11, "pieces");
  for (const double width : {0.1, 3.0, kWidest})
    for (int k = 0; k < 100; ++k) points.push_back(rng.uniform(-width, width));
  std::sort(points.begin(), points.end());
  return points;
}

/// Collects the first faults of one check; what a body throws is one.
class Check {
 public:
  template <class Body>
  Check(std::string name, Body&& body) : check_{std::move(name), {}} {
    try {
      body(*this);
    } catch (const std::exception& e) {
      check_.faults.push_back(std::string("threw: ") + e.what());
    }
  }
  void require(bool holds, const std::string& otherwise) {
    if (!holds && check_.faults.size() < 3) check_.faults.push_back(otherwise);
  }
  operator PieceCheck() const { return check_; }

 private:
  PieceCheck check_;
};

/// (f(u + right) - f(u - left)) / (right + left), and a bound on its error by what half the step changes and by the rounding of
/// f. Where f has a kink close by the bound is large.
struct Slope {
  double value, error;
};
Slope slope_by_differences(const Function& f, double u, bool left, bool right, double width = 1e-4) {
  const double h = width * std::max(1.0, std::abs(u));
  const auto quotient = [&](double step) {
    const double a = left ? u - step : u, b = right ? u + step : u;
    return (f(b) - f(a)) / (b - a);
  };
  const double once = quotient(h), twice = quotient(h / 2),
               size = 1 + std::abs(u) + std::abs(f(u)) + std::abs(f(u + h)) + std::abs(f(u - h));
  return {twice, 3 * std::abs(once - twice) + 64 * kEps * (size / h + std::abs(u * twice) / h)};
}

std::string at(double u) { return " at " + number_text(u); }

void compare_with_differences(Check& check, const std::string& what, const Function& f, const Function& derivative,
                              const std::string& where = "") {
  for (const double u : sample_points()) {
    const Slope slope = slope_by_differences(f, u, true, true), left = slope_by_differences(f, u, true, false),
                right = slope_by_differences(f, u, false, true);
    if (std::abs(left.value - right.value) > 2 * (left.error + right.error)) continue;  // a kink
    check.require(std::abs(derivative(u) - slope.value) <= slope.error,
                  what + at(u) + where + " is " + number_text(derivative(u)) + ", differences give " + show(slope.value, 10));
  }
}

/// The slopes on both sides, and the derivative, lie in the subdifferential, which is one number away from kinks.
void compare_subdifferential(Check& check, const Function& f, const Function& derivative,
                             const std::function<Range1(double)>& subdifferential, const std::string& where = "") {
  for (const double u : sample_points(false)) {
    const auto [lo, hi] = subdifferential(u);
    Slope left = slope_by_differences(f, u, true, false), right = slope_by_differences(f, u, false, true);
    if (std::abs(left.value - right.value) > 2 * (left.error + right.error)) {  // a kink at u, or only close to it
      left = slope_by_differences(f, u, true, false, 1e-7);
      right = slope_by_differences(f, u, false, true, 1e-7);
    }
    const std::string interval = "[" + number_text(lo) + ", " + number_text(hi) + "]" + at(u) + where;
    check.require(hi - lo <= std::abs(right.value - left.value) + left.error + right.error,
                  "the interval " + interval + " is wider than the slopes on both sides say");
    const auto outside = [lo = lo, hi = hi](const Slope& s) { return s.value < lo - s.error || s.value > hi + s.error; };
    check.require(lo <= hi, "the interval " + interval + " is empty");
    check.require(lo <= derivative(u) && derivative(u) <= hi, "the derivative is not in the interval " + interval);
    check.require(!outside(left) && !outside(right), "a slope beside the point is not in the interval " + interval);
  }
}

/// |f(a) - f(b)| <= L |a - b| for neighbours, where L = bound(largest of |a|, |b|).
void compare_bound(Check& check, const std::string& what, const Function& f, const Function& bound,
                   const std::string& where = "") {
  const std::vector<double> points = sample_points();
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double a = points[i], b = points[i + 1], L = bound(std::max(std::abs(a), std::abs(b)));
    const double change = std::abs(f(b) - f(a)), rounding = 16 * kEps * (std::abs(f(a)) + std::abs(f(b)) + L * std::abs(b));
    check.require(change <= L * (b - a) + rounding, what + " " + number_text(L) +
                                                        " is too small: " + show(change / (b - a), 6) + " between " +
                                                        number_text(a) + " and " + number_text(b) + where);
  }
}

void check_radii(Check& check, const std::string& what, const Function& bound) {
  double last = 0;
  for (double radius = 1e-3; radius < 1e6; radius *= 10) {
    const double L = bound(radius);
    check.require(std::isfinite(L) && L >= 0, what + at(radius) + " is " + number_text(L) + "; it must be finite");
    check.require(L >= last, what + " falls from " + number_text(last) + " to " + number_text(L) + " as the radius grows to " +
                                 number_text(radius));
    last = L;
  }
  check.require(bound(std::numeric_limits<double>::infinity()) >= last,
                what + " of an infinite radius is less than of a finite one");
}

void check_finite(Check& check, const std::string& what, const Function& f, const std::string& where = "") {
  for (const double u : sample_points()) check.require(std::isfinite(f(u)), what + at(u) + where + " is not finite");
  check.require(std::isnan(f(kNaN)), what + " of NaN" + where + " is not NaN, so that a missing update would not show");
}

// ---- losses ----

const std::vector<double>& targets(const OwnLoss& own) {
  static const std::vector<double> signs = {-1, 1}, numbers = {-2.5, -1, 0, 0.3, 1, 7};
  return own.target_code == TargetCode::signed_one ? signs : numbers;
}

/// body(value, derivative, subdifferential in v, " for the target y") for each target.
template <class Body>
void for_targets(const OwnLoss& own, Body&& body) {
  for (const double y : targets(own))
    body([&own, y](double v) { return own.value(v, y); }, [&own, y](double v) { return own.derivative(v, y); }, y,
         " for the target " + number_text(y));
}

/// A jump of the derivative is as large between points close to each other as between points further apart.
void check_continuous(Check& check, const Function& derivative, double y, const std::string& where) {
  for (const double u : {-1.0, 0.0, 1.0, y - 1, y, y + 1}) {
    const auto change = [&](double reach) { return std::abs(derivative(u + reach) - derivative(u - reach)); };
    check.require(change(1e-9) <= 0.5 * change(1e-3) + 64 * kEps * (1 + std::abs(derivative(u))),
                  "the loss is said to be smooth, but its derivative jumps" + at(u) + where);
  }
}

double prox_of(const OwnLoss& own, double kappa, double b, double y) {
  Loss loss;
  loss.kind = Loss::Kind::own;
  loss.own = &own;
  const Matrix<double> B = Matrix<double>::Constant(1, 1, b), Y = Matrix<double>::Constant(1, 1, y);
  Matrix<double> V(1, 1);
  loss.prox<double>(kappa, 1.0, B, Y, V);
  return V(0, 0);
}

/// Against the bisection for a convex loss, whose objective grows by 1/2 |v - v*|^2 around its minimiser v*.
void check_prox(Check& check, const OwnLoss& own) {
  OwnLoss without = own;
  without.prox = {};
  for (const double y : targets(own))
    for (const double kappa : {0.01, 0.3, 1.0, 20.0})
      for (const double b : sample_points()) {
        const double v = own.prox(kappa, b, y);
        const auto objective = [&](double x) { return kappa * own.value(x, y) + 0.5 * (x - b) * (x - b); };
        const std::string where = " for kappa = " + number_text(kappa) + ", b = " + number_text(b) + ", y = " + number_text(y);
        if (own.convex) {
          const double exact = prox_of(without, kappa, b, y), tolerance = 1e-8 * (1 + std::abs(b) + std::abs(exact));
          check.require(std::abs(v - exact) <= tolerance,
                        "prox is " + number_text(v) + where + ", the minimiser is " + show(exact, 10));
        }
        for (const double probe : {b, y, v - 1e-3, v + 1e-3})
          check.require(objective(v) <= objective(probe) + 1e-12 * (1 + std::abs(objective(probe))),
                        "prox is " + number_text(v) + where + ", but " + number_text(probe) + " is better");
      }
}

void check_convex(Check& check, const OwnLoss& own) {
  const std::vector<double> points = sample_points();
  for_targets(own, [&](const Function& value, const Function& derivative, double, const std::string& where) {
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
      const double a = points[i], b = points[i + 1], da = derivative(a), db = derivative(b);
      check.require(db >= da - 64 * kEps * (std::abs(da) + std::abs(db)),
                    "the derivative falls between " + number_text(a) + " and " + number_text(b) + where);
      const double middle = value((a + b) / 2), mean = (value(a) + value(b)) / 2;
      check.require(
          middle <= mean + 64 * kEps * (std::abs(mean) + std::abs(middle) + 1),
          "the value in the middle of " + number_text(a) + " and " + number_text(b) + where + " is above the mean of both");
    }
  });
}

// ---- data ----

/// Own: a piece with a fault() and a title.
template <class Own>
auto complete(const Own& own) {
  return [&own](Check& c) {
    c.require(own.fault().empty(), own.fault());
    c.require(!own.title.empty(), "has no title");
  };
}

bool same_bits(const Matrix<double>& a, const Matrix<double>& b) {
  return a.rows() == b.rows() && a.cols() == b.cols() &&
         (a.size() == 0 || std::memcmp(a.data(), b.data(), sizeof(double) * static_cast<std::size_t>(a.size())) == 0);
}

bool same(const OwnSamples& a, const OwnSamples& b) {
  return same_bits(a.X, b.X) && same_bits(a.Y, b.Y) && same_bits(a.X_test, b.X_test) && same_bits(a.Y_test, b.Y_test) &&
         a.labels == b.labels && a.labels_test == b.labels_test && a.names == b.names;
}

}  // namespace

std::vector<PieceCheck> activation_checks(const OwnActivation& own) {
  std::vector<PieceCheck> list;
  const auto add = [&list](const std::string& name, auto body) { list.push_back(Check(name, body)); };
  add("has a name and all that it needs", complete(own));
  if (!own.fault().empty()) return list;
  add("is finite where its argument is, and NaN where that is", [&](Check& c) {
    check_finite(c, "the value", own.value);
    check_finite(c, "the derivative", own.derivative);
    if (own.smooth) check_finite(c, "the second derivative", own.second_derivative);
  });
  add("has the derivative that differences show",
      [&](Check& c) { compare_with_differences(c, "the derivative", own.value, own.derivative); });
  if (own.smooth)
    add("has the second derivative that differences show",
        [&](Check& c) { compare_with_differences(c, "the second derivative", own.derivative, own.second_derivative); });
  else
    add("has the subdifferential that differences show",
        [&](Check& c) { compare_subdifferential(c, own.value, own.derivative, own.subdifferential); });
  add("has Lipschitz constants that no sample breaks", [&](Check& c) {
    check_radii(c, "lipschitz", own.lipschitz);
    compare_bound(c, "lipschitz", own.value, own.lipschitz);
    if (!own.smooth) return;
    check_radii(c, "derivative_lipschitz", own.derivative_lipschitz);
    compare_bound(c, "derivative_lipschitz", own.derivative, own.derivative_lipschitz);
  });
  return list;
}

std::vector<PieceCheck> loss_checks(const OwnLoss& own) {
  std::vector<PieceCheck> list;
  const auto add = [&list](const std::string& name, auto body) { list.push_back(Check(name, body)); };
  add("has a name and all that it needs", complete(own));
  if (!own.fault().empty()) return list;
  add("is finite where its argument is, and NaN where that is", [&](Check& c) {
    for_targets(own, [&](const Function& value, const Function& derivative, double, const std::string& where) {
      check_finite(c, "the value", value, where);
      check_finite(c, "the derivative", derivative, where);
    });
  });
  add("has the derivative that differences show", [&](Check& c) {
    for_targets(own, [&](const Function& value, const Function& derivative, double, const std::string& where) {
      compare_with_differences(c, "the derivative", value, derivative, where);
    });
  });
  if (own.smooth)
    add("has a continuous derivative", [&](Check& c) {
      for_targets(own, [&](const Function&, const Function& derivative, double y, const std::string& where) {
        check_continuous(c, derivative, y, where);
      });
    });
  if (!own.smooth)
    add("has the subdifferential that differences show", [&](Check& c) {
      for_targets(own, [&](const Function& value, const Function& derivative, double y, const std::string& where) {
        compare_subdifferential(
            c, value, derivative, [&own, y](double v) { return own.subdifferential(v, y); }, where);
      });
    });
  if (std::isfinite(own.gradient_lipschitz))
    add("has a gradient_lipschitz that no sample breaks", [&](Check& c) {
      for_targets(own, [&](const Function&, const Function& derivative, double, const std::string& where) {
        compare_bound(
            c, "gradient_lipschitz", derivative, [&own](double) { return own.gradient_lipschitz; }, where);
      });
    });
  if (own.convex) add("is convex", [&](Check& c) { check_convex(c, own); });
  if (own.prox) add("has the proximal operator that its value asks for", [&](Check& c) { check_prox(c, own); });
  return list;
}

std::vector<PieceCheck> data_checks(const OwnData& own) {
  std::vector<PieceCheck> list;
  const auto add = [&list](const std::string& name, auto body) { list.push_back(Check(name, body)); };
  add("has a name, a licence and all that it needs", [&](Check& c) {
    own_source(own);
    c.require(!own.title.empty(), "has no title");
    for (const OwnOption& option : own.options) c.require(!option.help.empty(), "the option " + option.name + " has no help");
  });
  if (!list.front().faults.empty()) return list;
  std::map<std::string, std::string> options;
  for (const OwnOption& option : own.options) options[option.name] = option.fallback;
  add("gives finite samples whose shapes fit", [&](Check& c) {
    const std::string fault = samples_fault(own.load(options, 1));
    c.require(fault.empty(), fault);
  });
  add("gives the same bits for the same options and seed", [&](Check& c) {
    const OwnSamples first = own.load(options, 1);
    own.load(options, 2);
    c.require(same(first, own.load(options, 1)), "the data of seed 1 are others when they are made again");
  });
  return list;
}

}  // namespace bcd
