/* Detector `classes`: how far a row is from the classes that are known, each a Gaussian; what is
 * outside the class that it is nearest to is odd.
 *
 * The rule is that of Vareldzhan, Yurkov and Ushenin, "Anomaly detection in image datasets using
 * convolutional neural networks, center loss, and Mahalanobis distance", 2021: a threshold for each
 * class, a percentile of the distances of its rows; the nearest class is what a row is taken for,
 * and it is odd where it is farther from that than the threshold. Beside it the distances that are
 * known to find what is of no class: relative to all rows (Ren and others, "A simple fix to
 * Mahalanobis distance for improving near-OOD detection", 2021), to the k-th nearest row by
 * direction (Sun, Ming, Zhu and Li, "Out-of-distribution detection with deep nearest neighbors",
 * ICML 2022) and to the principal subspace of the rows (ViM's residual, CVPR 2022).
 *
 * Where no row has a class all are of one. What a row itself is filed under is not looked at when
 * it is scored. */
#include "detect/classes_internal.h"

#include "detect/detectors_internal.h"
#include "detect/knn_internal.h"
#include "detect/moments_internal.h"
#include "detect/subspace_internal.h"
#include "detect/unit_rows_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { MOST_NAME = 128 }; /* bytes of the name of a class that are kept */

static const char *const covariances[] = {"shared", "own", NULL};
static const char *const shrinkages[] = {"ledoit_wolf", "none", NULL};

static const odd_option table[] = {
    ODD_CHOICE(odd_classes_options, covariance, "shared", covariances,
               "shared: one covariance within all classes; own: one for each"),
    ODD_CHOICE(odd_classes_options, shrinkage, "ledoit_wolf", shrinkages,
               "how covariances are made safe to invert; none: as they are"),
    ODD_REAL(odd_classes_options, percentile, "97.5", 50, 100,
             "of the distances of the rows of a class from it, which is its threshold"),
    ODD_INT(odd_classes_options, folds, "5", 0, 32,
            "distances for thresholds are from what was learnt without the row, in so many parts; "
            "0: from what was learnt with it, as was published, which flags far more where rows "
            "are not many times the features"),
    ODD_INT(odd_classes_options, least, "10", 2, 1e9,
            "rows that a class must have for a threshold and a covariance of its own; others have "
            "those of all"),
    ODD_INT(odd_classes_options, neighbours, "5", 1, 10000,
            "column neighbour: the distance by direction to the row that is so many down"),
    ODD_INT(odd_classes_options, sample, "10000", 1, 1e15,
            "column neighbour: rows to be compared with, at most, drawn by the seed"),
    ODD_INT(odd_classes_options, components, "0", 0, 100000,
            "column subspace: axes of the principal subspace; 0: as published, 1000 of 2048 "
            "features and more, 512 of 768 and more, else half of them"),
    ODD_OPTIONS_END,
};

static const odd_score_column columns[] = {
    {"outside",
     "distance from the nearest class as a part of its threshold; above 1 the row is outside it, "
     "and odd",
     1},
    {"outside_all", "the least part of their thresholds of all classes; above 1 it is outside each",
     1},
    {"distance", "Mahalanobis distance from the nearest class; odd rows are high", 1},
    {"relative",
     "squared distance less that from the Gaussian of all rows; odd rows are high. 0 everywhere "
     "where there is one class",
     1},
    {"neighbour", "distance to the k-th nearest row, both of unit length; odd rows are high", 1},
    {"subspace", "length of what the principal subspace does not hold; odd rows are high", 1},
    {"class", "number of the nearest class in model/class_name", 0},
    {NULL, NULL, 0}};

/* -- what is learnt beside the classes -- */

/* What all rows have as their covariance: that within classes, and that of the means. It is not
 * shrunk by itself: two covariances that are shrunk by different shares differ most where few rows
 * say anything, and the relative distance would be that difference.
 * within (d, d): overwritten. */
