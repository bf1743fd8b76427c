/* A file of rows that a bench case makes and removes. */
#include "bench/bench_internal.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/dataset.h"

#include <sys/stat.h>

static odd_status check_place(const odd_bench_case *c, const odd_bench_settings *s)
{
    struct stat info;
    if (!s->file)
        return odd_fail(ODD_USAGE, "bench %s wants file=PATH: where it may write its rows",
                        c->name);
    if (lstat(s->file, &info) == 0)
        return odd_fail(ODD_USAGE, "'%s' is there already, and bench writes to a file of its own",
                        s->file);
    return ODD_OK;
}

odd_status odd_bench_file_check(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s)
{
    odd_status st;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? check_place(c, s) : ODD_OK);
done:
    return st;
}

static odd_type type_of(const odd_bench_settings *s)
{
    return s->half ? ODD_F16 : ODD_F32;
}

int64_t odd_bench_file_value(const odd_bench_settings *s)
{
    return (int64_t)odd_type_size(type_of(s));
}

/* `half` (step, d): where rows are rounded; NULL: they go as they are. @collective */
static odd_status write_rows(MPI_Comm comm, odd_dataset *dataset, const odd_partition *part,
                             int64_t step, odd_bench_fill *fill, int d, float x[], uint16_t *half)
{
    odd_status st = ODD_OK;
    const int64_t batches = odd_batches(comm, part->n_local, step);
    for (int64_t b = 0; b < batches; b++) {
        const odd_batch mine = odd_batch_of(b, step, part->n_local);
        fill(part->row0 + mine.first, mine.count, d, x);
        if (half) odd_half_from_floats(mine.count * d, x, half);
        ODD_TRY(odd_dataset_write(dataset, part->row0 + mine.first, mine.count,
                                  half ? (const void *)half : x));
    }
done:
    return st;
}

odd_status odd_bench_file_write(MPI_Comm comm, const odd_bench_case *c, const odd_bench_settings *s,
                                const odd_partition *part, int64_t step, odd_bench_fill *fill,
                                float x[])
{
    const odd_provenance from = {
        .stage = "bench", .command = c->name, .settings = "", .fingerprint = ""};
    const odd_shape matrix = {.type = type_of(s), .rank = 2, .shape = {s->n, s->d}};
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    uint16_t *half = NULL;
    odd_status st;
    if (s->half) ODD_TRY_ALL(comm, ODD_NEW(half, step * s->d));
    ODD_TRY(odd_file_create(comm, s->file, &from, &file));
    ODD_TRY(odd_dataset_create(file, "x", &matrix, "rows of a benchmark", "", &dataset));
    ODD_TRY(write_rows(comm, dataset, part, step, fill, (int)s->d, x, half));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    odd_free(half);
    return st;
}
