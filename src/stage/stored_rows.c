/* Stored rows: a matrix in a file as odd_rows, in memory where it fits, streamed where not. */
#include "stage_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

static odd_status read_part(void *context, int64_t local, int64_t count, float x[])
{
    const odd_stored_rows *stored = context;
    return odd_dataset_read(stored->dataset, stored->rows.part.row0 + local, count, ODD_F32, x);
}

static bool fits(const odd_run *run, const odd_rows *rows)
{
    double bytes = (double)rows->part.n_local * rows->d * (double)sizeof(float);
    return bytes <= run->options->memory * 1073741824.0;
}

static odd_status load(odd_stored_rows *stored)
{
    odd_status st;
    ODD_TRY(ODD_NEW(stored->x, stored->rows.part.n_local * stored->rows.d));
    ODD_TRY(odd_dataset_read(stored->dataset, stored->rows.part.row0, stored->rows.part.n_local,
                             ODD_F32, stored->x));
    stored->rows.x = stored->x;
done:
    return st;
}

odd_status odd_stored_rows_open(const odd_run *run, const odd_file *file, const char *name,
                                odd_stored_rows *out)
{
    const odd_shape matrix = {.type = ODD_F32, .rank = 2, .shape = {-1, -1}};
    odd_status st;
    *out = (odd_stored_rows){0};
    ODD_TRY_ALL(run->comm, odd_dataset_expect(file, name, &matrix, &out->dataset));
    const odd_shape *shape = odd_dataset_shape(out->dataset);
    out->rows = odd_rows_in_memory(run->comm, shape->shape[0], (int)shape->shape[1], NULL);
    out->rows.read = read_part;
    out->rows.reader = out;
    if (!fits(run, &out->rows)) {
        odd_log(ODD_LOG_INFO,
                "%s: %lld x %d values are streamed from the file (memory: %g GiB per rank)", name,
                (long long)shape->shape[0], out->rows.d, run->options->memory);
        return ODD_OK;
    }
    ODD_TRY_ALL(run->comm, load(out));
done:
    if (st != ODD_OK) odd_stored_rows_close(out);
    return st;
}

void odd_stored_rows_close(odd_stored_rows *stored)
{
    odd_dataset_close(&stored->dataset);
    odd_free(stored->x);
    stored->x = NULL;
}