static odd_status learn_background(MPI_Comm comm, const odd_class_gaussians *g,
                                   const int64_t size[], double within[], odd_bundle *model)
{
    const int64_t d = g->d;
    double *apart = NULL, *factor;
    odd_status st;
    ODD_TRY_ALL(comm, odd_bundle_add(model, "background", ODD_F64,
                                     "factor of the covariance of all rows", &factor, 2, d, d));
    ODD_TRY_ALL(comm, ODD_NEW(apart, d));
    for (int32_t c = 0; c < g->k; c++) {
        for (int64_t j = 0; j < d; j++)
            apart[j] = g->mean[c * d + j] - g->origin[j];
        odd_dsyrk(1, g->d, (double)size[c] / (double)g->rows, apart, 1, within);
    }
    ODD_TRY(odd_class_factor(comm, g->d, within, factor));
done:
    odd_free(apart);
    return st;
}

static odd_status learn_subspace(const odd_rows *rows, const odd_class_rows *from,
                                 const odd_classes_options *o, const odd_class_gaussians *g,
                                 odd_bundle *model)
{
    const odd_row_filter learnt = {false, from->learnt, 1};
    const int axes = odd_subspace_axes(rows->d, from->n, o->components);
    double *scatter = NULL, *axis, fourth;
    odd_status st;
    ODD_TRY_ALL(rows->comm,
                odd_bundle_add(model, "axis", ODD_F64, "principal axes of all rows, unit rows",
                               &axis, 2, (int64_t)axes, (int64_t)rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(scatter, (int64_t)rows->d * rows->d));
    ODD_TRY(odd_scatter(rows, learnt, ODD_FORM_FULL, g->origin, NULL, scatter, &fourth));
    ODD_TRY(odd_subspace_learn(rows->comm, rows->d, scatter, axes, axis));
done:
    odd_free(scatter);
    return st;
}

static odd_status learn_neighbours(const odd_rows *rows, const odd_class_rows *from,
                                   const odd_classes_options *o, uint64_t seed, odd_bundle *model)
{
    const odd_row_filter learnt = {false, from->learnt, 1};
    const int64_t m = from->n < o->sample ? from->n : o->sample;
    odd_unit_rows unit;
    odd_status st;
    odd_unit_rows_stream(rows, &unit);
    ODD_TRY(odd_knn_collect(&unit.rows, learnt, from->n, m, seed, model));
    ODD_TRY_ALL(rows->comm,
                odd_bundle_add_i64(model, "neighbours", "the nearest reference row that counts",
                                   o->neighbours < m ? o->neighbours : m));
    ODD_TRY_ALL(rows->comm, odd_bundle_add_i64(model, "last", "1: its distance counts", 1));
done:
    return st;
}

/* -- names -- */

/* Bytes of a name that are kept, whole characters of UTF-8. */
static size_t name_bytes(const char *name)
{
    size_t bytes = strlen(name);
    if (bytes <= MOST_NAME) return bytes;
    for (bytes = MOST_NAME; bytes > 0 && ((unsigned char)name[bytes] & 0xC0) == 0x80; bytes--)
        ;
    return bytes;
}

static void name_of(const odd_known *known, int32_t number, char name[static MOST_NAME + 1])
{
    if (number < 0)
        strcpy(name, "all");
    else if (known->names)
        snprintf(name, MOST_NAME + 1, "%.*s", (int)name_bytes(known->names[number]),
                 known->names[number]);
    else
        snprintf(name, MOST_NAME + 1, "%d", number);
}

static odd_status save_names(const odd_known *known, const odd_class_rows *from, odd_bundle *model)
{
    char name[MOST_NAME + 1], *cell;
    size_t width = 1;
    odd_status st;
    for (int32_t c = 0; c < from->k; c++) {
        name_of(known, from->number[c], name);
        width = strlen(name) > width ? strlen(name) : width;
    }
    const odd_shape shape = {ODD_STRING, width, 1, {from->k}};
    ODD_TRY(odd_bundle_add_shape(model, "class_name", "names of the classes", &shape, &cell));
    for (int32_t c = 0; c < from->k; c++) {
        name_of(known, from->number[c], name);
        memcpy(cell + (size_t)c * width, name, strlen(name));
    }
done:
    return st;
}

/* -- fit -- */

/* The arrays that are filled while it learns. */
static odd_status add_arrays(const odd_class_rows *from, const odd_classes_options *o,
                             odd_bundle *model, double **threshold, int64_t **size)
{
    odd_status st;
    ODD_TRY(odd_bundle_add(model, "threshold", ODD_F64,
                           "distance from each class above which rows are outside it", threshold, 1,
                           (int64_t)from->k));
    ODD_TRY(odd_bundle_add(model, "size", ODD_I64, "rows of each class that were learnt from", size,
                           1, (int64_t)from->k));
    ODD_TRY(odd_bundle_add_f64(model, "percentile", "of distances, that thresholds are",
                               o->percentile));
done:
    return st;
}

static odd_status classes_fit(const void *options, const odd_rows *rows, const odd_known *known,
                              uint64_t seed, odd_bundle *model)
{
    const odd_classes_options *o = options;
    odd_class_rows from = {0};
    odd_class_gaussians g;
    double *threshold, *within = NULL;
    int64_t *size;
    odd_status st;
    ODD_TRY(odd_detector_check_rows("classes", rows));
    ODD_TRY_ALL(rows->comm, ODD_NEW(within, (int64_t)rows->d * rows->d));
    ODD_TRY(odd_class_rows_new(rows, known, o->folds < 2 ? 1 : o->folds, &from));
    ODD_TRY_ALL(rows->comm, add_arrays(&from, o, model, &threshold, &size));
    ODD_TRY_ALL(rows->comm, save_names(known, &from, model));
    ODD_TRY(odd_class_gaussians_learn(rows, from.of, from.k, o, model, &g, size, within));
    ODD_TRY(odd_class_thresholds(rows, &from, o, &g, threshold));
    ODD_TRY(learn_background(rows->comm, &g, size, within, model));
    ODD_TRY(learn_subspace(rows, &from, o, &g, model));
    ODD_TRY(learn_neighbours(rows, &from, o, seed, model));
    odd_log(ODD_LOG_INFO, "classes: %d of them learnt from %lld of %lld rows", from.k,
            (long long)from.n, (long long)rows->part.n);
done:
    odd_class_rows_free(&from);
    odd_free(within);
    return st;
}

/* -- why -- */

/* "shoe, the nearest class": its name as the model has it, safe to print. */
static void add_class(const odd_bundle *model, double class, odd_text *out)
{
    const odd_array *names = odd_bundle_find(model, "class_name");
    char name[MOST_NAME + 1];
    const bool named = names && names->shape.type == ODD_STRING && names->shape.rank == 1 &&
                       class >= 0 && class < (double)names->shape.shape[0];
    if (named) {
        const size_t width = names->shape.width, bytes = width < MOST_NAME ? width : MOST_NAME;
        memcpy(name, (const char *)names->data + (size_t) class * width, bytes);
        name[bytes] = 0;
        odd_text_printable(out, name);
        odd_text_add(out, ", ");
    }
    odd_text_add(out, "the nearest class");
    if (named) odd_text_add(out, ",");
}

static void classes_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    const char *outside = score[ODD_CLASSES_OUTSIDE_ALL] > 1 ? "; outside every class" : "";
    odd_text class = ODD_TEXT_EMPTY;
    double percentile;
    if (odd_bundle_get_f64(model, "percentile", &percentile) != ODD_OK || !isfinite(percentile))
        percentile = 0;
    add_class(model, score[ODD_CLASSES_CLASS], &class);
    snprintf(buffer, size, "%.3g times as far from %s as %g %% of its own%s",
             score[ODD_CLASSES_OUTSIDE], odd_text_string(&class), percentile, outside);
    odd_text_free(&class);
}

const odd_detector odd_detector_classes = {
    .name = "classes",
    .summary = "distance from the nearest of the known classes, against its threshold",
    .options = table,
    .options_size = sizeof(odd_classes_options),
    .columns = columns,
    .draws = true,
    .by_class = true,
    .cut = 1 + DBL_EPSILON,
    .fit = classes_fit,
    .score = odd_classes_score,
    .reason = classes_reason,
};
