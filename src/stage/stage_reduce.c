/* Reduce: from wide rows of features to short rows of scores, by a registered reduction. */
#include "stage_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"

#include <stddef.h>

typedef struct {
    char *method;
} reduce_options;

static const odd_option reduce_table[] = {
    {"method", ODD_OPTION_TEXT, offsetof(reduce_options, method), "pca", 0, 0, NULL,
     "how rows are made short: pca, srp, none"},
    ODD_OPTIONS_END,
};

const odd_section odd_reduce_section = {"reduce", "From wide rows to short ones", reduce_table,
                                        sizeof(reduce_options)};

static const odd_reduction *reduction_of(const odd_run *run)
{
    const reduce_options *options = odd_job_section(run->job, "reduce");
    return odd_reduction_find(options->method);
}

static const char *reduce_part(const odd_run *run)
{
    return reduction_of(run)->name;
}

static const char *reduction_name(int i)
{
    return odd_reductions[i] ? odd_reductions[i]->name : NULL;
}

static odd_status check_reduce(const odd_run *run)
{
    const reduce_options *options = odd_job_section(run->job, "reduce");
    if (reduction_of(run)) return ODD_OK;
    return odd_no_such_part(run->job, "reduce.method", "reduction", options->method,
                            reduction_name);
}

/* Say which image a row of features belongs to. @local */
static odd_status name_bad_row(odd_run *run, const odd_file *features, int64_t bad)
{
    const odd_audited *audited = run->audited;
    odd_dataset *row = NULL;
    int64_t image;
    odd_status st;
    ODD_TRY(odd_dataset_open(features, "row", &row));
    ODD_TRY(odd_dataset_read(row, bad, 1, ODD_I64, &image));
    st = audited && image >= 0 && image < audited->rows
             ? odd_fail(ODD_NUMERIC,
                        "image '%s' (row %lld) has a feature that is not a finite number",
                        odd_audited_name(audited, image), (long long)image)
             : odd_fail(ODD_NUMERIC, "row %lld has a feature that is not a finite number",
                        (long long)image);
done:
    odd_dataset_close(&row);
    return st;
}

static odd_status write_scores(odd_file *file, const odd_partition *part, int k,
                               const float score[], const double residual[])
{
    const odd_shape matrix = {ODD_F32, sizeof(float), 2, {part->n, k}};
    odd_dataset *scores = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, "scores", &matrix,
                               "short rows: coordinates along the components",
                               "units of the features", &scores));
    ODD_TRY(odd_dataset_write(scores, part->row0, part->n_local, score));
    ODD_TRY(odd_column_write(file, "residual", ODD_F64, part->n, part->row0, part->n_local,
                             residual,
                             "reconstruction error: length of what the components do not hold",
                             "units of the features"));
done:
    odd_dataset_close(&scores);
    return st;
}

/* Learn and apply; the rows that come out. */
static odd_status reduce_rows(odd_run *run, const odd_file *in, const odd_rows *rows, odd_file *out)
{
    const odd_reduction *reduction = reduction_of(run);
    const void *options = odd_part_options(run->job, "reduce", reduction->name);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float *score = NULL;
    double *residual = NULL;
    int64_t bad = -1;
    int k = 0;
    odd_status st = reduction->fit(options, rows, (uint64_t)run->options->seed, &model, &k, &bad);
    if (bad >= 0) st = odd_agree(run->comm, name_bad_row(run, in, bad));
    ODD_TRY(st);
    ODD_TRY_ALL(run->comm, odd_fault("reduce.apply"));
    ODD_TRY_ALL(run->comm, ODD_NEW(score, rows->part.n_local * k));
    ODD_TRY_ALL(run->comm, ODD_NEW(residual, rows->part.n_local));
    ODD_TRY(reduction->apply(&model, rows, score, residual));
    ODD_TRY(write_scores(out, &rows->part, k, score, residual));
    ODD_TRY(odd_bundle_write(out, "model", &model));
    ODD_TRY(odd_file_set_text(out, "/model", "method", reduction->name));
done:
    odd_bundle_free(&model);
    odd_free(score);
    odd_free(residual);
    return st;
}

static odd_status run_reduce(odd_run *run, const odd_provenance *from)
{
    odd_file *in = NULL, *out = NULL;
    odd_stored_rows stored = {0};
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "features", &in));
    ODD_TRY(odd_stored_rows_open(run, in, "features", &stored));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(reduce_rows(run, in, &stored.rows, out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_stored_rows_close(&stored);
    odd_file_discard(&out);
    odd_file_close(&in);
    return st;
}

static odd_status plan_reduce(odd_run *run, odd_plan *plan)
{
    const odd_reduction *reduction = reduction_of(run);
    int64_t size = odd_size(run->comm),
            in = plan->rows / size * plan->width * (int64_t)sizeof(float);
    int64_t most = (int64_t)(run->options->memory * 1073741824.0);
    int k;
    odd_status st;
    ODD_TRY(reduction->plan(odd_part_options(run->job, "reduce", reduction->name), plan->rows,
                            (int)plan->width, (int)size, odd_threads(), &k, &plan->memory,
                            &plan->what));
    plan->memory += in < most ? in : 0;
    if (in >= most) odd_text_add(&plan->what, "; the rows are streamed");
    plan->disk = plan->rows * (k * (int64_t)sizeof(float) + 8) + plan->width * k * 8;
    plan->width = k;
done:
    return st;
}

static const char *const inputs[] = {"ingest", "features", NULL};
static const char *const sections[] = {"reduce", NULL};

const odd_stage odd_stage_reduce = {
    .name = "reduce",
    .file = "reduce.h5",
    .summary = "keep the few directions in which the images differ most",
    .seeded = true,
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .part = reduce_part,
    .check = check_reduce,
    .plan = plan_reduce,
    .run = run_reduce,
};
