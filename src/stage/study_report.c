/* Report of a study: what its page shows, gathered from the results and from the runs' files. */
#include "study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/eval/mean.h"
#include "oddlot/report/study_page.h"

#include "design_words_internal.h"
#include "stage_internal.h"

#include <unistd.h>

/* What the page borrows. */
typedef struct {
    const odd_run *run;
    const odd_study_results *results;
    odd_text_table *text; /* (tables) */
    odd_text_table runs_text;
    odd_study_lines *table; /* (tables) */
    odd_study_plot *plot;   /* (rows, columns), those with curves first */
    odd_study_curve *curve; /* (rows, columns, seeds) */
    odd_list names;         /* (plots) */
    odd_list links;         /* (runs) */
    const char **link;      /* (runs) those that lead somewhere; else NULL */
    odd_text subtitle, legend, settings;
    odd_study_data data;
} page;

static void page_free(page *p)
{
    const odd_study *s = p->results->study;
    for (int t = 0; p->text && t < p->data.tables; t++)
        odd_table_free(&p->text[t]);
    for (int64_t i = 0; p->curve && i < odd_study_runs(s); i++) {
        odd_free((void *)p->curve[i].seen);
        odd_free((void *)p->curve[i].held_out);
    }
    odd_free(p->text);
    odd_free(p->table);
    odd_free(p->plot);
    odd_free(p->curve);
    odd_table_free(&p->runs_text);
    odd_texts_free(&p->names);
    odd_texts_free(&p->links);
    odd_free(p->link);
    odd_text_free(&p->subtitle);
    odd_text_free(&p->legend);
    odd_text_free(&p->settings);
}

/* ---- tables ---- */

static odd_study_lines lines_of(const char *name, const odd_text_table *text)
{
    return (odd_study_lines){name, (const char *const *)text->cells.item,
                             (int)(text->cells.count / text->columns), text->columns};
}

static odd_status add_tables(page *p)
{
    const odd_study *s = p->results->study;
    odd_status st;
    ODD_TRY(ODD_NEW(p->text, odd_study_tables(s)));
    ODD_TRY(ODD_NEW(p->table, odd_study_tables(s)));
    for (int64_t t = 0; t < odd_study_tables(s); t++) {
        ODD_TRY(odd_study_table(p->results, t, &p->text[t]));
        p->table[t] = lines_of(odd_study_table_name(s, t), &p->text[t]);
        p->data.tables++;
    }
    ODD_TRY(odd_study_run_table(p->results, &p->runs_text));
    p->data.table = p->table;
    p->data.runs = lines_of(NULL, &p->runs_text);
done:
    return st;
}

/* From the page, which is in RUN/report. */
static void write_link(const odd_study *s, const odd_study_key *key, odd_text *out)
{
    odd_text folder = ODD_TEXT_EMPTY;
    odd_study_run_folder(s, key, &folder);
    odd_text_add(out, "../");
    odd_text_url(out, odd_text_string(&folder));
    odd_text_add(out, "/report/index.html");
    if (folder.failed) out->failed = true;
    odd_text_free(&folder);
}

/* A run that failed has no report. */
static odd_status add_links(page *p)
{
    const odd_study *s = p->results->study;
    odd_text link = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(ODD_NEW(p->links.item, odd_study_runs(s)));
    ODD_TRY(ODD_NEW(p->link, odd_study_runs(s)));
    for (int64_t run = 0; run < odd_study_runs(s); run++) {
        const odd_study_key key = odd_study_run(s, run);
        link.length = 0;
        write_link(s, &key, &link);
        ODD_TRY(odd_text_status(&link));
        ODD_TRY(odd_texts_add(&p->links, link.s, link.length));
        if (!p->results->failed[run]) p->link[run] = p->links.item[run];
    }
    p->data.link = p->link;
done:
    odd_text_free(&link);
    return st;
}

/* ---- curves ---- */

/* A dataset (parts, epochs) as its mean over the parts, by the epoch from 1 on. */
static odd_status read_curve(const odd_file *file, const char *name, const odd_curve_point **out,
                             int64_t *count)
{
    const odd_shape shape = {.type = ODD_F64, .rank = 2, .shape = {-1, -1}};
    odd_dataset *dataset = NULL;
    odd_curve_point *point = NULL;
    double *all = NULL, *epoch = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(file, name, &shape, &dataset));
    const int64_t parts = odd_dataset_shape(dataset)->shape[0];
    *count = odd_dataset_shape(dataset)->shape[1];
    ODD_TRY(ODD_NEW(all, parts * *count));
    ODD_TRY(ODD_NEW(epoch, parts));
    ODD_TRY(ODD_NEW(point, *count));
    ODD_TRY(odd_dataset_read(dataset, 0, parts, ODD_F64, all));
    for (int64_t e = 0; e < *count; e++) {
        for (int64_t i = 0; i < parts; i++)
            epoch[i] = all[i * *count + e];
        point[e] = (odd_curve_point){(double)e + 1, odd_mean_of(parts, epoch).mean};
    }
    *out = point;
    point = NULL;
