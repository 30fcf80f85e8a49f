#!/usr/bin/env python3
"""Training time of every shipped experiment with the default number of threads against one thread.

    threads.py PROGRAM [--repeat 5] [--seconds 0.5] [EXPERIMENT ...]

Each variant of an experiment runs with one seed, without audit, both ways in turn. Printed: the medians over the repetitions of the
training time of all variants, their ratio, the ratio of the smallest times (which other processes disturb least), and the load.
Exit code 1 if an experiment needs more than 1.2 times as long by both ratios."""
import argparse, csv, glob, os, statistics, subprocess, sys, tempfile

parser = argparse.ArgumentParser()
parser.add_argument("program")
parser.add_argument("experiments", nargs="*")
parser.add_argument("--repeat", type=int, default=5)
parser.add_argument("--seconds", type=float, default=0.5, help="most training time of a run")
options = parser.parse_intermixed_args()


def run(experiment, threads, iterations):
    """Training seconds and iterations of every record, or None where nothing can be run (studies only, data missing)."""
    with tempfile.TemporaryDirectory() as folder:
        command = [options.program, "run", experiment, "--seeds", "1", "--out", folder, "--set", "run.audit=off",
                   "--set", "run.evaluate_every=1000000000", *threads]
        if iterations:
            command += ["--set", f"run.iterations={iterations}"]
        else:
            command += ["--time-limit", str(options.seconds)]
        subprocess.run(command, capture_output=True)
        found = []
        for file in sorted(glob.glob(os.path.join(folder, "runs", "*.csv"))):
            rows = list(csv.DictReader(open(file)))
            if rows and rows[-1].get("train_seconds"):
                found.append((float(rows[-1]["train_seconds"]), int(float(rows[-1]["iteration"]))))
        return found


names = options.experiments or [line.split()[0] for line in subprocess.run(
    [options.program, "list", "experiments"], capture_output=True, text=True).stdout.splitlines() if "-" in line.split(" ")[0]]
print(f"{'experiment':32} {'1 thread':>10} {'default':>10} {'ratio':>6} {'of min':>6}   load")
slow = []
for name in names:
    probe = [k for _, k in run(name, ["--threads", "1"], None) if k > 0]
    if not probe:
        continue
    iterations = min(probe)
    one, default = [], []
    for _ in range(options.repeat):
        one.append(sum(t for t, _ in run(name, ["--threads", "1"], iterations)))
        default.append(sum(t for t, _ in run(name, [], iterations)))
    ratio = statistics.median(default) / statistics.median(one)
    least = min(default) / min(one)
    print(f"{name:32} {statistics.median(one):9.4f}s {statistics.median(default):9.4f}s {ratio:6.2f} {least:6.2f}   "
          f"{os.getloadavg()[0]:.1f}", flush=True)
    if min(ratio, least) > 1.2:
        slow.append(name)
if slow:
    sys.exit("more than 1.2 times as long by default: " + ", ".join(slow))
