"""Reads the records of bcdbench: one file, NumPy only.

    import bcdbench
    runs = bcdbench.load("out", experiment="zeng2019-fig1", variant="BCD")
    runs[0].trace["train_loss"]        # an array over the iterations; NaN: not measured
    runs[0].parameters["alpha"]
    table = bcdbench.table(runs)       # tidy: a pandas.DataFrame, without pandas a dict of arrays
"""
import csv
import hashlib
import json
import os
import warnings

import numpy as np


class Run:
    """One record: `id`, `experiment`, `variant`, `seed`, `algorithm`, `status`, `reason`, `parameters`, `config`, `provenance`,
    `promises`, and `trace`, a dict of arrays over the iterations."""

    def __init__(self, facts, names, trace):
        self.config, self.provenance, self.promises = facts["config"], facts["provenance"], facts["promises"]
        self.id, self.status, self.reason = facts["id"], facts["status"], facts["reason"]
        self.experiment, self.variant = names
        self.seed, self.algorithm = self.config["seed"], self.config["algorithm"]
        self.parameters = self.config["parameters"]
        self.trace = trace

    def __repr__(self):
        return f"<Run {self.id}: {self.experiment}, {self.variant}, seed {self.seed}, {self.status}>"


def load(out="out", experiment=None, variant=None, algorithm=None, status=None):
    """The runs in out/runs, sorted; a record that several experiments share is a run of each. Damaged records are left out with a
    warning. The last four choose: a name or a list of names."""
    folder = os.path.join(out, "runs")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"no folder {folder}: load() takes the folder that holds 'runs'")
    asked = _asked(out)
    runs = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        try:
            facts, trace = _read(os.path.join(folder, name))
        except (KeyError, TypeError, ValueError, OSError) as fault:
            warnings.warn(f"{name} is left out: {fault}")
            continue
        own = (facts["config"]["experiment"], facts["config"]["variant"])
        for names in dict.fromkeys([own] + asked.get(facts["id"], [])):
            run = Run(facts, names, trace)
            if all(_is_one_of(getattr(run, key), wanted) for key, wanted in
                   (("experiment", experiment), ("variant", variant), ("algorithm", algorithm), ("status", status))):
                runs.append(run)
    return sorted(runs, key=lambda run: (run.experiment, run.variant, run.seed, run.id))


def table(runs):
    """One row for every iteration: names, status, settings ("parameters.alpha", "dataset.n") and the trace's columns."""
    rows = [({"record": run.id, "experiment": run.experiment, "variant": run.variant, "status": run.status, **_flat(run.config)},
             run.trace, len(next(iter(run.trace.values()))) if run.trace else 0) for run in runs]
    settings = list(dict.fromkeys(key for facts, _, _ in rows for key in facts))
    measured = list(dict.fromkeys(key for _, trace, _ in rows for key in trace))
    columns = {}
    for key in settings:
        values = [facts.get(key) for facts, _, _ in rows]
        numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values)
        columns[key] = np.repeat(np.array(values, dtype=None if numbers else object), [n for _, _, n in rows])
    for key in measured:
        parts = [trace.get(key, np.full(n, np.nan)) for _, trace, n in rows]
        columns[key] = np.concatenate(parts) if parts else np.empty(0)
    try:
        import pandas
    except ImportError:
        return columns
    return pandas.DataFrame(columns)


def _read(file):
    with open(file, encoding="utf-8") as stream:
        facts = json.load(stream)
    with open(file[: -len(".json")] + ".csv", "rb") as stream:
        text = stream.read()
    if hashlib.sha256(text).hexdigest()[:16] != facts["trace"]["digest"]:
        raise ValueError("its trace was cut or changed after the run")
    lines = list(csv.reader(text.decode("ascii").splitlines()))
    columns, rows = lines[0] if lines else [], lines[1:]
    values = np.array([[float(field) if field else np.nan for field in row] for row in rows]).reshape(len(rows), len(columns))
    return facts, {column: values[:, i] for i, column in enumerate(columns)}


def _asked(out):
    """Further names of records (out/asked.jsonl), by id."""
    found = {}
    try:
        with open(os.path.join(out, "asked.jsonl"), encoding="utf-8") as stream:
            for line in stream:
                try:
                    entry = json.loads(line)
                    found.setdefault(entry["record"], []).append((entry["experiment"], entry["variant"]))
                except (ValueError, KeyError):
                    pass  # cut off when a program was killed
    except FileNotFoundError:
        pass
    return found


def _flat(value, name=""):
    if not isinstance(value, dict):
        return {name: json.dumps(value, separators=(",", ":")) if isinstance(value, list) else value}
    flat = {}
    for key, inner in value.items():
        if name or key not in ("experiment", "variant"):
            flat.update(_flat(inner, f"{name}.{key}" if name else key))
    return flat


def _is_one_of(value, wanted):
    return wanted is None or value == wanted or (not isinstance(wanted, str) and value in wanted)
