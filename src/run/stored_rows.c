/* Stored rows: a matrix in a file as odd_rows, in memory where it fits, streamed where not. */
#include "oddlot/run/stored_rows.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage_files.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

odd_status odd_rows_gather(const odd_matrix *matrix, int64_t count, const int64_t row[], float x[])
{
    const int64_t d = odd_matrix_width(matrix);
    odd_status st = ODD_OK;
    for (int64_t i = 0, run; i < count; i += run) { /* neighbours by one read */
        for (run = 1; i + run < count && row[i + run] == row[i] + run;)
            run++;
        ODD_TRY(odd_matrix_read(matrix, row[i], run, x + i * d));
    }
done:
    return st;
}

static odd_status read_part(void *context, int64_t local, int64_t count, float x[])
{
    const odd_stored_rows *stored = context;
    const int64_t first = stored->rows.part.row0 + local;
    return stored->pick ? odd_rows_gather(stored->matrix, count, stored->pick + first, x)
                        : odd_matrix_read(stored->matrix, first, count, x);
}

static bool fits_in_memory(const odd_run *run, const odd_rows *rows)
{
    double bytes = (double)rows->part.n_local * rows->d * (double)sizeof(float);
    return bytes <= run->options->memory * 1073741824.0;
}

static odd_status load_rows(odd_stored_rows *stored)
{
    odd_status st;
    ODD_TRY(ODD_NEW(stored->x, stored->rows.part.n_local * stored->rows.d));
    ODD_TRY(read_part(stored, 0, stored->rows.part.n_local, stored->x));
    stored->rows.x = stored->x;
done:
    return st;
}

/* The matrix, and how its rows are read; out->pick, of `picked` rows, is set. @collective */
static odd_status open_rows(const odd_run *run, const odd_file *file, const char *name,
                            int64_t picked, odd_stored_rows *out)
{
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_matrix_open(file, name, &out->matrix));
    out->rows = odd_rows_in_memory(run->comm, out->pick ? picked : odd_matrix_rows(out->matrix),
                                   (int)odd_matrix_width(out->matrix), NULL);
    out->rows.read = read_part;
    out->rows.reader = out;
    if (!fits_in_memory(run, &out->rows)) {
        odd_log(ODD_LOG_INFO,
                "%s: %lld x %d values are streamed from the file (memory: %g GiB per rank)", name,
                (long long)out->rows.part.n, out->rows.d, run->options->memory);
        return ODD_OK;
    }
    ODD_TRY_ALL(run->comm, load_rows(out));
done:
    if (st != ODD_OK) odd_stored_rows_close(out);
    return st;
}

odd_status odd_stored_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out)
{
    *out = (odd_stored_rows){0};
    return open_rows(run, file, name, 0, out);
}

odd_status odd_picked_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                int64_t *pick, int64_t picked, odd_stored_rows *out)
{
    *out = (odd_stored_rows){.pick = pick};
    return open_rows(run, file, name, picked, out);
}

/* Numbers of the features' rows that are not held out; NULL where none is. @local */
static odd_status pick_learnt(const odd_file *ingest, const odd_file *features, int64_t **pick,
                              int64_t *picked)
{
    uint8_t *held_out = NULL;
    int64_t *image = NULL, images, n;
    odd_status st;
    *pick = NULL;
    *picked = 0;
    ODD_TRY(odd_image_marks_read(ingest, "held_out", &held_out, &images));
    ODD_TRY(odd_feature_images_read(features, images, &image, &n));
    ODD_TRY(ODD_NEW(*pick, n));
    for (int64_t i = 0; i < n; i++)
        if (!held_out[image[i]]) (*pick)[(*picked)++] = i;
    if (n > 0 && *picked == 0)
        ODD_TRY(odd_fail(ODD_USAGE, "every image that could be read is held out: nothing is left "
                                    "to learn from, see contamination.held_out"));
    if (*picked == n) {
        odd_free(*pick);
        *pick = NULL;
    }
done:
    odd_free(held_out);
    odd_free(image);
    return st;
}

odd_status odd_learnt_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out)
{
    odd_file *ingest = NULL, *features = NULL;
    int64_t picked;
    odd_status st;
    *out = (odd_stored_rows){0};
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY_ALL(run->comm, pick_learnt(ingest, features, &out->pick, &picked));
    ODD_TRY(open_rows(run, file, name, picked, out));
done:
    odd_file_close(&features);
    odd_file_close(&ingest);
    if (st != ODD_OK) odd_stored_rows_close(out);
    return st;
}

void odd_stored_rows_close(odd_stored_rows *stored)
{
    odd_matrix_close(&stored->matrix);
    odd_free(stored->x);
    odd_free(stored->pick);
    stored->x = NULL;
    stored->pick = NULL;
}

int64_t odd_stored_row(const odd_stored_rows *stored, int64_t row)
{
    return stored->pick ? stored->pick[row] : row;
}
