/* Feature output: rows scaled to unit length, and packed as float16. */
#include "stage/features/feature_output_internal.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <math.h>
#include <string.h>

#define PIECE 4096 /* numbers that are packed at a time */

static const char *const types[] = {"float32", "float16", NULL};
static const char *const norms[] = {"auto", "none", "l2", NULL};

const odd_option odd_feature_output_option_table[] = {
    ODD_CHOICE(odd_feature_output_options, type, "float32", types,
               "how features are stored; float16 takes half the disk and keeps 3 digits"),
    ODD_CHOICE(odd_feature_output_options, normalize, "auto", norms,
               "l2: rows of unit length; auto: l2 for those of networks"),
    ODD_INT(odd_feature_output_options, files, "0", 0, ODD_SEGMENTS_MOST,
            "files that hold the rows between them, as one array to whoever reads features.h5; 0: "
            "as many as keep each below 64 GiB"),
    ODD_OPTIONS_END,
};

odd_type odd_feature_type(const odd_feature_output_options *options)
{
    return strcmp(options->type, "float16") == 0 ? ODD_F16 : ODD_F32;
}

int odd_feature_files(const odd_feature_output_options *options, int64_t bytes)
{
    static const int64_t most = (int64_t)64 << 30; /* of a file */
    if (options->files > 0) return (int)options->files;
    const int64_t files = (bytes + most - 1) / most;
    return (int)odd_min(odd_max(files, 1), ODD_SEGMENTS_MOST);
}

/* A row of zeros stays. */
static void scale_to_unit(int n, float row[])
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)row[i] * row[i];
    const double factor = sum > 0 ? 1 / sqrt(sum) : 0;
    for (int i = 0; i < n; i++)
        row[i] = (float)(row[i] * factor);
}

static void normalize_rows(int64_t count, int width, float x[])
{
#pragma omp parallel for default(none) shared(count, width, x)
    for (int64_t i = 0; i < count; i++)
        scale_to_unit(width, x + i * width);
}

/* The first number that does not fit, or n. What is written lies before what is still to be read.
 */
static int64_t pack_halves(int64_t n, float x[])
{
    uint16_t half[PIECE];
    for (int64_t i = 0; i < n; i += PIECE) {
        int64_t some = n - i < PIECE ? n - i : PIECE;
        int64_t fit = odd_half_from_floats(some, x + i, half);
        if (fit < some) return i + fit;
        memcpy((char *)x + 2 * i, half, 2 * (size_t)some);
    }
    return n;
}

char *odd_feature_image_path(const odd_file *ingest, int64_t row)
{
    const odd_shape column = {.type = ODD_STRING, .rank = 1, .shape = {-1}};
    odd_dataset *paths = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(ingest, "path", &column, &paths));
    ODD_TRY(ODD_NEW(path, (int64_t)odd_dataset_shape(paths)->width + 1));
    ODD_TRY(odd_dataset_read(paths, row, 1, ODD_STRING, path));
done:
    odd_dataset_close(&paths);
    if (st != ODD_OK) odd_free(path);
    return st == ODD_OK ? path : NULL;
}

static odd_status fail_too_large(const odd_file *ingest, int64_t row, int64_t feature, double value)
{
    char *path = odd_feature_image_path(ingest, row);
    odd_status st =
        odd_fail(ODD_NUMERIC,
                 "feature %lld of '%s' (row %lld) is %g, more than the %d of float16: "
                 "set features.type: float32",
                 (long long)feature, path ? path : "?", (long long)row, value, ODD_HALF_MOST);
    odd_free(path);
    return st;
}

static bool wants_unit(const odd_feature_output_options *options, bool usual)
{
    return strcmp(options->normalize, "auto") == 0 ? usual : strcmp(options->normalize, "l2") == 0;
}

odd_status odd_feature_finish(const odd_feature_output_options *options, bool unit,
                              const odd_file *ingest, int64_t count, int width, const int64_t row[],
                              float x[])
{
    if (wants_unit(options, unit)) normalize_rows(count, width, x);
    if (odd_feature_type(options) != ODD_F16) return ODD_OK;
    const int64_t n = count * width, at = pack_halves(n, x);
    return at == n ? ODD_OK : fail_too_large(ingest, row[at / width], at % width, (double)x[at]);
}
