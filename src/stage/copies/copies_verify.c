/* Copies: candidates are compared as pictures. */
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fetch.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"

#include <math.h>

enum { VALUES = ODD_ALIGNED_VALUES, FETCHED = 4096 /* pictures on their way at a time */ };
/* Times the largest difference of a copy: at a glance, where detail is averaged and edges are not
 * forgiven, and over a whole picture of half the size. */
#define GLANCE  2.0
#define GIVE_UP 1.5

typedef struct {
    const odd_copies_options *options;
    const odd_copy_pictures *pictures;
    odd_fetch *fetch;
    int64_t most;       /* pairs at a time */
    int64_t *row;       /* (most) second rows of the pairs */
    float *other;       /* (most, VALUES) */
    odd_pair *compared; /* (most) */
} verification;

static void look(const verification *v, const float a[], const float b[], uint64_t mark,
                 odd_pair *pair)
{
    const odd_copies_options *o = v->options;
    const odd_aligned aligned = odd_align(a, b, GIVE_UP * o->difference);
    if (!(aligned.difference <= GLANCE * o->difference)) return;
    if (!(aligned.overall <= GLANCE * o->unlike * aligned.contrast)) return;
    pair->value = fmin(pair->value, aligned.difference);
    pair->marks |= mark;
}

/* The pair with its difference, and as what it may be the same; INFINITY: it is not. */
static odd_pair compare_pair(const verification *v, const odd_pair *candidate, const float b[])
{
    const int64_t local = candidate->first - v->pictures->rows.part.row0;
    odd_pair pair = {candidate->first, candidate->second, INFINITY, 0};
    float a[VALUES], mirrored[VALUES];
    for (int i = 0; i < VALUES; i++)
        a[i] = (float)v->pictures->picture[local * VALUES + i];
    if (candidate->marks & ODD_COPY_PLAIN) look(v, a, b, ODD_COPY_PLAIN, &pair);
    if (candidate->marks & ODD_COPY_MIRRORED) {
        odd_aligned_mirror(b, mirrored);
        look(v, a, mirrored, ODD_COPY_MIRRORED, &pair);
    }
    return pair;
}

static odd_status compare_pairs(const verification *v, int64_t count, const odd_pair pair[],
                                odd_pairs *out)
{
    odd_status st = ODD_OK;
#pragma omp parallel for schedule(dynamic, 16) default(none) shared(v, count, pair)
    for (int64_t i = 0; i < count; i++)
        v->compared[i] = compare_pair(v, &pair[i], v->other + i * VALUES);
    for (int64_t i = 0; i < count; i++)
        if (isfinite(v->compared[i].value))
            ODD_TRY(odd_pairs_add(out, v->compared[i].first, v->compared[i].second,
                                  v->compared[i].value, v->compared[i].marks));
done:
    return st;
}

static odd_status verification_new(verification *v)
{
    const odd_rows *rows = &v->pictures->rows;
    const int size = odd_size(rows->comm);
    odd_status st;
    v->most = FETCHED / size > 16 ? FETCHED / size : 16;
    ODD_TRY(odd_fetch_new(rows, v->most * size, &v->fetch));
    ODD_TRY(ODD_NEW(v->row, v->most));
    ODD_TRY(ODD_NEW(v->other, v->most * VALUES));
    ODD_TRY(ODD_NEW(v->compared, v->most));
done:
    return st;
}

static void verification_free(verification *v)
{
    odd_fetch_free(&v->fetch);
    odd_free(v->row);
    odd_free(v->other);
    odd_free(v->compared);
}

/* @collective */
static odd_status verify_batch(const verification *v, const odd_pairs *candidates, int64_t b,
                               odd_pairs *out)
{
    const MPI_Comm comm = v->pictures->rows.comm;
    const odd_batch batch = odd_batch_of(b, v->most, candidates->count);
    const odd_pair *pair = candidates->pair + batch.first;
    odd_status st;
    for (int64_t i = 0; i < batch.count; i++)
        v->row[i] = pair[i].second;
    ODD_TRY(odd_signals_check(comm));
    ODD_TRY(odd_fetch_rows(v->fetch, batch.count, v->row, v->other));
    ODD_TRY_ALL(comm, compare_pairs(v, batch.count, pair, out));
done:
    return st;
}

/* Those that are the same at a glance. @collective */
static odd_status glance(const odd_copy_pictures *pictures, const odd_pairs *candidates,
                         odd_pairs *out)
{
    const MPI_Comm comm = pictures->rows.comm;
    verification v = {.options = pictures->search->options, .pictures = pictures};
    odd_progress *progress = NULL;
    int64_t all = candidates->count;
    odd_status st;
    ODD_TRY_ALL(comm, verification_new(&v));
    odd_sum_i64(comm, &all, 1);
    progress = odd_progress_start(comm, "copies", "pairs", all);
    const int64_t batches = odd_batches(comm, candidates->count, v.most);
    for (int64_t b = 0; b < batches; b++) {
        ODD_TRY(verify_batch(&v, candidates, b, out));
        odd_progress_add(progress, odd_batch_of(b, v.most, candidates->count).count);
    }
done:
    odd_progress_stop(&progress);
    verification_free(&v);
    return st;
}

odd_status odd_copies_verify(const odd_copy_pictures *pictures, const odd_pairs *candidates,
                             odd_pairs *out)
{
    odd_status st;
    ODD_TRY(glance(pictures, candidates, out));
    ODD_TRY(odd_copies_look_closely(pictures->search, out));
done:
    return st;
}
