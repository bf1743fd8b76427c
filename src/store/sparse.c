/* Sparse matrices: rows of bits written as the places of those that are set. */
#include "oddlot/store/matrix.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/dataset.h"
#include "store/file_internal.h"
#include "store/path_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 12 }; /* rows whose places are written at a time */

void odd_bits_pack(int64_t count, int64_t d, const float x[], uint8_t bits[])
{
    const int64_t bytes = odd_bits_bytes(d);
#pragma omp parallel for default(none) shared(count, d, x, bits, bytes)
    for (int64_t i = 0; i < count; i++) {
        uint8_t *row = bits + i * bytes;
        memset(row, 0, (size_t)bytes);
        for (int64_t j = 0; j < d; j++)
            if (x[i * d + j] != 0) row[j / 8] |= (uint8_t)(1U << (j % 8));
    }
}

static int64_t count_ones(int64_t bytes, const uint8_t bits[])
{
    int64_t sum = 0;
    for (int64_t i = 0; i < bytes; i++)
        sum += __builtin_popcount(bits[i]);
    return sum;
}

/* Append the places of a row's ones; returns how many. */
static int64_t list_ones(int64_t bytes, const uint8_t bits[], int32_t at[])
{
    int64_t count = 0;
    for (int64_t i = 0; i < bytes; i++)
        for (unsigned left = bits[i]; left; left &= left - 1)
            at[count++] = (int32_t)(8 * i + __builtin_ctz(left));
    return count;
}

/* What one rank writes. */
typedef struct {
    int64_t n, d, row0, count, bytes; /* bytes: of a row */
    const uint8_t *bits;
    int64_t *start;         /* (count + 1) of my rows, over all ranks */
    int64_t ones;           /* of all ranks */
    odd_dataset *places[2]; /* indptr, indices */
} writer;

/* @collective */
static odd_status find_starts(MPI_Comm comm, writer *w)
{
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(w->start, w->count + 1));
    for (int64_t i = 0; i < w->count; i++)
        w->start[i + 1] = w->start[i] + count_ones(w->bytes, w->bits + i * w->bytes);
    const int64_t before = odd_sum_before(comm, w->start[w->count]);
    w->ones = w->start[w->count];
    odd_sum_i64(comm, &w->ones, 1);
    for (int64_t i = 0; i <= w->count; i++)
        w->start[i] += before;
done:
    return st;
}

static odd_status create_list(odd_file *file, const char *name, const char *part, odd_type type,
                              int64_t count, const char *about, odd_dataset **out)
{
    const odd_shape list = {.type = type, .rank = 1, .shape = {count}};
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(file->comm, odd_path_format(&path, "%s/%s", name, part));
    ODD_TRY(odd_dataset_create(file, path, &list, about, "", out));
done:
    free(path);
    return st;
}

/* The start of each row, and where the last one ends. @collective */
static odd_status write_starts(MPI_Comm comm, const writer *w)
{
    odd_status st;
    ODD_TRY(odd_dataset_write(w->places[0], w->row0, w->count, w->start));
    ODD_TRY(odd_dataset_write(w->places[0], w->n, odd_rank(comm) == 0, &w->ones));
done:
    return st;
}

/* Rows first ... first + some - 1 of mine. */
static odd_status list_rows(const writer *w, int64_t first, int64_t some, int32_t **at)
{
    const int64_t base = w->start[first];
    const odd_status st = ODD_NEW(*at, w->start[first + some] - base);
    for (int64_t i = first; st == ODD_OK && i < first + some; i++)
        list_ones(w->bytes, w->bits + i * w->bytes, *at + (w->start[i] - base));
    return st;
}

/* @collective */
static odd_status write_places(MPI_Comm comm, const writer *w)
{
    const int64_t batches = odd_batches(comm, w->count, PIECE);
    odd_status st = ODD_OK;
    for (int64_t b = 0; b < batches && st == ODD_OK; b++) {
        const odd_batch rows = odd_batch_of(b, PIECE, w->count);
        const int64_t first = w->start[rows.first], end = w->start[rows.first + rows.count];
        int32_t *at = NULL;
        st = odd_agree(comm, list_rows(w, rows.first, rows.count, &at));
        if (st == ODD_OK) st = odd_dataset_write(w->places[1], first, end - first, at);
        odd_free(at);
    }
    return st;
}

odd_status odd_sparse_write(odd_file *file, const char *name, int64_t n, int64_t d,
                            const char *about, int64_t row0, int64_t count, const uint8_t bits[])
{
    writer w = {
        .n = n, .d = d, .row0 = row0, .count = count, .bytes = odd_bits_bytes(d), .bits = bits};
    odd_status st;
    ODD_TRY(find_starts(file->comm, &w));
    ODD_TRY(create_list(file, name, "indptr", ODD_I64, n + 1,
                        "where each row's indices begin, and where the last one's end",
                        &w.places[0]));
    ODD_TRY(create_list(file, name, "indices", ODD_I32, w.ones, about, &w.places[1]));
    ODD_TRY(odd_file_set_i64(file, name, "columns", d));
    ODD_TRY(write_starts(file->comm, &w));
    ODD_TRY(write_places(file->comm, &w));
done:
    odd_dataset_close(&w.places[0]);
    odd_dataset_close(&w.places[1]);
    odd_free(w.start);
    return st;
}
