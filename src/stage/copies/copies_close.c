/* Copies: pairs that are the same at a glance are looked at closely. */
#include "stage/copies/copies_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fetch.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>

enum {
    VALUES = ODD_CLOSE_VALUES + 1, /* of a picture, and the side that it has detail for */
    FETCHED = 256,                 /* pictures on their way at a time, of all ranks */
    LEAST_FETCHED = 8              /* of a rank */
};

typedef struct {
    const odd_copies_search *search;
    odd_copy_images images;
    odd_rows rows; /* (n, VALUES) */
    odd_fetch *fetch;
    int64_t pairs;         /* at a time */
    int64_t *row;          /* (2 pairs) of the pictures, rising */
    float *picture;        /* (2 pairs, VALUES) */
    odd_close_room **room; /* (threads) */
} close_look;

/* -- pictures -- */

/* The side for which an image has detail: it may be smaller than what is stored of it. */
static int find_side(const odd_copy_images *images, const odd_aligned_part *part)
{
    const float *measured = images->measured;
    const double area = (double)measured[ODD_MEASURE_WIDTH] * (double)measured[ODD_MEASURE_HEIGHT];
    const double stored = (double)(part->right - part->left) * (part->bottom - part->top);
    const double side = sqrt(area > 0 ? fmin(stored, area) : stored); /* false for NaN */
    return (int)fmin(fmax(side, ODD_ALIGNED_SIDE), ODD_CLOSE_SIDE);
}

static odd_status read_views(void *context, int64_t local, int64_t count, float x[])
{
    const close_look *l = context;
    const odd_copy_images *images = &l->images;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count; i++, x += VALUES) {
        ODD_TRY(odd_copy_images_read(images, l->rows.part.row0 + local + i, 1));
        const odd_aligned_part part = odd_copy_part(images, 0);
        const int side = find_side(images, &part);
        odd_close_picture(images->size, images->channels, images->pixels, part, side, x);
        x[VALUES - 1] = (float)side;
    }
done:
    return st;
}

/* -- pairs -- */

/* The rows of some pairs, each once; returns how many. */
static int64_t choose_rows(const close_look *l, const odd_pair pair[], int64_t count)
{
    int64_t rows = 0;
    for (int64_t i = 0; i < count; i++) {
        l->row[2 * i] = pair[i].first;
        l->row[2 * i + 1] = pair[i].second;
    }
    if (count > 0) qsort(l->row, (size_t)(2 * count), sizeof *l->row, odd_compare_i64);
    for (int64_t i = 0; i < 2 * count; i++)
        if (rows == 0 || l->row[rows - 1] != l->row[i]) l->row[rows++] = l->row[i];
    return rows;
}

static odd_close_view view_of(const close_look *l, int64_t rows, int64_t row)
{
    const int64_t *at = bsearch(&row, l->row, (size_t)rows, sizeof row, odd_compare_i64);
    ODD_CHECK(at);
    const float *picture = l->picture + (at - l->row) * VALUES;
    return (odd_close_view){(int)picture[VALUES - 1], picture};
}

/* The difference in levels; where it is little beside what thin drawings have of contrast at all,
 * but much of that, as many levels as say so. */
static double value_of(const odd_copies_options *o, odd_aligned seen)
{
    if (seen.overall <= o->unlike * seen.contrast) return seen.difference;
    const double times = seen.overall / (o->unlike * seen.contrast); /* INFINITY: of nothing */
    return fmax(seen.difference, o->difference * times);
}

/* One of the ways in which the pair may be the same; the better one stays. */
static void look_in_a_way(const close_look *l, odd_close_view a, odd_close_view b, uint64_t mark,
                          odd_pair *pair)
{
    const bool mirrored = mark == ODD_COPY_MIRRORED;
    const odd_aligned seen = odd_look_closely(l->room[omp_get_thread_num()], a, b, mirrored);
    const double value = value_of(l->search->options, seen);
    if (value >= pair->value) return;
    pair->value = value;
    pair->marks = mark;
}

