/* Table of a study: what stands in each cell, and on stdout. */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>

/* ---- results ---- */

odd_status odd_study_results_new(const odd_study *study, odd_study_results *out)
{
    const int64_t runs = odd_study_runs(study);
    odd_status st;
    *out = (odd_study_results){.study = study};
    ODD_TRY(ODD_NEW(out->figure, runs * study->values));
    ODD_TRY(ODD_NEW(out->failed, runs));
    for (int64_t i = 0; i < runs * study->values; i++)
        out->figure[i] = NAN;
done:
    if (st != ODD_OK) odd_study_results_free(out);
    return st;
}

void odd_study_results_free(odd_study_results *r)
{
    for (int64_t i = 0; r->failed && i < odd_study_runs(r->study); i++)
        odd_free(r->failed[i]);
    odd_free(r->failed);
    odd_free(r->figure);
    *r = (odd_study_results){0};
}

/* ---- a cell ---- */

/* As a row: the mean over all of them. */
enum { EVERY_ROW = -1 };

static double figure_of(const odd_study_results *r, const odd_study_key *key, int64_t value)
{
    const odd_study *s = r->study;
    double sum = 0;
    if (key->row != EVERY_ROW) return r->figure[odd_study_number(s, key) * s->values + value];
    for (int64_t row = 0; row < s->rows.count; row++)
        sum += figure_of(r, &(odd_study_key){row, key->column, key->seed}, value);
    return sum / (double)s->rows.count;
}

static bool has_failed(const odd_study_results *r, const odd_study_key *key)
{
    bool any = false;
    if (key->row != EVERY_ROW) return r->failed[odd_study_number(r->study, key)] != NULL;
    for (int64_t row = 0; row < r->study->rows.count; row++)
        any = any || has_failed(r, &(odd_study_key){row, key->column, key->seed});
    return any;
}

static double published_of(const odd_study *s, int64_t row, int64_t column, int64_t value)
{
    double sum = 0;
    if (row != EVERY_ROW) return odd_study_published(s, row, column)[value];
    for (int64_t each = 0; each < s->rows.count; each++)
        sum += published_of(s, each, column, value);
    return sum / (double)s->rows.count;
}

/* What the seeds of a cell gave. */
typedef struct {
    int64_t runs, failed, finite, within;
    double mean, least, largest;
} spread;

static spread spread_of(const odd_study_results *r, int64_t row, int64_t column, int64_t value)
{
    const odd_study *s = r->study;
    const odd_study_value *v = &s->value[value];
    spread out = {.runs = s->seeds, .least = INFINITY, .largest = -INFINITY};
    double sum = 0;
    for (int64_t seed = 0; seed < s->seeds; seed++) {
        const odd_study_key key = {row, column, seed};
        const double figure = figure_of(r, &key, value);
        out.failed += has_failed(r, &key);
        if (!isfinite(figure)) continue;
        out.finite++;
        out.within += figure >= v->low && figure <= v->high;
        sum += figure;
        out.least = fmin(out.least, figure);
        out.largest = fmax(out.largest, figure);
    }
    out.mean = sum / (double)out.finite;
    return out;
}

static void write_number(const odd_study_value *v, double figure, odd_text *out)
{
    odd_text_format(out, "%.*f", v->digits, figure / v->unit);
}

static void write_spread(const odd_study_value *v, const spread *s, odd_text *out)
{
    write_number(v, s->mean, out);
    if (!(s->largest > s->least)) return;
    odd_text_add(out, " [");
    write_number(v, s->least, out);
    odd_text_add(out, ", ");
    write_number(v, s->largest, out);
    odd_text_add(out, "]");
}

/* "97.31 [97.02, 97.55] (98.50), 1 failed" */
static void write_cell(const odd_study_results *r, int64_t row, int64_t column, int64_t value,
                       odd_text *out)
{
    const odd_study_value *v = &r->study->value[value];
    const double published = published_of(r->study, row, column, value);
    const spread s = spread_of(r, row, column, value);
    if (s.failed == s.runs)
        odd_text_add(out, "failed");
    else if (s.finite == 0)
        odd_text_add(out, "\u2013");
    else if (v->counts)
        odd_text_format(out, "%lld of %lld", (long long)s.within, (long long)s.finite);
    else
        write_spread(v, &s, out);
    if (!isnan(published)) {
        odd_text_add(out, " (");
        if (v->counts)
            odd_text_format(out, "%g", published);
        else
            write_number(v, published, out);
        odd_text_add(out, ")");
    }
    if (s.failed > 0 && s.failed < s.runs)
        odd_text_format(out, ", %lld failed", (long long)s.failed);
}

static odd_status add_text(odd_text *text, odd_text_table *out)
{
    odd_status st = odd_text_status(text);
    if (st == ODD_OK) st = odd_table_add(out, odd_text_string(text));
    odd_text_free(text);
    return st;
}

static odd_status add_cell(const odd_study_results *r, int64_t row, int64_t column, int64_t value,
                           odd_text_table *out)
{
    odd_text cell = ODD_TEXT_EMPTY;
    write_cell(r, row, column, value, &cell);
    return add_text(&cell, out);
}

