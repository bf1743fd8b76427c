/* Values of a study: the figures that are taken from the files of every run. */
#include "oddlot/store/dataset.h"
#include "study/study_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/eval/mean.h"
#include "oddlot/store/audit.h"

#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "study/design_words_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings ---- */

/* A run of a study is no study. */
static odd_status check_file(const odd_pipeline *const pipelines[], const odd_job *job,
                             const char *file)
{
    const odd_pipeline *study = odd_pipeline_of(pipelines, job);
    odd_text names = ODD_TEXT_EMPTY;
    const odd_stage *stage;
    bool found = false;
    for (int i = 0; !found && (stage = odd_stage_number(pipelines, i)); i++) {
        if (odd_stage_find(study, stage->name)) continue;
        found = strcmp(stage->file, file) == 0;
        odd_text_format(&names, "%s%s", i ? ", " : "", stage->file);
    }
    if (!found)
        odd_fail(ODD_USAGE, "no stage writes '%s'; there are: %s", file, odd_text_string(&names));
    odd_text_free(&names);
    return found ? ODD_OK : ODD_USAGE;
}

/* The stage of the run that writes it; NULL: it has none such. */
static const odd_stage *stage_of(const odd_run *run, const char *file)
{
    const odd_stage *const *stage = run->pipeline->stages;
    for (int i = 0; stage[i]; i++)
        if (strcmp(stage[i]->file, file) == 0 && odd_stage_applies(stage[i], run->job))
            return stage[i];
    return NULL;
}

/* "train.h5:accuracy" */
static odd_status read_place(const char *text, odd_study_value *v)
{
    size_t length;
    const char *place = odd_piece(text, 1, &length);
    const char *colon = memchr(place, ':', length);
    if (!colon || colon == place || colon + 1 == place + length)
        return odd_fail(ODD_USAGE, "expected 'NAME | FILE.h5:PATH'");
    v->file = strndup(place, (size_t)(colon - place));
    v->path = strndup(colon + 1, length - (size_t)(colon + 1 - place));
    if (!v->file || !v->path) return odd_fail(ODD_NOMEM, "cannot allocate a text");
    return ODD_OK;
}

/* "within LOW HIGH", a number of digits, "%", or a number of digits and "%". */
static odd_status read_form(const char *text, odd_study_value *v)
{
    enum { DIGITS = 4, DIGITS_PER_CENT = 2, MOST_DIGITS = 15 };
    char form[64] = "", more;
    size_t length;
    const char *given = odd_piece(text, 2, &length);
    v->unit = 1;
    v->digits = DIGITS;
    if (length == 0) return ODD_OK;
    if (length < sizeof form) memcpy(form, given, length);
    if (sscanf(form, "within %lf %lf %c", &v->low, &v->high, &more) == 2 && v->low <= v->high) {
        v->counts = true;
        return ODD_OK;
    }
    if (form[0] && form[strlen(form) - 1] == '%') {
        v->unit = 0.01;
        v->digits = DIGITS_PER_CENT;
        form[strlen(form) - 1] = '\0';
        if (!form[0]) return ODD_OK;
    }
    if (sscanf(form, "%2d%c", &v->digits, &more) == 1 && v->digits >= 0 && v->digits <= MOST_DIGITS)
        return ODD_OK;
    return odd_fail(ODD_USAGE,
                    "expected %%, digits after the point or 'within LOW HIGH', found "
                    "'%.*s'",
                    (int)length, given);
}

static odd_status read_value(const char *text, const odd_study_value *before, int64_t count,
                             odd_study_value *v)
{
    size_t length;
    odd_status st;
    const char *name = odd_piece(text, 0, &length);
    if (!(v->name = strndup(name, length))) ODD_TRY(odd_fail(ODD_NOMEM, "cannot allocate a text"));
    if (length == 0) ODD_TRY(odd_fail(ODD_USAGE, "expected 'NAME | FILE.h5:PATH'"));
    for (int64_t i = 0; i < count; i++)
        if (strcmp(before[i].name, v->name) == 0)
            ODD_TRY(odd_fail(ODD_USAGE, "there are two of this name"));
    ODD_TRY(read_place(text, v));
    ODD_TRY(read_form(text, v));
done:
    return st;
}

