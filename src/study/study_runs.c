/* Runs of a study: their numbers, names, folders and jobs. */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"

int64_t odd_study_runs(const odd_study *s)
{
    return s->rows.count * s->columns.count * s->seeds;
}

odd_study_key odd_study_run(const odd_study *s, int64_t run)
{
    const int64_t cells = s->rows.count * s->columns.count, cell = run % cells;
    return (odd_study_key){
        .row = cell / s->columns.count, .column = cell % s->columns.count, .seed = run / cells};
}

int64_t odd_study_number(const odd_study *s, const odd_study_key *key)
{
    return (key->seed * s->rows.count + key->row) * s->columns.count + key->column;
}

int64_t odd_study_seed(const odd_study *s, const odd_study_key *key)
{
    const odd_run_options *run = odd_job_section(s->job, "");
    return run->seed + key->seed;
}

const double *odd_study_published(const odd_study *s, int64_t row, int64_t column)
{
    return s->published + (row * s->columns.count + column) * s->values;
}

void odd_study_run_name(const odd_study *s, const odd_study_key *key, odd_text *out)
{
    odd_text_format(out, "%s, %s, seed %lld", s->rows.variant[key->row].name,
                    s->columns.variant[key->column].name, (long long)odd_study_seed(s, key));
}

void odd_study_run_folder(const odd_study *s, const odd_study_key *key, odd_text *out)
{
    odd_text_format(out, "runs/%s/%s/seed-%lld", s->rows.variant[key->row].folder,
                    s->columns.variant[key->column].folder, (long long)odd_study_seed(s, key));
}

/* As a text of YAML in single quotes. */
static void add_name_setting(const odd_study *s, const odd_study_key *key, odd_text *out)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_study_run_name(s, key, &name);
    odd_text_add(out, "name='");
    for (const char *c = odd_text_string(&name); *c; c++) {
        odd_text_bytes(out, c, 1);
        if (*c == '\'') odd_text_bytes(out, c, 1);
    }
    odd_text_add(out, "'");
    if (name.failed) out->failed = true;
    odd_text_free(&name);
}

/* Images are drawn anew by each seed, unless a row or a column holds the draw. */
static odd_status make_job(const odd_study *s, const odd_study_key *key, const char *name,
                           const char *seed, odd_job **out)
{
    odd_text draw = ODD_TEXT_EMPTY;
    const char *const own[] = {"study.rows=null",
                               "study.columns=null",
                               "study.seeds=null",
                               "study.values=null",
                               "study.paper=null",
                               "study.without=null",
                               "study.average=null",
                               name,
                               seed};
    const int owns = sizeof own / sizeof *own;
    const odd_list *row = &s->rows.variant[key->row].set;
    const odd_list *column = &s->columns.variant[key->column].set;
    const char **set = NULL;
    int count = 0;
    odd_status st;
    odd_text_format(&draw, "contamination.%s", seed);
    ODD_TRY(odd_text_status(&draw));
    ODD_TRY(ODD_NEW(set, 1 + row->count + column->count + owns));
    set[count++] = odd_text_string(&draw);
    for (int64_t i = 0; i < row->count; i++)
        set[count++] = row->item[i];
    for (int64_t i = 0; i < column->count; i++)
        set[count++] = column->item[i];
    for (int i = 0; i < owns; i++)
        set[count++] = own[i];
    ODD_TRY(odd_job_vary(s->job, set, count, out));
done:
    odd_text_free(&draw);
    odd_free(set);
    return st;
}

odd_status odd_study_job(const odd_study *s, const odd_study_key *key, odd_job **out)
{
    odd_text name = ODD_TEXT_EMPTY, seed = ODD_TEXT_EMPTY;
    odd_status st;
    *out = NULL;
    add_name_setting(s, key, &name);
    odd_text_format(&seed, "seed=%lld", (long long)odd_study_seed(s, key));
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_text_status(&seed));
    ODD_TRY(make_job(s, key, odd_text_string(&name), odd_text_string(&seed), out));
done:
    odd_text_free(&name);
    odd_text_free(&seed);
    return st;
}