/* "accuracy, %" */
static odd_status add_head(const odd_study_value *v, odd_text_table *out)
{
    odd_text head = ODD_TEXT_EMPTY;
    odd_text_format(&head, "%s%s", v->name, v->unit == 1 ? "" : ", %");
    return add_text(&head, out);
}

/* ---- tables ---- */

static bool is_flat(const odd_study *s)
{
    return s->columns.count == 1;
}

int64_t odd_study_tables(const odd_study *s)
{
    return is_flat(s) ? 1 : s->values;
}

const char *odd_study_table_name(const odd_study *s, int64_t table)
{
    return is_flat(s) ? NULL : s->value[table].name;
}

static odd_status add_heads(const odd_study *s, int64_t table, odd_text_table *out)
{
    odd_status st;
    ODD_TRY(is_flat(s) ? odd_table_add(out, "") : add_head(&s->value[table], out));
    for (int c = 1; c < out->columns; c++)
        ODD_TRY(is_flat(s) ? add_head(&s->value[c - 1], out)
                           : odd_table_add(out, s->columns.variant[c - 1].name));
done:
    return st;
}

static odd_status add_row(const odd_study_results *r, int64_t row, int64_t table,
                          odd_text_table *out)
{
    const odd_study *s = r->study;
    odd_status st;
    ODD_TRY(odd_table_add(out, row == EVERY_ROW ? "mean" : s->rows.variant[row].name));
    for (int c = 1; c < out->columns; c++)
        ODD_TRY(is_flat(s) ? add_cell(r, row, 0, c - 1, out) : add_cell(r, row, c - 1, table, out));
done:
    return st;
}

odd_status odd_study_table(const odd_study_results *r, int64_t table, odd_text_table *out)
{
    const odd_study *s = r->study;
    odd_status st;
    *out = (odd_text_table){.columns = 1 + (int)(is_flat(s) ? s->values : s->columns.count)};
    ODD_TRY(add_heads(s, table, out));
    for (int64_t row = 0; row < s->rows.count; row++)
        ODD_TRY(add_row(r, row, table, out));
    if (s->options->average) ODD_TRY(add_row(r, EVERY_ROW, table, out));
done:
    if (st != ODD_OK) odd_table_free(out);
    return st;
}

static odd_status add_run_line(const odd_study_results *r, int64_t run, odd_text_table *out)
{
    const odd_study *s = r->study;
    const odd_study_key key = odd_study_run(s, run);
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st;
    odd_study_run_name(s, &key, &name);
    ODD_TRY(add_text(&name, out));
    for (int64_t v = 0; v < s->values; v++) {
        odd_text cell = ODD_TEXT_EMPTY;
        const double figure = r->figure[run * s->values + v];
        if (isfinite(figure)) write_number(&s->value[v], figure, &cell);
        ODD_TRY(add_text(&cell, out));
    }
    if (out->columns > 1 + s->values)
        ODD_TRY(odd_table_add(out, r->failed[run] ? r->failed[run] : ""));
done:
    return st;
}

/* The last column says why runs failed, where any did. */
static bool any_failed(const odd_study_results *r)
{
    for (int64_t run = 0; run < odd_study_runs(r->study); run++)
        if (r->failed[run]) return true;
    return false;
}

odd_status odd_study_run_table(const odd_study_results *r, odd_text_table *out)
{
    const odd_study *s = r->study;
    odd_status st;
    *out = (odd_text_table){.columns = (int)s->values + 1 + any_failed(r)};
    ODD_TRY(odd_table_add(out, "run"));
    for (int64_t v = 0; v < s->values; v++)
        ODD_TRY(add_head(&s->value[v], out));
    if (any_failed(r)) ODD_TRY(odd_table_add(out, "failed"));
    for (int64_t run = 0; run < odd_study_runs(s); run++)
        ODD_TRY(add_run_line(r, run, out));
done:
    if (st != ODD_OK) odd_table_free(out);
    return st;
}

void odd_study_legend(const odd_study *s, odd_text *out)
{
    bool published = false;
    for (int64_t i = 0; i < s->rows.count * s->columns.count * s->values; i++)
        published = published || !isnan(s->published[i]);
    if (s->seeds > 1)
        odd_text_format(out, "Mean [least, largest] over %lld seeds", (long long)s->seeds);
    else
        odd_text_add(out, "One seed");
    odd_text_add(out, published ? "; in round brackets what was published." : ".");
}

odd_status odd_study_print(const odd_study_results *r)
{
    odd_text legend = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t t = 0; t < odd_study_tables(r->study); t++) {
        odd_text_table table;
        ODD_TRY(odd_study_table(r, t, &table));
        if (t > 0) putchar('\n');
        odd_table_print(&table);
        odd_table_free(&table);
    }
    odd_study_legend(r->study, &legend);
    ODD_TRY(odd_text_status(&legend));
    printf("\n%s\n", odd_text_string(&legend));
done:
    odd_text_free(&legend);
    return st;
}