odd_status odd_study_values_new(const odd_pipeline *const pipelines[], const odd_job *job,
                                const odd_list *values, odd_study_value **out)
{
    odd_study_value *v = NULL;
    odd_status st;
    *out = NULL;
    if (values->count == 0)
        return odd_job_fail(job, "study.values",
                            "at least one is needed, such as 'ROC AUC | "
                            "evaluate.h5:metrics/roc_auc/score'");
    ODD_TRY(ODD_NEW(v, values->count));
    for (int64_t i = 0; i < values->count; i++) {
        st = read_value(values->item[i], v, i, &v[i]);
        if (st == ODD_OK) st = check_file(pipelines, job, v[i].file);
        if (st == ODD_USAGE)
            st = odd_job_fail(job, "study.values", "'%s': %s", values->item[i], odd_fail_reason());
        if (st != ODD_OK) goto done;
    }
    *out = v;
    v = NULL;
done:
    odd_study_values_free(v, values->count);
    return st;
}

void odd_study_values_free(odd_study_value *value, int64_t count)
{
    for (int64_t i = 0; value && i < count; i++) {
        free(value[i].name);
        free(value[i].file);
        free(value[i].path);
    }
    odd_free(value);
}

/* ---- figures ---- */

/* The mean of what is a number in an array. */
static odd_status read_array(const odd_dataset *dataset, double *figure)
{
    enum { MOST = 1 << 24 }; /* a column of a large catalogue; no matrix of features */
    const odd_shape *shape = odd_dataset_shape(dataset);
    const int64_t rows = shape->rank > 0 ? shape->shape[0] : 1;
    int64_t count = 1;
    double *all = NULL;
    odd_status st;
    for (int i = 0; i < shape->rank; i++)
        if ((count *= shape->shape[i]) > MOST)
            return odd_fail(ODD_USAGE, "it has more than %d numbers", MOST);
    if (shape->type == ODD_STRING) return odd_fail(ODD_USAGE, "it is text");
    ODD_TRY(ODD_NEW(all, count));
    ODD_TRY(odd_dataset_read(dataset, 0, rows, ODD_F64, all));
    *figure = odd_mean_of(count, all).mean;
done:
    odd_free(all);
    return st;
}

/* "columns/score/unit": attribute `unit` of columns/score, or of the file. */
static bool read_attribute(const odd_file *file, const char *path, double *figure)
{
    const char *slash = strrchr(path, '/');
    char *object = slash && slash > path ? strndup(path, (size_t)(slash - path)) : strdup("/");
    const char *name = slash ? slash + 1 : path;
    int64_t whole;
    bool found = false;
    if (object && odd_file_has(file, object)) {
        found = odd_file_get_f64(file, object, name, figure) == ODD_OK;
        if (!found && (found = odd_file_get_i64(file, object, name, &whole) == ODD_OK))
            *figure = (double)whole;
    }
    free(object);
    return found;
}

static odd_status fail_missing_value(const odd_file *file)
{
    odd_text names = ODD_TEXT_EMPTY;
    odd_status st = odd_file_names(file, &names);
    if (st == ODD_OK) st = odd_text_status(&names);
    if (st == ODD_OK) st = odd_fail(ODD_USAGE, "it has only: %s", odd_text_string(&names));
    odd_text_free(&names);
    return st;
}

static odd_status read_figure(const odd_file *file, const char *path, double *figure)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    if (read_attribute(file, path, figure)) return ODD_OK;
    if (!odd_file_has(file, path) || odd_dataset_open(file, path, &dataset) != ODD_OK)
        return fail_missing_value(file);
    st = read_array(dataset, figure);
    odd_dataset_close(&dataset);
    return st;
}

static odd_status take_figure(const odd_run *run, const odd_study_value *v, double *figure)
{
    const odd_stage *stage = stage_of(run, v->file);
    odd_file *file = NULL;
    odd_status st;
    *figure = NAN;
    if (!stage) return ODD_OK;
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, stage->name, &file));
    st = read_figure(file, v->path, figure);
    if (st == ODD_USAGE)
        odd_fail_prefix(st, "study.values: '%s' is to be '%s' of '%s/%s', but ", v->name, v->path,
                        run->folder, v->file);
done:
    odd_file_close(&file);
    return st;
}

odd_status odd_study_figures(const odd_study *study, const odd_run *run, double figure[])
{
    odd_status st = ODD_OK;
    for (int64_t v = 0; v < study->values; v++)
        ODD_TRY(take_figure(run, &study->value[v], &figure[v]));
done:
    return st;
}
