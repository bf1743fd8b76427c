/* The histogram of the report: each rank counts the scores of its images. */
#include "oddlot/run/columns.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <math.h>

/* The finite scores of my images. */
typedef struct {
    MPI_Comm comm;
    odd_partition part;
    double *score;  /* (count) */
    int32_t *truth; /* (count) ODD_TRUTH_... */
    int64_t count;
} my_scores;

/* @local */
static odd_status read_scores(const odd_file *ingest, const odd_file *scores, my_scores *m)
{
    const odd_partition *part = &m->part;
    odd_status st;
    ODD_TRY(ODD_NEW(m->score, part->n_local));
    ODD_TRY(ODD_NEW(m->truth, part->n_local));
    ODD_TRY(odd_image_column_part(scores, "scores.h5", "score", ODD_F64, part->n, part->row0,
                                  part->n_local, m->score));
    ODD_TRY(odd_image_column_part(ingest, "ingest.h5", "truth", ODD_I32, part->n, part->row0,
                                  part->n_local, m->truth));
    for (int64_t i = 0; i < part->n_local; i++) {
        if (!isfinite(m->score[i])) continue;
        m->score[m->count] = m->score[i];
        m->truth[m->count++] = m->truth[i];
    }
done:
    return st;
}

/* @collective */
static void find_extremes(const my_scores *m, odd_histogram *h)
{
    double most[2] = {-INFINITY, -INFINITY}; /* of the scores, and of the negative ones of them */
    for (int64_t i = 0; i < m->count; i++) {
        most[0] = fmax(most[0], m->score[i]);
        most[1] = fmax(most[1], -m->score[i]);
    }
    h->finite = m->count;
    odd_sum_i64(m->comm, &h->finite, 1);
    odd_max_f64(m->comm, most, 2);
    h->max = most[0] + 0.0; /* -0 is 0 */
    h->min = 0.0 - most[1];
}

/* On rank 0, (*count). @collective */
static odd_status gather_sample(const my_scores *m, int64_t finite, double **sample, int64_t *count)
{
    const int64_t before = odd_sum_before(m->comm, m->count), stride = odd_histogram_stride(finite);
    double *mine = NULL;
    int64_t taken = 0;
    odd_status st;
    ODD_TRY_ALL(m->comm, ODD_NEW(mine, m->count > 0 ? m->count / stride + 1 : 0));
    for (int64_t i = 0; i < m->count; i++)
        if ((before + i) % stride == 0) mine[taken++] = m->score[i];
    ODD_TRY(odd_gather_rows(m->comm, 0, mine, taken, sizeof *mine, (void **)sample, count));
done:
    odd_free(mine);
    return st;
}

/* @collective */
static odd_status place_bins(const my_scores *m, double threshold, odd_histogram *h)
{
    double *sample = NULL;
    int64_t count;
    odd_status st;
    find_extremes(m, h);
    if (h->finite == 0) return ODD_OK;
    ODD_TRY(gather_sample(m, h->finite, &sample, &count));
    if (odd_rank(m->comm) == 0) odd_histogram_place(h, count, sample, threshold);
    odd_broadcast(m->comm, 0, h, sizeof *h);
done:
    odd_free(sample);
    return st;
}

/* @collective */
static void count_bins(const my_scores *m, odd_histogram *h)
{
    for (int64_t i = 0; i < m->count; i++)
        odd_histogram_add(h, m->score[i], m->truth[i]);
    odd_sum_i64(m->comm, &h->bar[0][0], ODD_HISTOGRAM_KINDS * ODD_HISTOGRAM_BINS);
    odd_sum_i64(m->comm, &h->below, 1);
    odd_sum_i64(m->comm, &h->above, 1);
}

odd_status odd_page_histogram(const odd_run *run, const odd_file *ingest, const odd_file *scores,
                              odd_page_columns *out)
{
    my_scores m = {
        .comm = run->comm,
        .part = odd_partition_rows(run->comm, odd_selection_rows(run->selection)),
    };
    odd_status st;
    ODD_TRY_ALL(run->comm, read_scores(ingest, scores, &m));
    ODD_TRY(place_bins(&m, out->threshold, &out->histogram));
    count_bins(&m, &out->histogram);
done:
    odd_free(m.score);
    odd_free(m.truth);
    return st;
}
