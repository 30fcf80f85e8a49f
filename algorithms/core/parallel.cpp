#include "algorithms/core/parallel.hpp"

#include <pthread.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <limits>
#include <thread>

namespace bcd {

namespace {

int g_threads = 1;
double g_work_of_a_thread = 1e6;

/// The pieces of one call, and who has taken how many.
class Round {
 public:
  Round(Index pieces, int workers, PieceBody body) : pieces_(pieces), workers_(workers), body_(body) {}

  int workers() const { return workers_; }

  void work(int thread) noexcept {
    for (Index piece = next_++; piece < pieces_; piece = next_++) {
      try {
        body_(piece, thread);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        next_ = pieces_;             // nobody begins another piece
        if (piece < first_error_) {  // those before this one have all begun, so which one is the first is certain
          first_error_ = piece;
          error_ = std::current_exception();
        }
      }
    }
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  const Index pieces_;
  const int workers_;
  const PieceBody body_;
  std::atomic<Index> next_{0};
  std::mutex mutex_;
  Index first_error_ = std::numeric_limits<Index>::max();
  std::exception_ptr error_;
};

/// Threads that sleep until there is a round. Nobody waits for a thread that has not woken up in time: the round goes on without.
/// Not OpenMP's: those wait in busy loops unless the environment says otherwise before the program starts, which on a machine
/// that others use too made small problems fifty times slower.
class Pool {
 public:
  void run(Round& round) {
    const int helpers = round.workers() - 1;
    {
      const std::lock_guard lock(mutex_);
      while (static_cast<int>(size_) < helpers) start();
      round_ = &round;
      places_ = helpers;
    }
    for (int i = 0; i < helpers; ++i) wake_.notify_one();
    round.work(0);
    std::unique_lock lock(mutex_);
    round_ = nullptr;
    idle_.wait(lock, [&] { return inside_ == 0; });
  }

 private:
  /// Signals are the business of the first thread, which may be waiting for one.
  void start() {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      std::thread([this] { live(); }).detach();
      ++size_;
    } catch (...) {
      pthread_sigmask(SIG_SETMASK, &before, nullptr);
      throw;
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void live() {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return round_ != nullptr && places_ > 0; });
      Round& round = *round_;
      const int thread = round.workers() - places_--;
      ++inside_;
      lock.unlock();
      round.work(thread);
      lock.lock();
      if (--inside_ == 0) idle_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_, idle_;
  Round* round_ = nullptr;
  int places_ = 0, inside_ = 0, size_ = 0;
};

Pool* g_pool = nullptr;  // never destroyed: its threads sleep on when the program ends
std::atomic_flag g_busy = ATOMIC_FLAG_INIT;

/// A process has the threads that it started itself: after a fork the child begins without.
void forget_threads() {
  g_pool = nullptr;
  g_busy.clear();
}

void run_together(Round& round) {
  if (g_pool == nullptr) {
    static const int registered = pthread_atfork(nullptr, nullptr, forget_threads);
    (void)registered;
    g_pool = new Pool;
  }
  g_pool->run(round);
}

}  // namespace

int threads() { return g_threads; }

void set_threads(int count) { g_threads = std::max(1, count); }

double work_of_a_thread() { return g_work_of_a_thread; }

void set_work_of_a_thread(double work) { g_work_of_a_thread = std::max(0.0, work); }

void share_out_pieces(Index pieces, double work, PieceBody body) {
  const double worth = work >= g_work_of_a_thread * g_threads ? g_threads : std::max(1.0, work / g_work_of_a_thread);
  const int workers = static_cast<int>(std::clamp<Index>(pieces, 1, static_cast<Index>(worth)));
  // Within a body, or from a second thread of the caller's own: alone.
  if (workers == 1 || g_busy.test_and_set(std::memory_order_acquire)) {
    for (Index piece = 0; piece < pieces; ++piece) body(piece, 0);
    return;
  }
  Round round(pieces, workers, body);
  try {
    run_together(round);
  } catch (...) {
    g_busy.clear(std::memory_order_release);
    throw;
  }
  g_busy.clear(std::memory_order_release);
  round.rethrow();
}

}  // namespace bcd
