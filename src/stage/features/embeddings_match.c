/* Embeddings' rows found by the names of images.
 *
 * Names are compared by 128-bit digests, those of the images sorted, so that neither list need be
 * in memory as text. */
#include "stage/features/embeddings_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/store/text_rows.h"

#include <stdlib.h>
#include <string.h>

enum { MANY = 4096 /* names of images that are read at a time */ };
#define TEXT_LIMIT ((int64_t)16 << 30) /* bytes of a file of names */

typedef struct {
    odd_hash digest;
    int64_t image;
} named;

typedef struct {
    const char *given; /* where the names of rows are */
    int64_t n;         /* images */
    named *image;      /* (n) sorted */
    int64_t *row;      /* (n) of each image, as it is found */
    int64_t found;     /* rows that are of an image */
    char *first;       /* name of the first row; "": there is none */
} join;

static odd_hash digest_of(const char *name, size_t length)
{
    return odd_hash_add(ODD_HASH_START, name, length);
}

static int compare_digests(const void *left, const void *right)
{
    const odd_hash *a = left, *b = right; /* the first field of each */
    return odd_hash_compare(*a, *b);
}

/* ---- the images ---- */

static odd_status read_names(const odd_dataset *name, int64_t first, int64_t count, char **text)
{
    const size_t width = odd_dataset_shape(name)->width;
    odd_status st;
    *text = odd_alloc(count, width);
    if (!*text) return ODD_NOMEM;
    ODD_TRY(odd_dataset_read(name, first, count, ODD_STRING, *text));
done:
    if (st != ODD_OK) odd_free(*text);
    if (st != ODD_OK) *text = NULL;
    return st;
}

static odd_status digest_images(const odd_dataset *name, join *j)
{
    const size_t width = odd_dataset_shape(name)->width;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < j->n; i += MANY) {
        const int64_t some = j->n - i < MANY ? j->n - i : MANY;
        char *text;
        ODD_TRY(read_names(name, i, some, &text));
        for (int64_t k = 0; k < some; k++) {
            const char *at = text + k * (int64_t)width;
            j->image[i + k] = (named){digest_of(at, strnlen(at, width)), i + k};
        }
        odd_free(text);
    }
    qsort(j->image, (size_t)j->n, sizeof *j->image, compare_digests);
done:
    return st;
}

/* The name of one image, in quotes as a message wants it, joins the text. */
static void add_name(const odd_dataset *name, int64_t image, odd_text *out)
{
    char *text;
    if (read_names(name, image, 1, &text) != ODD_OK) return;
    odd_text_format(out, "'%.*s'", (int)odd_dataset_shape(name)->width, text);
    odd_free(text);
}

/* ---- the rows ---- */

/* Row number `row` is of this image, or of several where the catalogue has it so, or of none. */
static odd_status place_row(join *j, int64_t row, const char *name, size_t length)
{
    const odd_hash digest = digest_of(name, length);
    const named *at = bsearch(&digest, j->image, (size_t)j->n, sizeof *at, compare_digests);
    if (!at) return ODD_OK;
    while (at > j->image && compare_digests(at - 1, &digest) == 0)
        at--;
    if (j->row[at->image] >= 0)
        return odd_fail(ODD_FORMAT, "'%s' names '%.*s' twice, in rows %lld and %lld (from 0 on)",
                        j->given, (int)length, name, (long long)j->row[at->image], (long long)row);
    for (; at < j->image + j->n && compare_digests(at, &digest) == 0; at++)
        j->row[at->image] = row;
    j->found++;
    return ODD_OK;
}

static odd_status place_first(join *j, int64_t row, const char *name, size_t length)
{
    odd_text copy = ODD_TEXT_EMPTY;
    if (row > 0) return ODD_OK;
    odd_text_bytes(&copy, name, length);
    j->first = copy.s; /* handed over */
    return odd_text_status(&copy);
}

static odd_status check_count(const char *given, int64_t names, int64_t rows)
{
    if (names == rows) return ODD_OK;
    return odd_fail(ODD_FORMAT, "'%s' has %lld names for %lld rows: one for each is wanted", given,
                    (long long)names, (long long)rows);
}