done:
    odd_dataset_close(&dataset);
    odd_free(point);
    odd_free(all);
    odd_free(epoch);
    return st;
}

/* What is drawn of a training, the first that there is. */
static const struct {
    const char *what, *seen, *held_out;
} drawn[] = {
    {"accuracy", "curves/accuracy_seen", "curves/accuracy_held_out"},
    {"loss", "curves/loss_seen", "curves/loss_held_out"},
};

static odd_status read_curves(const odd_file *file, odd_study_curve *out, const char **what)
{
    odd_status st = ODD_OK;
    for (size_t d = 0; d < sizeof drawn / sizeof *drawn; d++) {
        if (!odd_file_has(file, drawn[d].seen)) continue;
        ODD_TRY(read_curve(file, drawn[d].seen, &out->seen, &out->count));
        *what = drawn[d].what;
        if (odd_file_has(file, drawn[d].held_out))
            ODD_TRY(read_curve(file, drawn[d].held_out, &out->held_out, &out->count));
        break;
    }
done:
    return st;
}

/* The run has none where it does not train, or has failed. */
static odd_status add_curve(page *p, const odd_study_key *key, odd_study_curve *out,
                            const char **what)
{
    const odd_study *s = p->results->study;
    odd_text path = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    odd_text_format(&path, "%s/", p->run->folder);
    odd_study_run_folder(s, key, &path);
    odd_text_format(&path, "/%s", odd_stage_train.file);
    ODD_TRY(odd_text_status(&path));
    if (p->results->failed[odd_study_number(s, key)] || access(path.s, R_OK) != 0) goto done;
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, false, &file));
    ODD_TRY(read_curves(file, out, what));
done:
    odd_file_close(&file);
    odd_text_free(&path);
    return st;
}

static odd_status add_plot(page *p, int64_t row, int64_t column)
{
    const odd_study *s = p->results->study;
    odd_study_curve *curve = p->curve + (row * s->columns.count + column) * s->seeds;
    odd_study_plot plot = {.curve = curve};
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t seed = 0; seed < s->seeds; seed++) {
        ODD_TRY(add_curve(p, &(odd_study_key){row, column, seed}, &curve[plot.curves], &plot.what));
        plot.curves += curve[plot.curves].count > 1;
    }
    if (plot.curves == 0) goto done;
    odd_text_format(&name, "%s, %s", s->rows.variant[row].name, s->columns.variant[column].name);
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_texts_add(&p->names, name.s, name.length));
    plot.name = p->names.item[p->data.plots];
    p->plot[p->data.plots++] = plot;
done:
    odd_text_free(&name);
    return st;
}

static odd_status add_plots(page *p)
{
    const odd_study *s = p->results->study;
    const int64_t cells = s->rows.count * s->columns.count;
    odd_status st;
    ODD_TRY(ODD_NEW(p->plot, cells));
    ODD_TRY(ODD_NEW(p->names.item, cells));
    ODD_TRY(ODD_NEW(p->curve, odd_study_runs(s)));
    for (int64_t cell = 0; cell < cells; cell++)
        ODD_TRY(add_plot(p, cell / s->columns.count, cell % s->columns.count));
    p->data.plot = p->plot;
done:
    return st;
}

/* ---- the page ---- */

static odd_status add_words(page *p)
{
    const odd_study *s = p->results->study;
    odd_status st;
    odd_text_format(&p->subtitle, "%lld runs: %lld rows, %lld columns, %lld seeds each",
                    (long long)odd_study_runs(s), (long long)s->rows.count,
                    (long long)s->columns.count, (long long)s->seeds);
    odd_study_legend(s, &p->legend);
    odd_job_write(p->run->job, &p->settings);
    ODD_TRY(odd_text_status(&p->subtitle));
    ODD_TRY(odd_text_status(&p->legend));
    ODD_TRY(odd_text_status(&p->settings));
    p->data.title = p->run->options->name;
    p->data.subtitle = odd_text_string(&p->subtitle);
    p->data.legend = odd_text_string(&p->legend);
    p->data.settings = odd_text_string(&p->settings);
done:
    return st;
}

odd_status odd_study_page(const odd_run *run, const odd_study_results *r)
{
    page p = {.run = run, .results = r};
    char *folder = NULL;
    odd_status st;
    ODD_TRY(add_words(&p));
    ODD_TRY(add_tables(&p));
    ODD_TRY(add_links(&p));
    ODD_TRY(add_plots(&p));
    ODD_TRY(odd_run_path(run, "report", &folder));
    ODD_TRY(odd_study_page_write(folder, &p.data));
done:
    odd_free(folder);
    page_free(&p);
    return st;
}
