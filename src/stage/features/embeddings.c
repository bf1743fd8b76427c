/* Embeddings: the two kinds of files of rows. */
#include "stage/features/embeddings_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

const char *odd_dataset_part(const char *given)
{
    const char *part = NULL;
    for (const char *at = given; (at = strstr(at, ":/")); at++)
        part = at + 1;
    return part;
}

/* The name of the file in "FILE:/DATASET" or "FILE". */
static odd_status file_part(const char *given, odd_text *out)
{
    const char *dataset = odd_dataset_part(given);
    odd_text_bytes(out, given, dataset ? (size_t)(dataset - given - 1) : strlen(given));
    return odd_text_status(out);
}

/* A dataset of floats (n, ...), and how many of them make a row. */
static odd_status check_dataset(const char *given, odd_embeddings *e)
{
    const odd_shape *shape = odd_dataset_shape(e->dataset);
    int64_t width = 1;
    if (shape->type != ODD_F16 && shape->type != ODD_F32 && shape->type != ODD_F64)
        return odd_fail(ODD_FORMAT, "'%s' holds no floats: float16, float32 or float64 are wanted",
                        given);
    if (shape->rank < 2)
        return odd_fail(ODD_FORMAT,
                        "'%s' has %d dimension%s; rows of numbers, (n, width), are wanted", given,
                        shape->rank, shape->rank == 1 ? "" : "s");
    for (int i = 1; i < shape->rank; i++)
        if (__builtin_mul_overflow(width, shape->shape[i], &width)) width = -1;
    if (width < 1 || width > INT_MAX)
        return odd_fail(ODD_FORMAT, "'%s' has rows of an impossible length", given);
    e->n = shape->shape[0];
    e->width = (int)width;
    return ODD_OK;
}

static odd_status open_dataset(const char *given, odd_embeddings *e)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(file_part(given, &path));
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, true, &e->file));
    ODD_TRY(odd_dataset_open(e->file, odd_dataset_part(given), &e->dataset));
    ODD_TRY(check_dataset(given, e));
done:
    odd_text_free(&path);
    return st;
}

static odd_status open_npy(const char *given, odd_embeddings *e)
{
    odd_status st;
    ODD_TRY(odd_npy_open(given, &e->npy));
    e->n = e->npy.n;
    e->width = (int)e->npy.width;
done:
    if (st == ODD_FORMAT) odd_fail_prefix(st, "a .npy file or FILE.h5:/DATASET is wanted; ");
    return st;
}

odd_status odd_embeddings_open(const char *given, odd_embeddings *out)
{
    *out = (odd_embeddings){.npy = {.fd = -1}};
    const odd_status st = odd_dataset_part(given) ? open_dataset(given, out) : open_npy(given, out);
    if (st != ODD_OK) odd_embeddings_close(out);
    return st;
}

void odd_embeddings_close(odd_embeddings *e)
{
    odd_npy_close(&e->npy);
    odd_dataset_close(&e->dataset);
    odd_file_close(&e->file);
}

odd_status odd_embeddings_read(const odd_embeddings *e, int64_t row0, int64_t count, float x[])
{
    return e->dataset ? odd_dataset_read(e->dataset, row0, count, ODD_F32, x)
                      : odd_npy_read(&e->npy, row0, count, x);
}

odd_status odd_embeddings_digest(const char *given, odd_hash *digest)
{
    odd_text path = ODD_TEXT_EMPTY;
    struct stat info;
    odd_status st;
    ODD_TRY(file_part(given, &path));
    if (stat(path.s, &info) != 0)
        ODD_TRY(odd_fail(ODD_IO, "cannot open '%s': %s", path.s, strerror(errno)));
    const int64_t about[] = {info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
    *digest = odd_hash_add(*digest, about, sizeof about);
done:
    odd_text_free(&path);
    return st;
}
