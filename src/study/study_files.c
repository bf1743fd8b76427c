/* Files of a study: every run and figure into study.h5 and study.csv. */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/dataset.h"

#include "oddlot/run/columns.h"

#include <math.h>
#include <string.h>

/* ---- study.h5 ---- */

static const char *row_of(const void *context, int64_t run)
{
    const odd_study *s = ((const odd_study_results *)context)->study;
    return s->rows.variant[odd_study_run(s, run).row].name;
}

static const char *column_of(const void *context, int64_t run)
{
    const odd_study *s = ((const odd_study_results *)context)->study;
    return s->columns.variant[odd_study_run(s, run).column].name;
}

static const char *failure_of(const void *context, int64_t run)
{
    const odd_study_results *r = context;
    return r->failed[run] ? r->failed[run] : "";
}

static const char *value_of(const void *context, int64_t value)
{
    return ((const odd_study_results *)context)->study->value[value].name;
}

static odd_status write_texts(const odd_study_results *r, MPI_Comm comm, odd_file *file)
{
    const struct {
        const char *name, *about;
        const char *(*text)(const void *, int64_t);
        int64_t count;
    } column[] = {
        {"runs/row", "what was done", row_of, odd_study_runs(r->study)},
        {"runs/column", "what it was done to", column_of, odd_study_runs(r->study)},
        {"runs/failed", "why there are no figures", failure_of, odd_study_runs(r->study)},
        {"values/name", "what the figures are", value_of, r->study->values},
    };
    odd_status st = ODD_OK;
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        ODD_TRY(odd_column_write_text(file, column[c].name, comm, column[c].count, 0,
                                      odd_rank(comm) == 0 ? column[c].count : 0, column[c].text, r,
                                      column[c].about));
done:
    return st;
}

static odd_status write_seeds(const odd_study *s, MPI_Comm comm, odd_file *file)
{
    const int64_t n = odd_study_runs(s), mine = odd_rank(comm) == 0 ? n : 0;
    int64_t *seed = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(seed, mine));
    for (int64_t run = 0; run < mine; run++) {
        const odd_study_key key = odd_study_run(s, run);
        seed[run] = odd_study_seed(s, &key);
    }
    ODD_TRY(odd_column_write(file, "runs/seed", ODD_I64, n, 0, mine, seed, "seed of the run", ""));
done:
    odd_free(seed);
    return st;
}

/* Rank 0 has all of it. */
static odd_status write_array(odd_file *file, MPI_Comm comm, const char *name, const char *about,
                              const odd_shape *shape, const double *data)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, shape, about, "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, odd_rank(comm) == 0 ? shape->shape[0] : 0, data));
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_shape figures_shape(const odd_study *s)
{
    return (odd_shape){ODD_F64, sizeof(double), 2, {odd_study_runs(s), s->values}};
}

odd_status odd_study_write(const odd_study_results *r, MPI_Comm comm, odd_file *file)
{
    const odd_study *s = r->study;
    const odd_shape figures = figures_shape(s);
    const odd_shape published = {
        ODD_F64, sizeof(double), 3, {s->rows.count, s->columns.count, s->values}};
    odd_status st;
    ODD_TRY(write_texts(r, comm, file));
    ODD_TRY(write_seeds(s, comm, file));
    ODD_TRY(write_array(file, comm, "runs/figure", "of each run: (run, value); NaN: none", &figures,
                        r->figure));
    ODD_TRY(write_array(file, comm, "published", "(row, column, value); NaN: not given", &published,
                        s->published));
done:
    return st;
}

static odd_status read_failures(const odd_file *file, odd_study_results *out)
{
    const int64_t runs = odd_study_runs(out->study);
    char *cells = NULL;
    size_t width;
    int64_t n;
    odd_status st;
    ODD_TRY(odd_column_read_text(file, "runs/failed", runs, &cells, &width, &n));
    for (int64_t run = 0; run < n; run++) {
        const char *reason = cells + (size_t)run * (width + 1);
        if (!*reason) continue;
        ODD_TRY(ODD_NEW(out->failed[run], (int64_t)width + 1));
        strcpy(out->failed[run], reason);
    }
done:
    odd_free(cells);
    return st;
}

odd_status odd_study_read(const odd_study *study, const odd_file *file, odd_study_results *out)
{
    const odd_shape shape = figures_shape(study);
    odd_dataset *figures = NULL;
    odd_status st;
    ODD_TRY(odd_study_results_new(study, out));
    ODD_TRY(odd_dataset_expect(file, "runs/figure", &shape, &figures));
    ODD_TRY(odd_dataset_read(figures, 0, odd_study_runs(study), ODD_F64, out->figure));
    ODD_TRY(read_failures(file, out));
done:
    odd_dataset_close(&figures);
    if (st != ODD_OK) odd_study_results_free(out);
    return st;
}

/* ---- study.csv ---- */

static void write_line(const odd_study_results *r, int64_t run, int64_t value, odd_text *csv)
{
    const odd_study *s = r->study;
    const odd_study_key key = odd_study_run(s, run);
    odd_text folder = ODD_TEXT_EMPTY;
    odd_study_run_folder(s, &key, &folder);
    odd_text_csv(csv, s->rows.variant[key.row].name);
    odd_text_add(csv, ",");
    odd_text_csv(csv, s->columns.variant[key.column].name);
    odd_text_format(csv, ",%lld,", (long long)odd_study_seed(s, &key));
    odd_text_csv(csv, s->value[value].name);
    odd_csv_number(csv, r->figure[run * s->values + value]);
    odd_csv_number(csv, odd_study_published(s, key.row, key.column)[value]);
    odd_text_add(csv, ",");
    odd_text_csv(csv, odd_text_string(&folder));
    odd_text_add(csv, ",");
    odd_text_csv(csv, failure_of(r, run));
    odd_text_add(csv, "\n");
    if (folder.failed) csv->failed = true;
    odd_text_free(&folder);
}

odd_status odd_study_csv(const odd_study_results *r, const char *path)
{
    odd_text csv = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_add(&csv, "row,column,seed,value,figure,published,run,failed\n");
    for (int64_t run = 0; run < odd_study_runs(r->study); run++)
        for (int64_t value = 0; value < r->study->values; value++)
            write_line(r, run, value, &csv);
    ODD_TRY(odd_text_status(&csv));
    ODD_TRY(odd_file_spill(path, csv.s, csv.length));
done:
    odd_text_free(&csv);
    return st;
}