static odd_status place_line(join *j, int64_t row, const char *line, size_t length)
{
    odd_status st;
    if (length > 0 && line[length - 1] == '\r') length--;
    if (length == 0)
        return odd_fail(ODD_FORMAT, "'%s': line %lld is empty", j->given, (long long)row + 1);
    ODD_TRY(place_first(j, row, line, length));
    ODD_TRY(place_row(j, row, line, length));
done:
    return st;
}

/* One name a line, the last line with or without its end. */
static odd_status place_lines(join *j, int64_t rows)
{
    static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, which some editors write */
    char *text = NULL;
    int64_t size, row = 0;
    odd_status st;
    ODD_TRY(odd_file_slurp(j->given, TEXT_LIMIT, &text, &size));
    const char *at = text, *end = text + size;
    if (strncmp(text, mark, sizeof mark - 1) == 0) at += sizeof mark - 1;
    for (; at < end; row++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        ODD_TRY(place_line(j, row, at, (size_t)(stop - at)));
        at = stop + 1;
    }
    st = check_count(j->given, row, rows);
done:
    odd_free(text);
    return st;
}

static odd_status place_strings(join *j, int64_t rows)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_text_rows *names = NULL;
    const char *dataset = odd_dataset_part(j->given), *name;
    odd_status st;
    odd_text_bytes(&path, j->given, (size_t)(dataset - j->given - 1));
    ODD_TRY(odd_text_status(&path));
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, true, &file));
    ODD_TRY(odd_text_rows_open(file, dataset, &names));
    ODD_TRY(check_count(j->given, odd_text_rows_count(names), rows));
    for (int64_t row = 0; row < rows; row++) {
        ODD_TRY(odd_text_rows_read(names, row, &name));
        ODD_TRY(place_first(j, row, name, strlen(name)));
        ODD_TRY(place_row(j, row, name, strlen(name)));
    }
done:
    odd_text_rows_close(&names);
    odd_file_close(&file);
    odd_text_free(&path);
    return st;
}

/* ---- what is left ---- */

static odd_status check_missing(const join *j, const odd_dataset *name, const uint8_t wanted[])
{
    enum { NAMED = 3 };
    odd_text names = ODD_TEXT_EMPTY;
    int64_t missing = 0, all = 0;
    for (int64_t i = 0; i < j->n; i++) {
        all += wanted[i] != 0;
        if (!wanted[i] || j->row[i] >= 0) continue;
        if (missing > 0 && missing < NAMED) odd_text_add(&names, ", ");
        if (missing++ < NAMED) add_name(name, i, &names);
    }
    if (missing > 0)
        odd_fail(ODD_FORMAT,
                 "'%s' names no row for %lld of %lld images: %s%s; its first name is '%s', and "
                 "names are wanted as ingest.h5 has them in /path",
                 j->given, (long long)missing, (long long)all, odd_text_string(&names),
                 missing > NAMED ? ", ..." : "", j->first ? j->first : "");
    odd_text_free(&names);
    return missing > 0 ? ODD_FORMAT : ODD_OK;
}

odd_status odd_embeddings_match(const char *given, int64_t rows, const odd_dataset *name,
                                const uint8_t wanted[], int64_t row[])
{
    join j = {.given = given, .n = odd_dataset_shape(name)->shape[0], .row = row};
    odd_status st;
    for (int64_t i = 0; i < j.n; i++)
        row[i] = -1;
    ODD_TRY(ODD_NEW(j.image, j.n));
    ODD_TRY(digest_images(name, &j));
    ODD_TRY(odd_dataset_part(given) ? place_strings(&j, rows) : place_lines(&j, rows));
    ODD_TRY(check_missing(&j, name, wanted));
    if (j.found < rows)
        odd_log(ODD_LOG_INFO, "features: %lld of %lld stored rows are of no image of the catalogue",
                (long long)(rows - j.found), (long long)rows);
done:
    odd_free(j.image);
    odd_free(j.first);
    return st;
}
