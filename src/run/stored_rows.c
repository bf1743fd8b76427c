/* Stored rows: a matrix in a file as odd_rows, in memory where it fits, streamed where not. */
#include "oddlot/run/stored_rows.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage_files.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"

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
    return stored->pick ? odd_rows_gather(stored->matrix, count, stored->pick + local, x)
                        : odd_matrix_read(stored->matrix, first, count, x);
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

/* The matrix, and how its rows are read; out->pick, mine of `picked` rows, is set. @collective */
static odd_status open_rows(const odd_run *run, const odd_file *file, const char *name,
                            int64_t picked, odd_stored_rows *out)
{
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_matrix_open(file, name, &out->matrix));
    out->rows = odd_rows_in_memory(run->comm, out->pick ? picked : odd_matrix_rows(out->matrix),
                                   (int)odd_matrix_width(out->matrix), NULL);
    out->rows.read = read_part;
    out->rows.reader = out;
    /* Rank 0 has the most rows: those of others may fit where its own do not. */
    const bool fits =
        odd_run_fits(run, (double)out->rows.part.n_local * out->rows.d * (double)sizeof(float));
    if (!fits)
        odd_log(ODD_LOG_INFO,
                "%s: %lld x %d values are streamed from the file (memory: %g GiB per rank)", name,
                (long long)out->rows.part.n, out->rows.d, run->options->memory);
    ODD_TRY_ALL(run->comm, fits ? load_rows(out) : ODD_OK);
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
                                const int64_t row[], int64_t count, odd_stored_rows *out)
{
    odd_partition part;
    odd_status st;
    *out = (odd_stored_rows){0};
    ODD_TRY(odd_deal(run->comm, row, count, sizeof *row, (void **)&out->pick, &part));
    ODD_TRY(open_rows(run, file, name, part.n, out));
done:
    if (st != ODD_OK) odd_stored_rows_close(out);
    return st;
}

/* Those of my rows of the features that are not held out: (*count). @local */
static odd_status pick_learnt(const odd_file *ingest, const odd_file *features,
                              const odd_partition *part, int64_t **out, int64_t *count)
{
    uint8_t *held_out = NULL;
    int64_t *image = NULL, images;
    odd_status st;
    *count = 0;
    ODD_TRY(odd_image_count(ingest, "held_out", &images));
    ODD_TRY(ODD_NEW(image, part->n_local));
    ODD_TRY(odd_feature_images_part(features, images, part, image));
    ODD_TRY(ODD_NEW(held_out, part->n_local));
    ODD_TRY(odd_image_column_of(ingest, "ingest.h5", "held_out", ODD_U8, images, part->n_local,
                                image, held_out));
    ODD_TRY(ODD_NEW(*out, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++)
        if (!held_out[i]) (*out)[(*count)++] = part->row0 + i;
done:
    odd_free(held_out);
    odd_free(image);
    return st;
}

/* @collective */
static odd_status learnt_rows(const odd_run *run, const odd_file *ingest, const odd_file *features,
                              const odd_file *file, const char *name, odd_stored_rows *out)
{
    int64_t *mine = NULL, rows = 0, count, learnt;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_image_count(features, "row", &rows));
    const odd_partition part = odd_partition_rows(run->comm, rows);
    ODD_TRY_ALL(run->comm, pick_learnt(ingest, features, &part, &mine, &count));
    learnt = count;
    odd_sum_i64(run->comm, &learnt, 1);
    if (rows > 0 && learnt == 0)
        ODD_TRY(odd_fail(ODD_USAGE, "every image that could be read is held out: nothing is left "
                                    "to learn from, see contamination.held_out"));
    st = learnt == rows ? odd_stored_rows_open(run, file, name, out)
                        : odd_picked_rows_open(run, file, name, mine, count, out);
done:
    odd_free(mine);
    return st;
}

odd_status odd_learnt_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out)
{
    odd_file *ingest = NULL, *features = NULL;
    odd_status st;
    *out = (odd_stored_rows){0};
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY(learnt_rows(run, ingest, features, file, name, out));
done:
    odd_file_close(&features);
    odd_file_close(&ingest);
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

int64_t odd_stored_row(const odd_stored_rows *stored, int64_t local)
{
    return stored->pick ? stored->pick[local] : stored->rows.part.row0 + local;
}

void odd_stored_rows_find(const odd_stored_rows *stored, int64_t count, int64_t row[])
{
    const odd_partition *part = &stored->rows.part;
    if (!stored->pick) return;
    for (int64_t i = 0; i < count; i++) {
        const int64_t local = row[i] - part->row0;
        row[i] = local >= 0 && local < part->n_local ? stored->pick[local] : -1;
    }
    odd_max_i64(stored->rows.comm, row, count);
}
