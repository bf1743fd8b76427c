/* Table of an experiment: every trial into experiment.h5 and experiment.csv, means for people. */
#include "study/experiment_internal.h"

#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"

#include "oddlot/base/memory.h"
#include "oddlot/eval/mean.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define VALUE_KEY(name, key, about)   #key,
#define VALUE_ABOUT(name, key, about) about,
static const char *const keys[] = {ODD_TRIAL_VALUES(VALUE_KEY)};
static const char *const abouts[] = {ODD_TRIAL_VALUES(VALUE_ABOUT)};

/* ---- experiment.h5 ---- */

/* Names of all trials' techniques or mixtures, for columns of text. */
typedef struct {
    const odd_design *design;
    odd_list technique, mixture;
} names;

static odd_status add_name(void (*name)(const odd_design *, int64_t, odd_text *),
                           const odd_design *d, int64_t i, odd_list *out)
{
    odd_text text = ODD_TEXT_EMPTY;
    name(d, i, &text);
    odd_status st = odd_text_status(&text);
    if (st == ODD_OK) st = odd_texts_add(out, odd_text_string(&text), text.length);
    odd_text_free(&text);
    return st;
}

static void names_free(names *n)
{
    odd_texts_free(&n->technique);
    odd_texts_free(&n->mixture);
}

static odd_status names_of(const odd_design *d, names *out)
{
    odd_status st;
    *out = (names){.design = d};
    ODD_TRY(ODD_NEW(out->technique.item, d->techniques));
    ODD_TRY(ODD_NEW(out->mixture.item, d->mixtures));
    for (int64_t t = 0; t < d->techniques; t++)
        ODD_TRY(add_name(odd_technique_name, d, t, &out->technique));
    for (int64_t m = 0; m < d->mixtures; m++)
        ODD_TRY(add_name(odd_mixture_name, d, m, &out->mixture));
done:
    if (st != ODD_OK) names_free(out);
    return st;
}

static const char *technique_of(const void *context, int64_t trial)
{
    const names *n = context;
    return n->technique.item[odd_design_key(n->design, trial).technique];
}

static const char *mixture_of(const void *context, int64_t trial)
{
    const names *n = context;
    return n->mixture.item[odd_design_key(n->design, trial).mixture];
}

static odd_status write_value(const odd_results *r, int value, int64_t n, int64_t mine,
                              double column[], odd_file *file)
{
    char name[64];
    for (int64_t i = 0; i < mine; i++)
        column[i] = r->trial[i].value[value];
    snprintf(name, sizeof name, "trials/%s", keys[value]);
    return odd_column_write(file, name, ODD_F64, n, 0, mine, column, abouts[value], "");
}

static odd_status write_seeds(const odd_results *r, int64_t n, int64_t mine, odd_file *file,
                              MPI_Comm comm)
{
    const odd_run_options *run = odd_job_section(r->design->job, "");
    int64_t *seed = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(seed, mine));
    for (int64_t i = 0; i < mine; i++)
        seed[i] = run->seed + odd_design_key(r->design, i).seed;
    ODD_TRY(odd_column_write(file, "trials/seed", ODD_I64, n, 0, mine, seed,
                             "seed of the draw and of the methods", ""));
done:
    odd_free(seed);
    return st;
}

odd_status odd_results_write(const odd_results *r, MPI_Comm comm, odd_file *file)
{
    const int64_t n = odd_design_trials(r->design), mine = odd_rank(comm) == 0 ? n : 0;
    names who = {0};
    double *column = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, names_of(r->design, &who));
    ODD_TRY_ALL(comm, ODD_NEW(column, mine));
    ODD_TRY(odd_column_write_text(file, "trials/technique", comm, n, 0, mine, technique_of, &who,
                                  "what was done"));
    ODD_TRY(odd_column_write_text(file, "trials/mixture", comm, n, 0, mine, mixture_of, &who,
                                  "what it was done to"));
    ODD_TRY(write_seeds(r, n, mine, file, comm));
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
        ODD_TRY(write_value(r, v, n, mine, column, file));
done:
    names_free(&who);
    odd_free(column);
    return st;
}

odd_status odd_results_read(const odd_design *d, const odd_file *file, odd_trial **out)
{
    const int64_t trials = odd_design_trials(d);
    double *column = NULL;
    char name[64];
    odd_status st;
    ODD_TRY(ODD_NEW(*out, trials));
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++) {
        int64_t n;
        snprintf(name, sizeof name, "trials/%s", keys[v]);
        odd_free(column);
        column = NULL;
        ODD_TRY(odd_column_read(file, name, ODD_F64, (void **)&column, &n));
        if (n != trials)
            ODD_TRY(odd_fail(ODD_FORMAT, "experiment.h5 has %lld trials, the job %lld",
                             (long long)n, (long long)trials));
        for (int64_t i = 0; i < trials; i++)
            (*out)[i].value[v] = column[i];
    }
done:
    odd_free(column);
    return st;
}

/* ---- experiment.csv ---- */

