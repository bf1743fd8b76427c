/* Reduce: from wide rows of features to short rows of components, by a registered reduction that
 * learns from them, or by the model of an earlier run. */
#include "oddlot/nn/networks.h"
#include "oddlot/run/columns.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/run/stored_model.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/run/work_journal.h"
#include "oddlot/stage/reductions.h"
#include "oddlot/stage/stages.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

typedef struct {
    char *method, *model;
} reduce_options;

static odd_part reduction_part(int i)
{
    const odd_reduction *r = odd_stage_reductions[i];
    return r ? (odd_part){r->name, r->summary, r->options, r->options_size} : (odd_part){0};
}

static const odd_option reduce_table[] = {
    ODD_PART(reduce_options, method, "pca", "reduction", reduction_part, "how rows are made short"),
    ODD_PATH(reduce_options, model, "",
             "run folder or reduce.h5 whose model is used; empty: learn one from these rows"),
    ODD_OPTIONS_END,
};

static const odd_section reduce_section =
    ODD_SECTION("reduce", "From wide rows to short ones", reduce_table, reduce_options);

const odd_reduction *odd_stage_reduction_find(const char *name)
{
    for (int i = 0; odd_stage_reductions[i]; i++)
        if (strcmp(odd_stage_reductions[i]->name, name) == 0) return odd_stage_reductions[i];
    return NULL;
}

static const odd_reduction *reduction_of(const odd_job *job)
{
    const reduce_options *options = odd_job_section(job, "reduce");
    return odd_stage_reduction_find(options->method);
}

static const char *reduce_part(const odd_job *job)
{
    return reduction_of(job)->name;
}

static odd_model_source model_source(const odd_run *run)
{
    const reduce_options *options = odd_job_section(run->job, "reduce");
    return (odd_model_source){&odd_stage_reduce, options->model, "method", reduce_part(run->job)};
}

/* The message of an image whose name is known. @local; another status where it is not */
static odd_status name_bad_image(const odd_run *run, int64_t image)
{
    odd_file *ingest = NULL;
    odd_image_facts *facts = NULL;
    const char *name;
    int64_t images;
    odd_status st;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "ingest", &ingest));
    ODD_TRY(odd_image_count(ingest, "status", &images));
    ODD_TRY(odd_image_facts_open(ingest, images, &facts));
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, image, &name));
    ODD_TRY(odd_fail(ODD_NUMERIC, "image '%s' (row %lld) has a feature that is not a finite number",
                     name, (long long)image));
done:
    odd_image_facts_close(&facts);
    odd_file_close(&ingest);
    return st;
}

/* Say which image a row of features belongs to. @local */
static odd_status name_bad_row(const odd_run *run, const odd_file *features, int64_t bad)
{
    odd_dataset *row = NULL;
    int64_t image;
    odd_status st;
    ODD_TRY(odd_dataset_open(features, "row", &row));
    ODD_TRY(odd_dataset_read(row, bad, 1, ODD_I64, &image));
    if (name_bad_image(run, image) != ODD_NUMERIC)
        odd_fail(ODD_NUMERIC, "row %lld has a feature that is not a finite number",
                 (long long)image);
    st = ODD_NUMERIC;
done:
    odd_dataset_close(&row);
    return st;
}

/* @collective */
static odd_status write_dense(odd_file *file, const odd_partition *part, int k,
                              const float component[])
{
    const odd_shape matrix = {ODD_F32, sizeof(float), 2, {part->n, k}};
    odd_dataset *components = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, "components", &matrix,
                               "short rows: coordinates along the components",
                               "units of the features", &components));
    ODD_TRY(odd_dataset_write(components, part->row0, part->n_local, component));
done:
    odd_dataset_close(&components);
    return st;
}

/* Rows of zeros and ones. @collective */
static odd_status write_sparse(MPI_Comm comm, odd_file *file, const odd_partition *part, int k,
                               const float component[])
{
    uint8_t *bits = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(bits, part->n_local * odd_bits_bytes(k)));
    odd_bits_pack(part->n_local, k, component, bits);
    ODD_TRY(odd_sparse_write(file, "components", part->n, k, "where a row is 1", part->row0,
                             part->n_local, bits));
done:
    odd_free(bits);
    return st;
}

