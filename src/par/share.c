/* Whole things on their way: rows from all ranks to the root, bytes and bundles from it to all. */
#include "oddlot/par/comm.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "par/comm_internal.h"

#include <stdbool.h>
#include <string.h>

/* On the root, before any row moves: the count of rows of each rank, and memory for all. */
static odd_status allocate_rows(MPI_Comm comm, int64_t n, size_t width, int64_t **count,
                                char **rows)
{
    odd_status st = ODD_OK;
    ODD_TRY(ODD_NEW(*count, odd_size(comm)));
    *rows = odd_alloc(n, width);
    st = *rows ? ODD_OK : ODD_NOMEM;
done:
    return st;
}

/* On the root: my rows are copied, those of the others received, in rank order. */
static void collect_rows(MPI_Comm comm, const void *mine, const int64_t count[], size_t width,
                         char *rows)
{
    for (int rank = 0; rank < odd_size(comm); rank++) {
        size_t bytes = (size_t)count[rank] * width;
        if (rank != odd_rank(comm))
            odd_receive(comm, rank, ODD_TAG_GATHER, rows, bytes);
        else if (bytes > 0)
            memcpy(rows, mine, bytes);
        rows += bytes;
    }
}

odd_status odd_gather_rows(MPI_Comm comm, int root, const void *mine, int64_t n_local, size_t width,
                           void **all, int64_t *n)
{
    odd_status st = ODD_OK;
    int64_t *count = NULL;
    char *rows = NULL;
    bool is_root = odd_rank(comm) == root;

    *all = NULL;
    *n = n_local;
    odd_sum_i64(comm, n, 1);
    ODD_TRY_ALL(comm, is_root ? allocate_rows(comm, *n, width, &count, &rows) : ODD_OK);
    MPI_Gather(&n_local, 1, MPI_INT64_T, count, 1, MPI_INT64_T, root, comm);
    if (is_root)
        collect_rows(comm, mine, count, width, rows);
    else
        odd_send(comm, root, ODD_TAG_GATHER, mine, (size_t)n_local * width);
    *all = rows;
    rows = NULL; /* handed over */
done:
    if (st != ODD_OK) *n = 0;
    odd_free(rows);
    odd_free(count);
    return st;
}

odd_status odd_share_bytes(MPI_Comm comm, int root, char **bytes, int64_t *size)
{
    odd_status st = ODD_OK;
    bool is_root = odd_rank(comm) == root;

    if (!is_root) *bytes = NULL;
    odd_broadcast(comm, root, size, sizeof *size);
    /* one byte more, so that shared text ends with a 0 */
    ODD_TRY_ALL(comm, is_root ? ODD_OK : ODD_NEW(*bytes, *size + 1));
    odd_broadcast(comm, root, *bytes, (size_t)*size);
done:
    if (st != ODD_OK && !is_root) {
        odd_free(*bytes);
        *bytes = NULL;
        *size = 0;
    }
    return st;
}

/* All of a bundle but its data: for each array its shape, name and sentence. */
static odd_status pack_outline(const odd_bundle *b, odd_text *outline)
{
    for (int i = 0; i < b->count; i++) {
        const odd_array *a = &b->array[i];
        odd_text_bytes(outline, &a->shape, sizeof a->shape);
        odd_text_bytes(outline, a->name, strlen(a->name) + 1);
        odd_text_bytes(outline, a->about, strlen(a->about) + 1);
    }
    return odd_text_status(outline);
}

static odd_status unpack_outline(const char *s, int64_t size, odd_bundle *b)
{
    odd_status st = ODD_OK;
    const char *end = s + size;
    while (s < end && st == ODD_OK) {
        odd_shape shape;
        void *data;
        memcpy(&shape, s, sizeof shape);
        const char *name = s + sizeof shape, *about = name + strlen(name) + 1;
        s = about + strlen(about) + 1;
        st = odd_bundle_add_shape(b, name, about, &shape, &data);
    }
    return st;
}

odd_status odd_share_bundle(MPI_Comm comm, int root, odd_bundle *b)
{
    odd_status st = ODD_OK;
    bool is_root = odd_rank(comm) == root;
    odd_text packed = ODD_TEXT_EMPTY;
    char *outline = NULL;

    ODD_TRY_ALL(comm, is_root ? pack_outline(b, &packed) : ODD_OK);
    int64_t size = (int64_t)packed.length;
    if (is_root) outline = packed.s;
    ODD_TRY(odd_share_bytes(comm, root, &outline, &size));
    ODD_TRY_ALL(comm, is_root ? ODD_OK : unpack_outline(outline, size, b));
    for (int i = 0; i < b->count; i++) {
        int64_t bytes;
        ODD_CHECK(odd_shape_bytes(&b->array[i].shape, &bytes) == ODD_OK);
        odd_broadcast(comm, root, b->array[i].data, (size_t)bytes);
    }
done:
    if (!is_root) odd_free(outline);
    if (!is_root && st != ODD_OK) odd_bundle_free(b);
    odd_text_free(&packed);
    return st;
}

odd_status odd_share_rows(MPI_Comm comm, const void *mine, int64_t n_local, size_t width,
                          void **all, int64_t *n)
{
    char *bytes = NULL;
    int64_t size;
    odd_status st;
    *all = NULL;
    ODD_TRY(odd_gather_rows(comm, 0, mine, n_local, width, (void **)&bytes, n));
    size = *n * (int64_t)width;
    ODD_TRY(odd_share_bytes(comm, 0, &bytes, &size));
    *all = bytes;
    bytes = NULL; /* handed over */
done:
    if (st != ODD_OK) *n = 0;
    odd_free(bytes);
    return st;
}
