#include "algorithms/core/parallel.hpp"

#include <atomic>
#include <catch2/catch.hpp>

#include "algorithms/core/rng.hpp"

using namespace bcd;

namespace {

/// Sets the thread count and restores it at the end of the scope.
class ThreadCount {
 public:
  explicit ThreadCount(int count) : before_(threads()) { set_threads(count); }
  ~ThreadCount() { set_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

}  // namespace

TEST_CASE("for_columns visits every column exactly once", "[parallel]") {
  for (const int count : {1, 2, 3}) {
    const ThreadCount use(count);
    CHECK(threads() == count);
    for (const Index n : {0, 1, 7, 255, 256, 257, 1023, 2049})
      for (const Index block : {Index{1}, Index{10}, kColumnBlock}) {
        std::vector<std::atomic<int>> visits(static_cast<std::size_t>(n));
        std::atomic<int> bad_thread{0}, bad_size{0};
        for_columns(
            n,
            [&](Index first, Index size, int thread) {
              if (thread < 0 || thread >= count) ++bad_thread;
              if (size < 1 || size > block) ++bad_size;
              for (Index j = first; j < first + size; ++j) ++visits[static_cast<std::size_t>(j)];
            },
            block);
        INFO(count << " threads, n = " << n << ", block " << block);
        CHECK(std::all_of(visits.begin(), visits.end(), [](const auto& v) { return v == 1; }));
        CHECK(bad_thread == 0);
        CHECK(bad_size == 0);
      }
  }
}

TEST_CASE("blocks are dealt to threads in a fixed way", "[parallel]") {
  const ThreadCount use(3);
  std::vector<int> owner(10, -1);
  for_columns(
      10, [&](Index first, Index, int thread) { owner[static_cast<std::size_t>(first)] = thread; }, 1);
  CHECK(owner == std::vector<int>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0});
}

TEST_CASE("an exception in a body reaches the caller", "[parallel]") {
  for (const int count : {1, 2, 3}) {
    const ThreadCount use(count);
    const auto run = [] {
      for_columns(1000, [](Index first, Index, int) {
        if (first == 512) throw UsageError("column 512");
      });
    };
    CHECK_THROWS_AS(run(), UsageError);
    CHECK_THROWS_WITH(run(), "column 512");
  }
}

TEST_CASE("sum_over_samples gives the same bits for any thread count", "[parallel]") {
  Rng rng(1, "sum");
  Vector<double> x(5000);
  for (Index j = 0; j < x.size(); ++j) x(j) = rng.normal() * std::exp(10 * rng.normal());
  const auto sum = [&] {
    return sum_over_samples(x.size(), [&](Index first, Index size) { return x.segment(first, size).sum(); });
  };
  double one = 0, two = 0, three = 0;
  {
    const ThreadCount use(1);
    one = sum();
  }
  {
    const ThreadCount use(2);
    two = sum();
  }
  {
    const ThreadCount use(3);
    three = sum();
  }
  CHECK(one == two);
  CHECK(one == three);
  CHECK(one == Approx(x.sum()).epsilon(1e-12));
  CHECK(sum_over_samples(0, [](Index, Index) { return 1.0; }) == 0);
}

TEST_CASE("a thread count below one means one", "[parallel]") {
  const ThreadCount use(0);
  CHECK(threads() == 1);
}