static void look_at_pair(const close_look *l, int64_t rows, odd_pair *pair)
{
    const odd_close_view a = view_of(l, rows, pair->first), b = view_of(l, rows, pair->second);
    const uint64_t marks = pair->marks;
    pair->value = INFINITY;
    if (marks & ODD_COPY_PLAIN) look_in_a_way(l, a, b, ODD_COPY_PLAIN, pair);
    if (marks & ODD_COPY_MIRRORED) look_in_a_way(l, a, b, ODD_COPY_MIRRORED, pair);
}

/* @collective */
static odd_status look_at_batch(const close_look *l, odd_pair pair[], int64_t count)
{
    odd_status st;
    const int64_t rows = choose_rows(l, pair, count);
    ODD_TRY(odd_signals_check(l->rows.comm));
    ODD_TRY(odd_fetch_rows(l->fetch, rows, l->row, l->picture));
#pragma omp parallel for schedule(dynamic) default(none) shared(l, pair, rows, count)
    for (int64_t i = 0; i < count; i++)
        look_at_pair(l, rows, &pair[i]);
done:
    return st;
}

static odd_status close_look_new(const odd_copies_search *search, close_look *l)
{
    const MPI_Comm comm = search->run->comm;
    const int size = odd_size(comm);
    odd_status st;
    l->search = search;
    l->rows = odd_rows_in_memory(comm, search->part.n, VALUES, NULL);
    l->rows.read = read_views;
    l->rows.reader = l;
    l->pairs = FETCHED / size > LEAST_FETCHED ? FETCHED / size / 2 : LEAST_FETCHED / 2;
    ODD_TRY(odd_copy_images_open(search, &l->images));
    ODD_TRY(odd_fetch_new(&l->rows, 2 * l->pairs * size, &l->fetch));
    ODD_TRY(ODD_NEW(l->row, 2 * l->pairs));
    ODD_TRY(ODD_NEW(l->picture, 2 * l->pairs * VALUES));
    ODD_TRY(ODD_NEW(l->room, odd_threads()));
    for (int i = 0; i < odd_threads(); i++)
        ODD_TRY(odd_close_room_new(&l->room[i]));
done:
    return st;
}

static void close_look_free(close_look *l)
{
    for (int i = 0; l->room && i < odd_threads(); i++)
        odd_close_room_free(&l->room[i]);
    odd_free(l->room);
    odd_free(l->picture);
    odd_free(l->row);
    odd_fetch_free(&l->fetch);
    odd_copy_images_close(&l->images);
}

static void drop_others(const odd_copies_options *options, odd_pairs *pairs)
{
    int64_t left = 0;
    for (int64_t i = 0; i < pairs->count; i++)
        if (pairs->pair[i].value <= ODD_COPIES_ALIKE * options->difference)
            pairs->pair[left++] = pairs->pair[i];
    pairs->count = left;
}

odd_status odd_copies_look_closely(const odd_copies_search *search, odd_pairs *pairs)
{
    const MPI_Comm comm = search->run->comm;
    odd_progress *progress = NULL;
    close_look l = {0};
    int64_t all = pairs->count;
    odd_status st;
    ODD_TRY_ALL(comm, close_look_new(search, &l));
    odd_sum_i64(comm, &all, 1);
    progress = odd_progress_start(comm, "copies", "pairs looked at closely", all);
    const int64_t batches = odd_batches(comm, pairs->count, l.pairs);
    for (int64_t b = 0; b < batches; b++) {
        const odd_batch batch = odd_batch_of(b, l.pairs, pairs->count);
        ODD_TRY(look_at_batch(&l, pairs->pair + batch.first, batch.count));
        odd_progress_add(progress, batch.count);
    }
    drop_others(search->options, pairs);
done:
    odd_progress_stop(&progress);
    close_look_free(&l);
    return st;
}