/* @collective */
static odd_status write_components(MPI_Comm comm, odd_file *file, const odd_partition *part, int k,
                                   bool sparse, const float component[], const double residual[])
{
    odd_status st;
    ODD_TRY(sparse ? write_sparse(comm, file, part, k, component)
                   : write_dense(file, part, k, component));
    ODD_TRY(odd_column_write(file, "residual", ODD_F64, part->n, part->row0, part->n_local,
                             residual,
                             "reconstruction error: length of what the components do not hold",
                             "units of the features"));
done:
    return st;
}

/* A model of an earlier run, and the width of the rows that it gives. @collective */
static odd_status read_stored_model(const odd_run *run, int d, odd_bundle *model, int *k)
{
    const odd_model_source from = model_source(run);
    int takes;
    odd_status st;
    ODD_TRY(odd_stored_model_read(run, &from, model));
    st = reduction_of(run->job)->width(model, &takes, k);
    if (st == ODD_OK && takes != d)
        st = odd_fail(ODD_USAGE, "a model for rows of %d features, these have %d", takes, d);
    if (st != ODD_OK) st = odd_fail_prefix(st, "%s: ", from.given);
    ODD_TRY_ALL(run->comm, st);
done:
    return st;
}

/* From the rows that are not held out. @collective */
static odd_status fit_reduction(odd_run *run, const odd_file *in, const odd_stored_rows *from,
                                odd_passes *passes, odd_bundle *model, int *k)
{
    const odd_reduction *reduction = reduction_of(run->job);
    odd_rows rows = from->rows;
    int64_t bad = -1;
    rows.passes = passes;
    odd_status st = reduction->fit(odd_stage_options(&odd_stage_reduce, run->job), &rows,
                                   (uint64_t)run->options->seed, model, k, &bad);
    if (bad < 0) return st;
    odd_stored_rows_find(from, 1, &bad);
    return odd_agree(run->comm, name_bad_row(run, in, bad));
}

/* The model, learnt or taken, and all rows, to be closed by the caller. @collective */
static odd_status open_model(odd_run *run, const odd_file *in, odd_passes *passes,
                             odd_stored_rows *all, odd_bundle *model, int *k)
{
    const bool learns = !*model_source(run).given;
    odd_status st;
    if (learns) {
        ODD_TRY(odd_learnt_rows_open(run, in, "features", all));
        ODD_TRY(fit_reduction(run, in, all, passes, model, k));
        if (!all->pick) return ODD_OK;
        odd_stored_rows_close(all);
    }
    ODD_TRY(odd_stored_rows_open(run, in, "features", all));
    if (!learns) ODD_TRY(read_stored_model(run, all->rows.d, model, k));
done:
    return st;
}

/* What learns nothing from the rows has not looked at them: name the first whose components are not
 * finite. @collective */
static odd_status check_components(odd_run *run, const odd_file *in, const odd_partition *part,
                                   int k, const float component[])
{
    int64_t first = INT64_MAX, last;
    for (int64_t i = 0; i < part->n_local * k && first == INT64_MAX; i++)
        if (!isfinite(component[i])) first = part->row0 + i / k;
    last = -first;
    odd_max_i64(run->comm, &last, 1);
    if (last == -INT64_MAX) return ODD_OK;
    return odd_agree(run->comm, name_bad_row(run, in, -last));
}

/* It is hardly meant, and what comes after takes the square or cube of the width. */
static void warn_if_wider(const odd_reduction *reduction, int d, int k)
{
    if (k > d)
        odd_log(ODD_LOG_WARN,
                "reduce: %s makes rows wider, from %d features to %d components: is that what "
                "reduce.%s is meant to do?",
                reduction->name, d, k, reduction->name);
}

