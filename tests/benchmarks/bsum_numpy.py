"""The loop of bench_bsum.cpp in NumPy, as a user would write it: block updates per second of update (10) on body-fat sizes.

    python3 tests/benchmarks/bsum_numpy.py [updates]

Processor time is counted, as in the benchmark. Needs NumPy (Debian: python3-numpy); without it the script says so and ends with exit code 0.
"""
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # more threads only slow such small products down
try:
    import numpy as np
except ImportError:
    print("bsum_numpy: skipped, NumPy is missing (Debian: apt-get install python3-numpy)")
    sys.exit(0)


def sigmoid(u):
    return 1 / (1 + np.exp(-u))


def train(X, Y, W, updates, gamma, lam):
    """W[j] <- W[j] - 1/gamma grad, j = k mod J; the ridge loss (16), logistic activations, no bias."""
    J, N = len(W), X.shape[1]
    for k in range(1, updates + 1):
        j = (k - 1) % J
        Z = [X]
        for w in W:
            Z.append(sigmoid(w @ Z[-1]))
        delta = 2 / N * (Z[J] - Y) * Z[J] * (1 - Z[J])
        for layer in range(J - 1, j, -1):
            delta = (W[layer].T @ delta) * Z[layer] * (1 - Z[layer])
        W[j] = W[j] - (delta @ Z[j].T + 2 * lam * W[j]) / gamma
    return W


def main():
    updates = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    rng = np.random.default_rng(1)
    widths = [13, 10, 10, 10, 1]
    X, Y = rng.standard_normal((13, 252)), rng.uniform(0.05, 0.45, (1, 252))
    best = 0.0
    for _ in range(5):
        W = [rng.standard_normal((o, i)) / np.sqrt(i) for i, o in zip(widths, widths[1:])]
        start = time.process_time()
        train(X, Y, W, updates, 0.5, 1e-5)
        best = max(best, updates / (time.process_time() - start))
    print(f"NumPy {np.__version__}: {best:.0f} updates per second of processor time (best of 5 runs of {updates})")


if __name__ == "__main__":
    main()