odd_status odd_results_csv(const odd_results *r, const char *path)
{
    const odd_run_options *run = odd_job_section(r->design->job, "");
    odd_text csv = ODD_TEXT_EMPTY;
    names who;
    odd_status st;
    ODD_TRY(names_of(r->design, &who));
    odd_text_add(&csv, "technique,mixture,seed");
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
        odd_text_format(&csv, ",%s", keys[v]);
    odd_text_add(&csv, "\n");
    for (int64_t i = 0; i < odd_design_trials(r->design); i++) {
        odd_text_csv(&csv, technique_of(&who, i));
        odd_text_add(&csv, ",");
        odd_text_csv(&csv, mixture_of(&who, i));
        odd_text_format(&csv, ",%lld", (long long)(run->seed + odd_design_key(r->design, i).seed));
        for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
            odd_csv_number(&csv, r->trial[i].value[v]);
        odd_text_add(&csv, "\n");
    }
    ODD_TRY(odd_text_status(&csv));
    ODD_TRY(odd_file_spill(path, csv.s, csv.length));
done:
    names_free(&who);
    odd_text_free(&csv);
    return st;
}

/* ---- the summary ---- */

/* Which trials a line is about; -1: all. */
typedef struct {
    int64_t technique, mixture, share;
} line;

static bool is_of_line(const line *l, const odd_trial_key *key)
{
    return l->technique == key->technique && (l->mixture < 0 || l->mixture == key->mixture) &&
           (l->share < 0 || l->share == key->share);
}

static odd_status mean_of(const odd_results *r, const line *l, int value, odd_mean *out)
{
    double *taken = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(taken, odd_design_trials(r->design)));
    for (int64_t i = 0; i < odd_design_trials(r->design); i++) {
        const odd_trial_key key = odd_design_key(r->design, i);
        if (is_of_line(l, &key)) taken[count++] = r->trial[i].value[value];
    }
    *out = odd_mean_of(count, taken);
done:
    odd_free(taken);
    return st;
}

/* "0.9512 ± 0.0031"; without the interval where the trials are not repetitions. */
static odd_status add_mean(const odd_results *r, const line *l, int value, odd_text_table *out)
{
    char text[64] = "";
    odd_mean m;
    odd_status st = mean_of(r, l, value, &m);
    if (st != ODD_OK) return st;
    if (!isnan(m.mean)) snprintf(text, sizeof text, "%.4f", m.mean);
    if (l->mixture >= 0 && m.half > 0) /* false for NaN */
        snprintf(text, sizeof text, "%.4f \u00b1 %.4f", m.mean, m.half);
    return odd_table_add(out, text);
}

/* The mean AUC of the mixture and share where it is lowest. */
static odd_status add_lowest(const odd_results *r, int64_t technique, odd_text_table *out)
{
    const odd_design *d = r->design;
    double lowest = INFINITY;
    char text[32] = "";
    odd_status st = ODD_OK;
    for (int64_t cell = 0; cell < d->mixtures * d->shares; cell++) {
        odd_mean m;
        ODD_TRY(
            mean_of(r, &(line){technique, cell / d->shares, cell % d->shares}, ODD_TRIAL_AUC, &m));
        if (m.mean < lowest) lowest = m.mean;
    }
    if (isfinite(lowest)) snprintf(text, sizeof text, "%.4f", lowest);
    ODD_TRY(odd_table_add(out, text));
done:
    return st;
}

static const char *const heads[] = {"technique",  "mixture",     "odd",    "said odd", "AUC",
                                    "lowest AUC", "sensitivity", "recall", "recall at"};
enum { HEADS = sizeof heads / sizeof *heads };

static odd_status add_line(const odd_results *r, const names *who, const line *l,
                           odd_text_table *out)
{
    const bool all = l->mixture < 0;
    odd_status st;
    ODD_TRY(odd_table_add(out, who->technique.item[l->technique]));
    ODD_TRY(odd_table_add(out, all ? "all" : who->mixture.item[l->mixture]));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_SHARE, out));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_ESTIMATE, out));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_AUC, out));
    ODD_TRY(all ? add_lowest(r, l->technique, out) : odd_table_add(out, ""));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_SENSITIVITY, out));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_RECALL, out));
    ODD_TRY(add_mean(r, l, ODD_TRIAL_RECALL_AT, out));
done:
    return st;
}

static odd_status add_heads(const odd_results *r, odd_text_table *out)
{
    char text[64];
    odd_status st = ODD_OK;
    for (int h = 0; h < HEADS - 1; h++)
        ODD_TRY(odd_table_add(out, heads[h]));
    snprintf(text, sizeof text, "%s %g", heads[HEADS - 1], r->design->options->sensitivity);
    ODD_TRY(odd_table_add(out, text));
done:
    return st;
}

odd_status odd_results_summary(const odd_results *r, odd_text_table *out)
{
    const odd_design *d = r->design;
    const int64_t per_technique = d->mixtures * d->shares;
    names who = {0};
    odd_status st;
    *out = (odd_text_table){.columns = HEADS};
    ODD_TRY(names_of(d, &who));
    ODD_TRY(add_heads(r, out));
    for (int64_t t = 0; t < d->techniques; t++)
        ODD_TRY(add_line(r, &who, &(line){t, -1, -1}, out));
    for (int64_t c = 0; c < per_technique; c++)
        for (int64_t t = 0; t < d->techniques; t++)
            ODD_TRY(add_line(r, &who, &(line){t, c / d->shares, c % d->shares}, out));
done:
    names_free(&who);
    if (st != ODD_OK) odd_table_free(out);
    return st;
}

odd_status odd_results_print(const odd_results *r)
{
    odd_text_table table;
    odd_status st = odd_results_summary(r, &table);
    if (st != ODD_OK) return st;
    odd_table_print(&table);
    odd_table_free(&table);
    return ODD_OK;
}