/* Learn or take the model, and apply it to all rows. @collective */
static odd_status reduce_rows(odd_run *run, const odd_file *in, odd_passes *passes, odd_file *out)
{
    const odd_reduction *reduction = reduction_of(run->job);
    odd_stored_rows all = {0};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    float *component = NULL;
    double *residual = NULL;
    int k = 0;
    odd_status st;
    ODD_TRY(open_model(run, in, passes, &all, &model, &k));
    const odd_rows *rows = &all.rows;
    warn_if_wider(reduction, rows->d, k);
    ODD_TRY_ALL(run->comm, odd_fault("reduce.apply"));
    ODD_TRY_ALL(run->comm, ODD_NEW(component, rows->part.n_local * k));
    ODD_TRY_ALL(run->comm, ODD_NEW(residual, rows->part.n_local));
    ODD_TRY(reduction->apply(&model, rows, component, residual));
    ODD_TRY(check_components(run, in, &rows->part, k, component));
    ODD_TRY(write_components(run->comm, out, &rows->part, k,
                             reduction->passes && odd_matrix_is_sparse(all.matrix), component,
                             residual));
    ODD_TRY(odd_bundle_write(out, "model", &model));
    ODD_TRY(odd_file_set_text(out, "/model", "method", reduction->name));
done:
    odd_stored_rows_close(&all);
    odd_bundle_free(&model);
    odd_free(component);
    odd_free(residual);
    return st;
}

static odd_status run_reduce(odd_run *run, const odd_provenance *from)
{
    odd_file *in = NULL, *out = NULL;
    odd_journal *journal = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "features", &in));
    ODD_TRY(odd_work_journal_open(run, from, &journal));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(reduce_rows(run, in, odd_journal_passes(journal), out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_journal_close(&journal, st == ODD_OK);
    odd_file_discard(&out);
    odd_file_close(&in);
    return st;
}

/* The reduction's own plan, or what a stored model does. @collective */
static odd_status plan_model(odd_run *run, odd_stage_plan *plan, int *k)
{
    const odd_reduction *reduction = reduction_of(run->job);
    const odd_model_source from = model_source(run);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_status st;
    if (!*from.given)
        return odd_agree(run->comm, reduction->plan(odd_stage_options(&odd_stage_reduce, run->job),
                                                    plan->rows, (int)plan->width, plan->ranks,
                                                    plan->threads, k, &plan->memory, &plan->what));
    ODD_TRY(read_stored_model(run, (int)plan->width, &model, k));
    plan->memory = plan->width * *k * (int64_t)sizeof(double);
    odd_text_format(&plan->what, "%s from %lld to %d features by the model of %s", reduction->name,
                    (long long)plan->width, *k, from.given);
done:
    odd_bundle_free(&model);
    return st;
}

/* What the reduction knows to grow otherwise than the rows. Squares of the width are summed up. */
static odd_status cost_reduce(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const odd_reduction *reduction = reduction_of(run->job);
    if (*model_source(run).given || !reduction->work) return ODD_OK;
    reduction->work(odd_stage_options(&odd_stage_reduce, run->job), plan->rows, plan->features,
                    &cost->flops, &cost->cubes);
    const double order = (double)odd_min(plan->features, plan->rows);
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_SUM, 1, order * order * sizeof(double));
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_AGREE, 12, 0);
    return ODD_OK;
}

static odd_status plan_reduce(odd_run *run, odd_stage_plan *plan)
{
    const int64_t in = plan->rows / plan->ranks * plan->width * (int64_t)sizeof(float);
    const int64_t most = (int64_t)(run->options->memory * 1073741824.0);
    int k;
    odd_status st;
    ODD_TRY(plan_model(run, plan, &k));
    plan->memory += in < most ? in : 0;
    if (in >= most) odd_text_add(&plan->what, "; the rows are streamed");
    if (k > plan->width) odd_text_add(&plan->what, "; wider than the features");
    plan->disk = plan->rows * (k * (int64_t)sizeof(float) + 8) + plan->width * k * 8;
    plan->width = k;
done:
    return st;
}

static odd_status model_digest(odd_run *run, odd_hash *digest)
{
    const odd_model_source from = model_source(run);
    return odd_stored_model_digest(run, &from, digest);
}

static odd_status check_reduce(const odd_job *job)
{
    return reduction_of(job)->network ? odd_networks_check(job, "reduce.method") : ODD_OK;
}

static const char *const inputs[] = {"ingest", "features", NULL};
static const odd_section *const sections[] = {&reduce_section, NULL};

const odd_stage odd_stage_reduce = {
    .name = "reduce",
    .file = "reduce.h5",
    .summary = "keep the few directions in which the images differ most",
    .seeded = true,
    .version = 3,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .parts = reduction_part,
    .part = reduce_part,
    .check = check_reduce,
    .outside = model_digest,
    .plan = plan_reduce,
    .cost = cost_reduce,
    .run = run_reduce,
};
