/* What views learn, in their file and out of that of an earlier run: group `model`, of each view
 * its core and its scale, and how they are joined. */
#include "oddlot/run/run.h"
#include "oddlot/run/stored_model.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>

enum { NAMES = 256, PATH = 64 };

static const char attribute[] = "use"; /* of /model: the views, as in the job */

/* "meaning,layout,measured": those of the job, in order. */
static void name_views(const odd_job *job, char names[NAMES])
{
    size_t length = 0;
    names[0] = '\0';
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i]) && length < NAMES)
            length += (size_t)snprintf(names + length, NAMES - length, "%s%s", length ? "," : "",
                                       odd_views[i]->name);
}

static odd_model_source model_source(const odd_job *job, char names[NAMES])
{
    const odd_views_options *options = odd_job_section(job, "views");
    name_views(job, names);
    return (odd_model_source){&odd_stage_views, options->model, attribute, names};
}

bool odd_views_are_taught(const odd_job *job)
{
    return *((const odd_views_options *)odd_job_section(job, "views"))->model;
}

odd_status odd_views_model_digest(odd_run *run, odd_hash *digest)
{
    char names[NAMES];
    const odd_model_source from = model_source(run->job, names);
    return odd_stored_model_digest(run, &from, digest);
}

/* -- the join as arrays -- */

static odd_status add_numbers(const odd_views_work *w, const char *name, const char *about,
                              const double value[], odd_bundle *b)
{
    char path[PATH];
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views && st == ODD_OK; v++) {
        snprintf(path, sizeof path, "%s/%s", name, w->view[v]->name);
        st = odd_bundle_add_f64(b, path, about, value[v]);
    }
    return st;
}

static odd_status join_to_bundle(const odd_views_work *w, odd_bundle *b)
{
    const odd_views_join *j = &w->join;
    odd_status st;
    ODD_TRY(add_numbers(w, "median", "of the logarithms of distances", j->median, b));
    ODD_TRY(add_numbers(w, "sigma", "their robust standard deviation", j->sigma, b));
    ODD_TRY(add_numbers(w, "far", "deviations beyond which images are very far out", j->far, b));
    ODD_TRY(add_numbers(w, "weight", "0 ... 1, how surely it agrees with the first view", j->weight,
                        b));
    ODD_TRY(odd_bundle_add_f64(b, "joined/middle", "of sums of views", j->middle));
    ODD_TRY(odd_bundle_add_f64(b, "joined/width", "of the lower half of sums", j->width));
    ODD_TRY(
        odd_bundle_add_f64(b, "joined/cut", "widths beyond which odd images have a hill", j->cut));
    ODD_TRY(odd_bundle_add_f64(b, "joined/sure", "0 ... 1, less where images were few", j->sure));
done:
    return st;
}

odd_status odd_views_model_write(odd_file *file, const odd_views_work *w)
{
    const odd_job *job = w->inputs.run->job;
    odd_bundle join = ODD_BUNDLE_EMPTY;
    char names[NAMES], path[PATH];
    odd_status st;
    ODD_TRY_ALL(w->inputs.run->comm, join_to_bundle(w, &join));
    ODD_TRY(odd_bundle_write(file, "model", &join));
    name_views(job, names);
    ODD_TRY(odd_file_set_text(file, "/model", attribute, names));
    for (int v = 0; v < w->views; v++) {
        snprintf(path, sizeof path, "model/%s", w->view[v]->name);
        ODD_TRY(odd_bundle_write(file, path, &w->ranking[v].model));
    }
done:
    odd_bundle_free(&join);
    return st;
}

/* -- from a file, whose numbers may be any -- */

/* A number from low to high; high may be INFINITY, and the number, too, where it may. */
static odd_status get_number(const odd_bundle *b, const char *name, double low, double high,
                             double *value)
{
    odd_status st;
    ODD_TRY(odd_bundle_get_f64(b, name, value));
    if (!(*value >= low && *value <= high))
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' of the model is %g, which is none of %g to %g", name,
                         *value, low, high));
done:
    return st;
}

static odd_status get_numbers(const odd_bundle *b, const odd_views_work *w, const char *name,
                              double low, double high, double value[])
{
    char path[PATH];
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views && st == ODD_OK; v++) {
        snprintf(path, sizeof path, "%s/%s", name, w->view[v]->name);
        st = get_number(b, path, low, high, &value[v]);
    }
    return st;
}

static odd_status join_from_bundle(const odd_bundle *b, odd_views_work *w)
{
    const double most = 1e300;
    odd_views_join *j = &w->join;
    odd_status st;
    *j = (odd_views_join){.views = w->views, .anchored = w->view[0]->anchors};
    ODD_TRY(get_numbers(b, w, "median", -most, most, j->median));
    ODD_TRY(get_numbers(b, w, "sigma", 0, most, j->sigma));
    ODD_TRY(get_numbers(b, w, "far", 0, most, j->far));
    ODD_TRY(get_numbers(b, w, "weight", 0, 1, j->weight));
    ODD_TRY(get_number(b, "joined/middle", -most, most, &j->middle));
    ODD_TRY(get_number(b, "joined/width", 0, most, &j->width));
    ODD_TRY(get_number(b, "joined/cut", -most, INFINITY, &j->cut));
    ODD_TRY(get_number(b, "joined/sure", 0, 1, &j->sure));
done:
    return st;
}

/* @local */
static odd_status take_model(odd_bundle *b, odd_views_work *w)
{
    odd_status st;
    ODD_TRY(join_from_bundle(b, w));
    for (int v = 0; v < w->views; v++)
        ODD_TRY(odd_bundle_take(b, w->view[v]->name, &w->ranking[v].model));
done:
    return st;
}

/* Scoring no images shows whether the model fits these. @collective */
static odd_status try_model(odd_views_work *w)
{
    const odd_view_images none = {0};
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views && st == ODD_OK; v++) {
        odd_view_ranking *r = &w->ranking[v];
        st = odd_view_rank(w->view[v], &w->inputs, 0, NULL, &none, NULL, r);
        if (st != ODD_OK) st = odd_fail_prefix(st, "view '%s': ", w->view[v]->name);
        odd_view_ranking_forget(r);
    }
    return st;
}

odd_status odd_views_model_read(odd_views_work *w)
{
    const odd_run *run = w->inputs.run;
    char names[NAMES];
    const odd_model_source from = model_source(run->job, names);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_stored_model_read(run, &from, &model));
    st = odd_agree(run->comm, take_model(&model, w));
    if (st == ODD_OK) st = try_model(w);
    if (st != ODD_OK) st = odd_fail_prefix(st, "%s: ", from.given);
done:
    odd_bundle_free(&model);
    return st;
}
