/* Confident learning: thresholds, confident classes and their joint with the labels.
 *
 * Letters: n rows of all ranks, n_local mine, k classes. */
#include "oddlot/eval/confident.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"
#include "oddlot/par/serial_sum.h"

#include <math.h>
#include <stdlib.h>

/* Rows of each label: count (k). @collective */
static void count_labels(MPI_Comm comm, int64_t n_local, int64_t k, const int32_t label[],
                         int64_t count[])
{
    for (int64_t c = 0; c < k; c++)
        count[c] = 0;
    for (int64_t i = 0; i < n_local; i++)
        if (label[i] >= 0) count[label[i]]++;
    odd_sum_i64(comm, count, k);
}

odd_status odd_confident_thresholds(MPI_Comm comm, int64_t n_local, int64_t k,
                                    const int32_t label[], const double own[], double threshold[])
{
    int64_t *count = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(count, k));
    count_labels(comm, n_local, k, label, count);
    odd_serial_sums(comm, n_local, label, own, k, threshold);
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

/* Entries that are alike become one. */
static void sort_entries(odd_confident_joint *joint)
{
    int64_t kept = 0;
    if (joint->count > 0)
        qsort(joint->entry, (size_t)joint->count, sizeof *joint->entry, by_label_and_other);
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

/* Of my rows. @local */
static odd_status count_mine(int64_t n_local, const int32_t label[], const int32_t confident[],
                             odd_confident_joint *mine)
{
    odd_status st;
    ODD_TRY(ODD_NEW(mine->entry, n_local));
    for (int64_t i = 0; i < n_local; i++)
        if (label[i] >= 0 && confident[i] >= 0)
            mine->entry[mine->count++] =
                (odd_confident_entry){.label = label[i], .other = confident[i], .rows = 1};
    sort_entries(mine);
done:
    return st;
}

/* The rank that adds up an entry. */
static int owner_of_entry(const void *size, const void *entry)
{
    const odd_confident_entry *e = entry;
    return (int)(((uint64_t)e->label * 2654435761U + (uint64_t)e->other) % *(const uint64_t *)size);
}

/* Entries of all ranks, each once, on rank 0. @collective */
static odd_status join_entries(MPI_Comm comm, const odd_confident_joint *mine,
                               odd_confident_joint *out)
{
    const uint64_t size = (uint64_t)odd_size(comm);
    odd_confident_joint part = {0};
    odd_status st;
    ODD_TRY(odd_route(comm, mine->entry, mine->count, sizeof *mine->entry, owner_of_entry, &size,
                      (void **)&part.entry, &part.count));
    sort_entries(&part);
    ODD_TRY(odd_gather_rows(comm, 0, part.entry, part.count, sizeof *part.entry,
                            (void **)&out->entry, &out->count));
    if (odd_rank(comm) != 0) out->count = 0;
    sort_entries(out);
done:
    odd_confident_joint_free(&part);
    return st;
}

odd_status odd_confident_joint_of(MPI_Comm comm, int64_t n_local, int64_t k, const int32_t label[],
                                  const int32_t confident[], odd_confident_joint *out)
{
    odd_confident_joint mine = {0};
    int64_t *labelled = NULL;
    odd_status st;
    *out = (odd_confident_joint){0};
    ODD_TRY_ALL(comm, ODD_NEW(labelled, k));
    ODD_TRY_ALL(comm, count_mine(n_local, label, confident, &mine));
    count_labels(comm, n_local, k, label, labelled);
    ODD_TRY(join_entries(comm, &mine, out));
    estimate_entries(out, labelled);
done:
    odd_free(labelled);
    odd_confident_joint_free(&mine);
    if (st != ODD_OK) odd_confident_joint_free(out);
    return st;
}

void odd_confident_joint_free(odd_confident_joint *joint)
{
    odd_free(joint->entry);
    *joint = (odd_confident_joint){0};
}
