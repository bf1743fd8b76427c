/* Figures of an experiment: the page with its table, curves and pictures. */
#include "study/experiment_internal.h"

#include "oddlot/run/run.h"

#include "oddlot/base/memory.h"
#include "oddlot/eval/mean.h"
#include "oddlot/report/experiment_page.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What the page borrows. */
typedef struct {
    odd_text_table table;
    odd_components_curve *curve;  /* (techniques) */
    odd_mixture_picture *picture; /* (mixtures) */
    odd_text settings;
    odd_experiment_data data;
} page;

static void page_free(page *p)
{
    for (int i = 0; i < p->data.curves; i++) {
        free((char *)p->curve[i].name);
        odd_free((void *)p->curve[i].sensitivity);
        odd_free((void *)p->curve[i].recall);
    }
    for (int i = 0; i < p->data.pictures; i++)
        free((char *)p->picture[i].name);
    odd_free(p->curve);
    odd_free(p->picture);
    odd_table_free(&p->table);
    odd_text_free(&p->settings);
}

/* Over all mixtures, shares and seeds. */
static odd_status mean_of_technique(const odd_results *r, int64_t technique, int value,
                                    double *mean)
{
    const int64_t trials = odd_design_trials(r->design);
    double *taken = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(taken, trials));
    for (int64_t i = technique; i < trials; i += r->design->techniques)
        taken[count++] = r->trial[i].value[value];
    *mean = odd_mean_of(count, taken).mean;
done:
    odd_free(taken);
    return st;
}

static odd_status add_points(const odd_results *r, int64_t first, int64_t count, int value,
                             const odd_curve_point **out)
{
    odd_curve_point *point = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(point, count));
    *out = point;
    for (int64_t i = 0; i < count; i++) {
        point[i].x = (double)r->design->technique[first + i].k;
        ODD_TRY(mean_of_technique(r, first + i, value, &point[i].y));
    }
done:
    return st;
}

/* "PCA {k}": the template itself, up to the '|'. */
static char *template_name(const char *text)
{
    size_t length = strcspn(text, "|");
    while (length > 0 && text[length - 1] == ' ')
        length--;
    return strndup(text, length);
}

/* The techniques that {k} made of one text lie together, by rising place in `components`. */
static odd_status add_curves(const odd_results *r, page *p)
{
    const odd_design *d = r->design;
    int64_t count;
    odd_status st;
    ODD_TRY(ODD_NEW(p->curve, d->techniques));
    for (int64_t t = 0; t < d->techniques; t += count) {
        for (count = 1; t + count < d->techniques && d->technique[t].k >= 0 &&
                        d->technique[t + count].text == d->technique[t].text;)
            count++;
        if (count == 1) continue;
        odd_components_curve *curve = &p->curve[p->data.curves++];
        curve->count = count;
        curve->name = template_name(d->technique[t].text);
        ODD_TRY(add_points(r, t, count, ODD_TRIAL_SENSITIVITY, &curve->sensitivity));
        ODD_TRY(add_points(r, t, count, ODD_TRIAL_RECALL, &curve->recall));
    }
done:
    return st;
}

static odd_status add_pictures(const odd_design *d, const odd_cloud cloud[], page *p)
{
    odd_status st;
    ODD_TRY(ODD_NEW(p->picture, d->mixtures));
    for (int64_t m = 0; m < d->mixtures; m++) {
        odd_text name = ODD_TEXT_EMPTY;
        odd_mixture_name(d, m, &name);
        ODD_TRY(odd_text_status(&name));
        p->picture[m] = (odd_mixture_picture){name.s, cloud[m].point, cloud[m].count};
        p->data.pictures++;
    }
done:
    return st;
}

odd_status odd_experiment_page(const odd_run *run, const odd_results *r, const odd_cloud cloud[])
{
    const odd_design *d = r->design;
    page p = {0};
    odd_text subtitle = ODD_TEXT_EMPTY;
    char *folder = NULL;
    odd_status st;
    odd_text_format(&subtitle, "%lld trials: %lld techniques on %lld mixtures, %lld seeds each.",
                    (long long)odd_design_trials(d), (long long)d->techniques,
                    (long long)(d->mixtures * d->shares), (long long)d->seeds);
    ODD_TRY(odd_text_status(&subtitle));
    ODD_TRY(odd_results_summary(r, &p.table));
    ODD_TRY(add_curves(r, &p));
    ODD_TRY(add_pictures(d, cloud, &p));
    odd_job_write(run->job, &p.settings);
    ODD_TRY(odd_text_status(&p.settings));
    p.data.title = run->options->name;
    p.data.subtitle = odd_text_string(&subtitle);
    p.data.cell = (const char *const *)p.table.cells.item;
    p.data.columns = p.table.columns;
    p.data.lines = (int)(p.table.cells.count / p.table.columns);
    p.data.summary_lines = (int)d->techniques;
    p.data.curve = p.curve;
    p.data.picture = p.picture;
    p.data.settings = odd_text_string(&p.settings);
    ODD_TRY(odd_run_path(run, "report", &folder));
    ODD_TRY(odd_experiment_page_write(folder, &p.data));
done:
    page_free(&p);
    odd_text_free(&subtitle);
    odd_free(folder);
    return st;
}
