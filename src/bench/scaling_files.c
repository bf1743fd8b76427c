/* Scaling files: the table as HDF5 and CSV, and pictures of its series. */
#include "bench/scaling_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/report/speedup_plot.h"
#include "oddlot/store/dataset.h"

#include <math.h>
#include <string.h>

/* ---- HDF5: a column of each ---- */

static odd_status add_texts(const odd_scaling_table *t, odd_bundle *b)
{
    const odd_shape shape = {ODD_STRING, ODD_STAGE_NAME_SIZE, 1, {t->count}};
    char *kind, *stage;
    odd_status st;
    ODD_TRY(odd_bundle_add_shape(b, "kind", "strong: the same images; weak: as many for each rank",
                                 &shape, &kind));
    ODD_TRY(odd_bundle_add_shape(b, "stage", "of the job; all: their sum", &shape, &stage));
    for (int i = 0; i < t->count; i++) {
        strcpy(kind + (size_t)i * ODD_STAGE_NAME_SIZE, t->line[i].weak ? "weak" : "strong");
        strcpy(stage + (size_t)i * ODD_STAGE_NAME_SIZE, t->line[i].stage);
    }
done:
    return st;
}

static odd_status add_counts(const odd_scaling_table *t, odd_bundle *b)
{
    int64_t *ranks, *threads, *images, *repeats, *sent;
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "ranks", ODD_I64, "of the run", &ranks, 1, (int64_t)t->count));
    ODD_TRY(odd_bundle_add(b, "threads", ODD_I64, "of a rank", &threads, 1, (int64_t)t->count));
    ODD_TRY(odd_bundle_add(b, "images", ODD_I64, "of the run", &images, 1, (int64_t)t->count));
    ODD_TRY(odd_bundle_add(b, "repeats", ODD_I64, "runs that were measured; 0: predicted only",
                           &repeats, 1, (int64_t)t->count));
    ODD_TRY(odd_bundle_add(b, "bytes_sent", ODD_I64, "given to MPI by all ranks", &sent, 1,
                           (int64_t)t->count));
    for (int i = 0; i < t->count; i++) {
        ranks[i] = t->line[i].ranks;
        threads[i] = t->line[i].threads;
        images[i] = t->line[i].images;
        repeats[i] = t->line[i].repeats;
        sent[i] = t->line[i].sent;
    }
done:
    return st;
}

static odd_status add_numbers(const odd_scaling_table *t, odd_bundle *b)
{
    odd_status st = ODD_OK;
    for (const odd_scaling_number *n = odd_scaling_numbers; n->name; n++) {
        double *column;
        ODD_TRY(odd_bundle_add(b, n->name, ODD_F64, n->about, &column, 1, (int64_t)t->count));
        for (int i = 0; i < t->count; i++)
            column[i] = odd_scaling_value(&t->line[i], n);
    }
done:
    return st;
}

static odd_status write_hdf5(const odd_scaling_table *t, const char *path, const char *command)
{
    const odd_provenance from = {.stage = "scaling", .command = command, .threads = 1};
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(add_texts(t, &b));
    ODD_TRY(add_counts(t, &b));
    ODD_TRY(add_numbers(t, &b));
    ODD_TRY(odd_file_create(MPI_COMM_SELF, path, &from, &file));
    ODD_TRY(odd_bundle_write(file, "/", &b));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_bundle_free(&b);
    return st;
}

/* ---- pictures ---- */

enum { MOST_CURVES = 24 };

typedef struct {
    odd_speedup_curve curve[MOST_CURVES];
    int count;
    odd_curve_point *point; /* (2, lines) */
} picture;

static double first_seconds(const odd_scaling_table *t, const odd_scaling_line *l)
{
    for (int i = 0; i < t->count; i++) {
        const odd_scaling_line *f = &t->line[i];
        if (f->weak == l->weak && f->stage == l->stage && f->ranks == 1) return f->predicted;
    }
    return NAN;
}

/* The lines of a kind and stage follow one another. */
static void add_curve(const odd_scaling_table *t, int *at, picture *p)
{
    const odd_scaling_line *first = &t->line[*at];
    odd_curve_point *measured = p->point + *at, *predicted = measured + t->count;
    odd_speedup_curve c = {first->stage, measured, predicted, 0, 0};
    const double one = first_seconds(t, first);
    for (; *at < t->count; ++*at) {
        const odd_scaling_line *l = &t->line[*at];
        if (l->weak != first->weak || strcmp(l->stage, first->stage) != 0) break;
        if (!isnan(l->speedup))
            measured[c.measured_count++] = (odd_curve_point){l->ranks, l->speedup};
        if (!isnan(l->predicted))
            predicted[c.predicted_count++] =
                (odd_curve_point){l->ranks, (l->weak ? l->ranks : 1) * one / l->predicted};
    }
    if (p->count < MOST_CURVES) p->curve[p->count++] = c;
}

static odd_status draw_series(const odd_scaling_table *t, bool weak, odd_text *svg)
{
    picture p = {0};
    odd_status st;
    ODD_TRY(ODD_NEW(p.point, 2L * t->count));
    for (int i = 0; i < t->count;)
        if (t->line[i].weak == weak)
            add_curve(t, &i, &p);
        else
            i++;
    if (p.count > 0)
        odd_speedup_draw(p.curve, p.count,
                         weak ? "weak: as many images for each rank; dashed: the model"
                              : "strong: the same images; dashed: the model",
                         svg);
    st = odd_text_status(svg);
done:
    odd_free(p.point);
    return st;
}

/* ---- all ---- */

static odd_status spill(const char *folder, const char *name, const odd_text *text)
{
    odd_text path = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(odd_text_status(text));
    if (text->length == 0) return ODD_OK;
    odd_text_format(&path, "%s/%s", folder, name);
    ODD_TRY(odd_text_status(&path));
    ODD_TRY(odd_file_spill(path.s, text->s, text->length));
done:
    odd_text_free(&path);
    return st;
}

static odd_status write_series(const odd_scaling_table *t, const char *folder, bool weak)
{
    odd_text svg = ODD_TEXT_EMPTY;
    odd_status st;
    ODD_TRY(draw_series(t, weak, &svg));
    ODD_TRY(spill(folder, weak ? "weak.svg" : "strong.svg", &svg));
done:
    odd_text_free(&svg);
    return st;
}

odd_status odd_scaling_write(const odd_scaling_table *table, const char *folder,
                             const char *command)
{
    odd_text csv = ODD_TEXT_EMPTY, path = ODD_TEXT_EMPTY;
    odd_status st;
    odd_scaling_csv(table, &csv);
    ODD_TRY(spill(folder, "scaling.csv", &csv));
    ODD_TRY(write_series(table, folder, false));
    ODD_TRY(write_series(table, folder, true));
    odd_text_format(&path, "%s/scaling.h5", folder);
    ODD_TRY(odd_text_status(&path));
    ODD_TRY(write_hdf5(table, path.s, command));
done:
    odd_text_free(&csv);
    odd_text_free(&path);
    return st;
}
