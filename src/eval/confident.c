/* Confident learning: thresholds, confident classes and their joint with the labels.
 *
 * Letters: n rows, k classes. */
#include "oddlot/eval/confident.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

/* Rows of each label: count (k), zeroed. */
static void count_labels(int64_t n, const int32_t label[], int64_t count[])
{
    for (int64_t i = 0; i < n; i++)
        if (label[i] >= 0) count[label[i]]++;
}

odd_status odd_confident_thresholds(int64_t n, int64_t k, const int32_t label[], const double own[],
                                    double threshold[])
{
    int64_t *count = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(count, k));
    count_labels(n, label, count);
    for (int64_t c = 0; c < k; c++)
        threshold[c] = 0;
    for (int64_t i = 0; i < n; i++)
        if (label[i] >= 0) threshold[label[i]] += own[i];
    for (int64_t c = 0; c < k; c++)
        threshold[c] = count[c] > 0 ? threshold[c] / (double)count[c] : NAN;
done:
    odd_free(count);
    return st;
}

/* No probability reaches NaN. */
int32_t odd_confident_class(int64_t k, const double probability[], const double threshold[])
{
    int32_t best = -1;
    for (int32_t c = 0; c < k; c++)
        if (probability[c] >= threshold[c] && (best < 0 || probability[c] > probability[best]))
            best = c;
    return best;
}

static int by_label_and_other(const void *a, const void *b)
{
    const odd_confident_entry *x = a, *y = b;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    return (x->other > y->other) - (x->other < y->other);
}

/* Sorted entries that are alike become one. */
static void merge_entries(odd_confident_joint *joint)
{
    int64_t kept = 0;
    for (int64_t i = 0; i < joint->count; i++) {
        odd_confident_entry *e = &joint->entry[i];
        if (kept > 0 && by_label_and_other(&joint->entry[kept - 1], e) == 0)
            joint->entry[kept - 1].rows += e->rows;
        else
            joint->entry[kept++] = *e;
    }
    joint->count = kept;
}

/* All rows of a label are shared out as the counted ones are. */
static void estimate_entries(odd_confident_joint *joint, const int64_t labelled[])
{
    for (int64_t i = 0, end; i < joint->count; i = end) {
        int64_t counted = 0;
        for (end = i; end < joint->count && joint->entry[end].label == joint->entry[i].label; end++)
            counted += joint->entry[end].rows;
        for (int64_t j = i; j < end; j++) {
            odd_confident_entry *e = &joint->entry[j];
            e->estimated = (double)e->rows / (double)counted * (double)labelled[e->label];
        }
    }
}

odd_status odd_confident_joint_of(int64_t n, int64_t k, const int32_t label[],
                                  const int32_t confident[], odd_confident_joint *out)
{
    int64_t *labelled = NULL;
    odd_status st;
    *out = (odd_confident_joint){0};
    ODD_TRY(ODD_NEW(labelled, k));
    ODD_TRY(ODD_NEW(out->entry, n));
    count_labels(n, label, labelled);
    for (int64_t i = 0; i < n; i++)
        if (label[i] >= 0 && confident[i] >= 0)
            out->entry[out->count++] =
                (odd_confident_entry){.label = label[i], .other = confident[i], .rows = 1};
    if (out->count > 0)
        qsort(out->entry, (size_t)out->count, sizeof *out->entry, by_label_and_other);
    merge_entries(out);
    estimate_entries(out, labelled);
done:
    odd_free(labelled);
    if (st != ODD_OK) odd_confident_joint_free(out);
    return st;
}

void odd_confident_joint_free(odd_confident_joint *joint)
{
    odd_free(joint->entry);
    *joint = (odd_confident_joint){0};
}
