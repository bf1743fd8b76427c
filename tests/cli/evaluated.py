#!/usr/bin/python3
"""Are the metrics of a run those of scikit-learn, to 1e-6 (as printed: to their last digit)?

    evaluated.py RUN OUTPUT"""
import re
import sys

import h5py
import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn import metrics

run, output = sys.argv[1], open(sys.argv[2]).read()
audit = h5py.File(f"{run}/audit.h5")
truth, score = audit["ingest/truth"][:], audit["scores/score"][:]
flagged = np.zeros(len(score), bool)
flagged[audit["scores/flagged/row"][:]] = True
keep = (truth >= 0) & ~np.isnan(score)
held_out = audit["ingest/held_out"][:] > 0
if held_out.any():
    keep &= held_out
truth, flagged, ranking = truth[keep], flagged[keep], score[keep]
found = audit["evaluate/metrics"]
if "judged" in found:
    assert found["judged"][()] == keep.sum()


def near(name, mine, theirs, printed=None):
    assert abs(mine - theirs) < 1e-6, (name, mine, theirs)
    if printed:
        shown = re.search(rf"^ +{re.escape(printed)} +([\d.]+)$", output, re.M)
        assert shown and abs(float(shown[1]) - theirs) < 0.5001e-4, (name, shown and shown[0], theirs)


def clusters():
    """Against the labels of the images that are not held out."""
    label, cluster = audit["ingest/label"].asstr()[:], audit["scores/columns/cluster"][:]
    use = (label != "") & ~np.isnan(cluster) & (audit["ingest/held_out"][:] == 0)
    label, cluster = label[use], cluster[use].astype(int)
    mine = found["clustering"]
    table = metrics.cluster.contingency_matrix(label, cluster)
    best = table[linear_sum_assignment(table, maximize=True)].sum() / len(label)
    assert mine["images"][()] == len(label)
    assert list(mine["label"].asstr()[:]) == sorted(set(label)), mine["label"][:]
    assert (mine["table"][:][:, np.unique(cluster)] == table).all()
    near("accuracy", mine["accuracy"][()], best, "accuracy (best one to one)")
    near("nmi", mine["nmi"][()], metrics.normalized_mutual_info_score(label, cluster), "NMI")
    near("ari", mine["ari"][()], metrics.adjusted_rand_score(label, cluster), "ARI")


assert ("clustering" in found) == ("cluster" in audit["scores/columns"])
if "clustering" in found:
    clusters()
if "roc_auc" not in found:
    assert (audit["ingest/truth"][:] < 0).all()
    sys.exit()
near("auc", found["roc_auc/score"][()], metrics.roc_auc_score(truth, ranking), "ROC AUC")
near("ap", found["average_precision/score"][()], metrics.average_precision_score(truth, ranking),
     "average precision")
false, true, _ = metrics.roc_curve(truth, ranking, drop_intermediate=False)
near("false positives", found["false_positives/score"][()], false[np.argmax(true >= 0.95)], "false positives at 95 %")
for name in found["roc_auc"]:
    if name == "score":
        continue
    column = audit[f"scores/columns/{name}"][:][keep]
    auc, mine = metrics.roc_auc_score(truth, column), found[f"roc_auc/{name}"][()]
    sign = 1 if abs(mine - auc) < abs(mine - 1 + auc) else -1
    near(name, mine, auc if sign > 0 else 1 - auc)
    false, true, _ = metrics.roc_curve(truth, sign * column, drop_intermediate=False)
    near(name, found[f"false_positives/{name}"][()], false[np.argmax(true >= 0.95)])
near("sensitivity", found["flagged/sensitivity"][()], metrics.recall_score(truth, flagged),
     "sensitivity (odd images found)")
near("recall", found["flagged/recall"][()], metrics.recall_score(truth, flagged, pos_label=0),
     "recall (theme images kept)")
near("precision", found["flagged/precision"][()], metrics.precision_score(truth, flagged), "precision")
near("f1", found["flagged/f1"][()], metrics.f1_score(truth, flagged), "F1")
