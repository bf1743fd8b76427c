/* Stored: features that another program computed, of any model on any machine, for the images of
 * the catalogue. */
#include "oddlot/run/run.h"
#include "oddlot/run/stage_files.h"
#include "stage/features/embeddings_internal.h"
#include "stage/features/feature_output_internal.h"
#include "stage/features/feature_source_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/image.h"

#include <math.h>

typedef struct {
    char *rows, *paths;
} stored_options;

static const odd_option table[] = {
    ODD_PATH(stored_options, rows, "",
             "a .npy file, or FILE.h5:/DATASET: a row of floats for each image"),
    ODD_PATH(stored_options, paths, "",
             "which image each row is of: a text file, one name a line, or FILE.h5:/DATASET of "
             "strings, as in ingest.h5:/path; \"\": in the order of the catalogue, also of images "
             "that cannot be read"),
    ODD_OPTIONS_END,
};

typedef struct {
    odd_embeddings rows;
    char *name;       /* of their file */
    int64_t *row;     /* (images) that each image has; NULL: the one of its own number */
    odd_file *ingest; /* to name images */
} stored;

static const char *file_of(const void *given)
{
    const stored_options *o = given;
    return *o->rows ? o->rows : NULL;
}

static odd_status plan_stored(const odd_job *job, const void *given, const odd_image_form *form,
                              odd_feature_needs *out)
{
    const stored_options *o = given;
    odd_embeddings rows = {.npy = {.fd = -1}};
    odd_status st;
    (void)form;
    if (!*o->rows)
        return odd_job_fail(job, "features.source",
                            "'stored' takes rows of numbers from a file, and none is named: write "
                            "features.stored.rows");
    ODD_TRY(odd_embeddings_open(o->rows, &rows));
    *out = (odd_feature_needs){.width = rows.width, .batch = 1};
done:
    odd_embeddings_close(&rows);
    return st;
}

static odd_status digest_stored(const void *given, odd_hash *digest)
{
    const stored_options *o = given;
    odd_status st;
    ODD_TRY(odd_embeddings_digest(o->rows, digest));
    if (*o->paths) ODD_TRY(odd_embeddings_digest(o->paths, digest));
done:
    return st;
}

/* One row for each image, in the order of the catalogue. */
static odd_status check_order(const char *rows, int64_t n, int64_t images)
{
    if (n == images) return ODD_OK;
    return odd_fail(ODD_FORMAT,
                    "'%s' has %lld rows, the catalogue %lld images (those that cannot be read "
                    "included): in the order of the catalogue each has its row; else name the "
                    "image of each row by features.stored.paths",
                    rows, (long long)n, (long long)images);
}

/* status (n) becomes: whether the image needs a row. */
static odd_status read_wanted(const odd_file *ingest, int64_t n, uint8_t **wanted)
{
    const odd_shape column = {.type = ODD_U8, .rank = 1, .shape = {n}};
    odd_dataset *status = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*wanted, n));
    ODD_TRY(odd_dataset_expect(ingest, "status", &column, &status));
    ODD_TRY(odd_dataset_read(status, 0, n, ODD_U8, *wanted));
    for (int64_t i = 0; i < n; i++)
        (*wanted)[i] = (*wanted)[i] == ODD_IMAGE_OK;
done:
    odd_dataset_close(&status);
    return st;
}

/* Which row each image has. */
static odd_status match_rows(const stored_options *o, stored *s)
{
    const odd_shape column = {.type = ODD_STRING, .rank = 1, .shape = {-1}};
    odd_dataset *name = NULL;
    uint8_t *wanted = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(s->ingest, "path", &column, &name));
    const int64_t n = odd_dataset_shape(name)->shape[0];
    if (!*o->paths) {
        st = check_order(o->rows, s->rows.n, n);
        goto done;
    }
    ODD_TRY(read_wanted(s->ingest, n, &wanted));
    ODD_TRY(ODD_NEW(s->row, n));
    ODD_TRY(odd_embeddings_match(o->paths, s->rows.n, name, wanted, s->row));
done:
    odd_free(wanted);
    odd_dataset_close(&name);
    return st;
}

static void close_stored(void **state)
{
    stored *s = *state;
    if (!s) return;
    odd_embeddings_close(&s->rows);
    odd_file_close(&s->ingest);
    odd_free(s->row);
    odd_free(s->name);
    odd_free(s);
    *state = NULL;
}

static odd_status open_stored(const odd_run *run, const void *given, const odd_image_form *form,
                              odd_feature_needs *needs, void **state)
{
    const stored_options *o = given;
    odd_text name = ODD_TEXT_EMPTY;
    stored *s;
    odd_status st;
    *state = NULL;
    ODD_TRY(ODD_NEW(s, 1));
    *state = s;
    s->rows.npy.fd = -1;
    odd_text_add(&name, o->rows);
    s->name = name.s; /* handed over */
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(plan_stored(run->job, given, form, needs));
    ODD_TRY(odd_embeddings_open(o->rows, &s->rows));
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "ingest", &s->ingest));
    ODD_TRY(match_rows(o, s));
done:
    if (st != ODD_OK) close_stored(state);
    return st;
}

static int64_t row_of(const stored *s, int64_t image)
{
    return s->row ? s->row[image] : image;
}

static odd_status fail_value(const stored *s, int64_t image, int64_t feature)
{
    char *path = odd_feature_image_path(s->ingest, image);
    const odd_status st =
        odd_fail(ODD_NUMERIC,
                 "feature %lld of '%s' (row %lld of '%s') is not a finite float32: such rows must "
                 "be mended, or the image be left out of the catalogue",
                 (long long)feature, path ? path : "?", (long long)row_of(s, image), s->name);
    odd_free(path);
    return st;
}

/* Neighbours by one read. */
static odd_status extract_stored(void *state, int64_t count, const int64_t row[],
                                 const uint8_t images[], float x[])
{
    const stored *s = state;
    const int width = s->rows.width;
    odd_status st = ODD_OK;
    (void)images;
    for (int64_t i = 0, run; i < count; i += run) {
        const int64_t first = row_of(s, row[i]);
        for (run = 1; i + run < count && row_of(s, row[i + run]) == first + run;)
            run++;
        ODD_TRY(odd_embeddings_read(&s->rows, first, run, x + i * width));
    }
    for (int64_t i = 0; i < count * width; i++)
        if (!isfinite(x[i])) ODD_TRY(fail_value(s, row[i / width], i % width));
done:
    return st;
}

const odd_feature_source odd_feature_stored = {
    .name = "stored",
    .summary = "rows that another program computed, from a .npy file or a dataset of an HDF5 file",
    .blind = true,
    .unit = true,
    .options = table,
    .options_size = sizeof(stored_options),
    .file = file_of,
    .outside = digest_stored,
    .plan = plan_stored,
    .open = open_stored,
    .extract = extract_stored,
    .close = close_stored,
};
