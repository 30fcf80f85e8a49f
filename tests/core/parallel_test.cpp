#include "algorithms/core/parallel.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <limits>
#include <set>
#include <thread>

#include "algorithms/core/rng.hpp"
#include "tests/support/catch.hpp"

using namespace bcd;

namespace {

constexpr double kMuch = 1e12;  // work of a column that is always worth a thread

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

/// Numbers of very different sizes, so that the order of their sum shows in its bits.
Vector<double> wild(Index n) {
  Rng rng(1, "sum");
  Vector<double> x(n);
  for (Index j = 0; j < x.size(); ++j) x(j) = rng.normal() * std::exp(2 * rng.normal());
  return x;
}

/// Sum and sum of squares.
Eigen::Array2d sample_sum(const Vector<double>& x, SampleSum<double>& sums) {
  const double* total = sums(x.size(), kMuch, 2, [&](Index first, Index count, int, double* sum) {
    sum[0] += x.segment(first, count).sum();
    sum[1] += x.segment(first, count).squaredNorm();
  });
  return {total[0], total[1]};
}

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
            n, kMuch,
            [&](Index first, Index size, int thread) {
              if (thread < 0 || thread >= count) ++bad_thread;
              if (size < 1 || size > block || first % block != 0) ++bad_size;
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

TEST_CASE("work is shared out if it is worth it, and only then", "[parallel]") {
  const ThreadCount use(3);
  const auto who = [](double work, int pieces) {
    std::mutex mutex;
    std::set<std::thread::id> found;
    std::atomic<int> inside{0};
    share_out(pieces, work, [&](Index, int) {
      {
        const std::lock_guard lock(mutex);
        found.insert(std::this_thread::get_id());
      }
      // Stays until the others are here too, or for a while: on a busy machine they may come late.
      const auto begin = std::chrono::steady_clock::now();
      for (++inside; inside < pieces && std::chrono::steady_clock::now() - begin < std::chrono::seconds(work > 2e6 ? 20 : 0);)
        std::this_thread::yield();
    });
    return found;
  };
  CHECK(who(0.9 * work_of_a_thread() * 2, 3) == std::set{std::this_thread::get_id()});
  CHECK(who(2.1 * work_of_a_thread(), 2).size() == 2);
  CHECK(who(3.1 * work_of_a_thread(), 3).size() == 3);
}

TEST_CASE("within a body, and from another thread of the caller's, the work is done at once", "[parallel]") {
  const ThreadCount use(2);
  std::atomic<int> visits{0};
  for_columns(
      4, kMuch,
      [&](Index, Index, int) {
        for_columns(
            5, kMuch, [&](Index, Index, int) { ++visits; }, 1);
      },
      1);
  CHECK(visits == 20);
  std::thread([&] {
    for_columns(
        5, kMuch, [&](Index, Index, int) { ++visits; }, 1);
  }).join();
  CHECK(visits == 25);
}

TEST_CASE("waiting threads use no processor time", "[parallel]") {
  const ThreadCount use(3);
  const Vector<double> x = wild(5000);
  SampleSum<double> sums;
  (void)sample_sum(x, sums);  // the threads are there now
  const std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  CHECK(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC < 0.1);
}

TEST_CASE("a process made by fork has threads of its own", "[parallel]") {
  const ThreadCount use(2);
  const Vector<double> x = wild(5000);
  SampleSum<double> sums;
  const double before = sample_sum(x, sums)[0];
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    _exit(sample_sum(x, sums)[0] == before ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("the exception of the first piece that throws reaches the caller", "[parallel]") {
  for (const int count : {1, 2, 3}) {
    const ThreadCount use(count);
    const auto run = [] {
      for_columns(1000, kMuch, [](Index first, Index, int) {
        if (first >= 512) throw UsageError("column " + std::to_string(first));
      });
    };
    for (int i = 0; i < 20; ++i) {
      CHECK_THROWS_AS(run(), UsageError);
      CHECK_THROWS_WITH(run(), "column 512");
    }
    SampleSum<double> sums;
    CHECK_THROWS_AS(sums(3000, kMuch, 1, [](Index, Index, int, double*) { throw UsageError("no"); }), UsageError);
    CHECK(sample_sum(Vector<double>::Ones(3000), sums)[0] == 3000);  // and the buffers are all there again
  }
}

TEST_CASE("sums over samples have the same bits for any number of threads", "[parallel]") {
  const Vector<double> x = wild(5000);
  SampleSum<double> sums;
  const auto both = [&](int count) {
    const ThreadCount use(count);
    const double blocks =
        sum_over_samples(x.size(), kMuch, [&](Index first, Index size) { return x.segment(first, size).sum(); });
    const Eigen::Array2d leaves = sample_sum(x, sums);
    return Eigen::Array3d(blocks, leaves[0], leaves[1]);
  };
  const Eigen::Array3d one = both(1);
  for (const int count : {2, 3, 7})
    for (int repetition = 0; repetition < 20; ++repetition) CHECK((both(count) == one).all());
  const double scale = x.cwiseAbs().sum();
  CHECK(std::abs(one[0] - x.sum()) < 1e-12 * scale);
  CHECK(std::abs(one[1] - x.sum()) < 1e-12 * scale);
  CHECK(one[2] == Approx(x.squaredNorm()).epsilon(1e-12));
  CHECK(sum_over_samples(0, kMuch, [](Index, Index) { return 1.0; }) == 0);
  CHECK((sample_sum(Vector<double>(0), sums) == 0).all());

  // The same numbers split by threads do not: that is what the test could see.
  bool differs = false;
  for (Index first = 500; first < x.size(); first += 500)
    differs = differs || x.head(first).sum() + x.tail(x.size() - first).sum() != one[1];
  CHECK(differs);
}

TEST_CASE("leaves are added along the binary tree over their numbers", "[parallel]") {
  Vector<double> x = Vector<double>::Zero(kColumnBlock * 6 + 100);  // seven leaves of one block
  const double half_unit =
      std::numeric_limits<double>::epsilon() / 2;  // 1 + half_unit is 1, but 1 + (half_unit + half_unit) is not
  x[0] = 1;
  for (Index number = 1; number < 7; ++number) x[number * kColumnBlock] = half_unit;
  const auto leaf = [&](Index number) {
    const Index first = number * kColumnBlock;
    return x.segment(first, std::min(kColumnBlock, x.size() - first)).sum();
  };
  const double tree = ((leaf(0) + leaf(1)) + (leaf(2) + leaf(3))) + ((leaf(4) + leaf(5)) + leaf(6));
  double row = 0;
  for (Index number = 0; number < 7; ++number) row += leaf(number);
  CHECK(row != tree);  // the order shows
  SampleSum<double> sums;
  CHECK(sample_sum(x, sums)[0] == tree);
}

TEST_CASE("the size of a leaf follows from the number of samples alone", "[parallel]") {
  CHECK(leaf_columns(1) == kColumnBlock);
  CHECK(leaf_columns(64 * 2 * kColumnBlock - 1) == kColumnBlock);
  CHECK(leaf_columns(64 * 2 * kColumnBlock) == 2 * kColumnBlock);
  CHECK(leaf_columns(60000) == 2 * kColumnBlock);
  CHECK(leaf_columns(100000000) == 16 * kColumnBlock);
}

TEST_CASE("a thread count below one means one", "[parallel]") {
  const ThreadCount use(0);
  CHECK(threads() == 1);
}
