"""pyDVL's KNN-Shapley. Runs in its own environment; see `benchmarks/peers/__init__.py`.

Wall seconds and CPU seconds, all threads, of one `fit`, and the values, written beside the rows as a file of numpy.
"""

from __future__ import annotations

import json
import sys
import time
import warnings

import numpy as np
from joblib import parallel_config
from pydvl.valuation.dataset import Dataset
from pydvl.valuation.methods.knn_shapley import KNNShapleyValuation
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

warnings.simplefilter("ignore")


def digits(request):
    """Write the real digits of scikit-learn as the rows of a case."""
    rows, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(7).permutation(len(rows))
    rows, labels, cut = rows[order], labels[order], request["train"]
    np.savez(request["file"], train=rows[:cut], train_labels=labels[:cut], test=rows[cut:], test_labels=labels[cut:])
    return {}


def fit(request):
    case = np.load(request["file"])
    model = KNeighborsClassifier(n_neighbors=request["k"], algorithm="brute")
    test, train = Dataset(case["test"], case["test_labels"]), Dataset(case["train"], case["train_labels"])
    valuation = KNNShapleyValuation(model, test, progress=False)
    started, cpu = time.perf_counter(), time.process_time()
    with parallel_config(n_jobs=request["jobs"]):
        valuation.fit(train)
    spent = {"wall_s": time.perf_counter() - started, "cpu_s": time.process_time() - cpu}
    np.save(request["answer"], valuation.result.values)
    return spent


request = json.load(sys.stdin)
print(json.dumps({"digits": digits, "fit": fit}[request["task"]](request)))
