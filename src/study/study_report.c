/* Report of a study: what its page shows, gathered from the results and from the runs' files. */
#include "study/study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/report/study_page.h"

#include "oddlot/run/run.h"
#include "oddlot/stage/learning_band.h"
#include "oddlot/stage/stages.h"

#include <unistd.h>

/* How the networks of all seeds learnt. */
typedef struct {
    const char *what; /* of a training is drawn */
    odd_learning_band seen, held_out;
} cell_bands;

/* What the page borrows. */
typedef struct {
    const odd_run *run;
    const odd_study_results *results;
    odd_text_table *text; /* (tables) */
    odd_text_table runs_text;
    odd_study_lines *table; /* (tables) */
    odd_study_plot *plot;   /* (rows, columns), those with curves first */
    cell_bands *cell;       /* (rows, columns) */
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
    for (int64_t i = 0; p->cell && i < s->rows.count * s->columns.count; i++) {
        odd_learning_band_free(&p->cell[i].seen);
        odd_learning_band_free(&p->cell[i].held_out);
    }
    odd_free(p->text);
    odd_free(p->table);
    odd_free(p->plot);
    odd_free(p->cell);
    odd_table_free(&p->runs_text);
    odd_texts_free(&p->names);
    odd_texts_free(&p->links);
    odd_free(p->link);
    odd_text_free(&p->subtitle);
    odd_text_free(&p->legend);
    odd_text_free(&p->settings);
}

/* ---- tables ---- */

static odd_study_lines table_lines(const char *name, const odd_text_table *text)
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
        p->table[t] = table_lines(odd_study_table_name(s, t), &p->text[t]);
        p->data.tables++;
    }
    ODD_TRY(odd_study_run_table(p->results, &p->runs_text));
    p->data.table = p->table;
    p->data.runs = table_lines(NULL, &p->runs_text);
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

/* What is drawn of a training, the first that there is. */
static const struct {
    const char *what, *seen, *held_out;
} drawn[] = {
    {"accuracy", "curves/accuracy_seen", "curves/accuracy_held_out"},
    {"loss", "curves/loss_seen", "curves/loss_held_out"},
};

static odd_status read_curves(const odd_file *train, cell_bands *cell)
{
    int64_t networks = 0;
    odd_status st = ODD_OK;
    for (size_t d = 0; d < sizeof drawn / sizeof *drawn; d++) {
        if (!odd_file_has(train, drawn[d].seen)) continue;
        cell->what = drawn[d].what;
        ODD_TRY(odd_learning_band_add(&cell->seen, train, drawn[d].seen, &networks));
        ODD_TRY(odd_learning_band_add(&cell->held_out, train, drawn[d].held_out, &networks));
        break;
    }
done:
    return st;
}

/* The run has none where it does not train, or has failed. */
static odd_status add_run_curves(page *p, const odd_study_key *key, cell_bands *cell)
{
    const odd_study *s = p->results->study;
    odd_text path = ODD_TEXT_EMPTY;
    odd_file *train = NULL;
    odd_status st;
    odd_text_format(&path, "%s/", p->run->folder);
    odd_study_run_folder(s, key, &path);
    odd_text_format(&path, "/%s", odd_stage_train.file);
    ODD_TRY(odd_text_status(&path));
    if (p->results->failed[odd_study_number(s, key)] || access(path.s, R_OK) != 0) goto done;
    ODD_TRY(odd_file_open(MPI_COMM_SELF, path.s, false, &train));
    ODD_TRY(read_curves(train, cell));
done:
    odd_file_close(&train);
    odd_text_free(&path);
    return st;
}

static odd_learning_curve curve_of(cell_bands *cell)
{
    odd_learning_band_settle(&cell->seen);
    odd_learning_band_settle(&cell->held_out);
    return (odd_learning_curve){cell->seen.point, cell->held_out.point, cell->seen.count,
                                cell->held_out.count};
}

static odd_status add_plot(page *p, int64_t row, int64_t column)
{
    const odd_study *s = p->results->study;
    cell_bands *cell = &p->cell[row * s->columns.count + column];
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t seed = 0; seed < s->seeds; seed++)
        ODD_TRY(add_run_curves(p, &(odd_study_key){row, column, seed}, cell));
    const odd_learning_curve curve = curve_of(cell);
    if (curve.seen_count < 2) goto done;
    odd_text_format(&name, "%s, %s", s->rows.variant[row].name, s->columns.variant[column].name);
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_texts_add(&p->names, name.s, name.length));
    p->plot[p->data.plots] = (odd_study_plot){p->names.item[p->data.plots], cell->what, curve};
    p->data.plots++;
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
    ODD_TRY(ODD_NEW(p->cell, cells));
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
