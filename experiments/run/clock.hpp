// A stop watch: adds up the time of the calls it is given.
#pragma once

#include <chrono>
#include <utility>

namespace bcd {

class Clock {
 public:
  double seconds() const { return std::chrono::duration<double>(total_).count(); }
  /// Takes back time that was measured within time() but belongs to another clock.
  void subtract(double seconds) {
    total_ -= std::chrono::duration_cast<Steady::duration>(std::chrono::duration<double>(seconds));
  }
  void add(double seconds) { subtract(-seconds); }
  template <class Body>
  void time(Body&& body) {
    const Running running(*this);
    std::forward<Body>(body)();
  }

 private:
  using Steady = std::chrono::steady_clock;
  /// Stops on leaving the scope, by an exception too.
  struct Running {
    explicit Running(Clock& c) : clock(c), begin(Steady::now()) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { clock.total_ += Steady::now() - begin; }
    Clock& clock;
    Steady::time_point begin;
  };
  Steady::duration total_{0};
};

}  // namespace bcd
