/* Columns of views.h5, for those that come after: the joined value and that of each view, and what
 * they say of an image in words. */
#include "oddlot/image/measure.h"
#include "oddlot/stage/views.h"
#include "oddlot/store/dataset.h"
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Values from which a view is named among the reasons: one usual image in a hundred, in twenty for
 * what others are weighed by: what it shows is what people ask first. */
#define TOLD        2
#define TOLD_ANCHOR 1.3
/* Beyond it a value says no more than that it is large. */
#define KNOWN 4

enum { PATH = 64, RARITY_WORDS = 64 };

static const char joined_about[] = "-log10 of the share of usual images that are as odd, all views "
                                   "together; odd images are high";
static const char view_about[] =
    "-log10 of the share of usual images that are as odd in this view; odd images are high";

int odd_view_columns(const odd_job *job, odd_score_column column[])
{
    int count = 0;
    if (!odd_has_views(job)) return 0;
    column[count++] = (odd_score_column){"joined", joined_about, 1};
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i]))
            column[count++] = (odd_score_column){odd_views[i]->name, view_about, 1};
    return count;
}

/* Column c of `columns`: value (count, columns). */
static odd_status read_column(const odd_file *views, const char *path, int64_t first, int64_t count,
                              int c, int columns, double value[])
{
    const odd_shape shape = {.type = ODD_F64, .rank = 1, .shape = {-1}};
    odd_dataset *dataset = NULL;
    double *one = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(one, count));
    ODD_TRY(odd_dataset_expect(views, path, &shape, &dataset));
    ODD_TRY(odd_dataset_read(dataset, first, count, ODD_F64, one));
    for (int64_t i = 0; i < count; i++)
        value[i * columns + c] = one[i];
done:
    odd_dataset_close(&dataset);
    odd_free(one);
    return st;
}

odd_status odd_view_values_read(const odd_job *job, const odd_file *views, int64_t first,
                                int64_t count, double value[])
{
    odd_score_column column[1 + ODD_MOST_VIEWS];
    const int columns = odd_view_columns(job, column);
    char path[PATH];
    odd_status st = ODD_OK;
    for (int c = 0; c < columns; c++) {
        snprintf(path, sizeof path, c > 0 ? "%s/value" : "%s", column[c].name);
        ODD_TRY(read_column(views, path, first, count, c, columns, value));
    }
done:
    return st;
}

/* How far out. Far beyond the images at hand, numbers would say more than is known. */
static const char *rarity_words(double value, char words[RARITY_WORDS])
{
    char count[32];
    if (value > KNOWN) return "hardly any is like it";
    snprintf(words, RARITY_WORDS, "1 in %s is", odd_human_count(llround(pow(10, value)), count));
    return words;
}

/* The measures of a row that are least usual. */
typedef struct {
    int32_t number[ODD_VIEW_LEADING];
    float value[ODD_VIEW_LEADING];
} leading_measures;

static odd_status read_leading(const odd_image_view *view, const odd_file *views, int64_t row,
                               leading_measures *out)
{
    const odd_shape numbers = {.type = ODD_I32, .rank = 2, .shape = {-1, ODD_VIEW_LEADING}};
    const odd_shape values = {.type = ODD_F32, .rank = 2, .shape = {-1, ODD_VIEW_LEADING}};
    odd_dataset *number = NULL, *value = NULL;
    char path[PATH];
    odd_status st;
    snprintf(path, sizeof path, "%s/leading", view->name);
    ODD_TRY(odd_dataset_expect(views, path, &numbers, &number));
    snprintf(path, sizeof path, "%s/measured", view->name);
    ODD_TRY(odd_dataset_expect(views, path, &values, &value));
    ODD_TRY(odd_dataset_read(number, row, 1, ODD_I32, out->number));
    ODD_TRY(odd_dataset_read(value, row, 1, ODD_F32, out->value));
done:
    odd_dataset_close(&number);
    odd_dataset_close(&value);
    return st;
}

static void add_measure(int measure, double value, double usual, odd_text *out)
{
    char is[32], usually[32];
    odd_text_format(out, "%s (%s, usually %s)", odd_measure_words(measure, value > usual),
                    odd_measure_text(measure, value, is),
                    odd_measure_text(measure, usual, usually));
}

/* ": a darker ground (37, usually 255)" */
static odd_status add_measures(const odd_image_view *view, const odd_file *views, int64_t row,
                               odd_text *out)
{
    leading_measures leading;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_view_scaling scaling;
    char path[PATH];
    odd_status st;
    ODD_TRY(read_leading(view, views, row, &leading));
    snprintf(path, sizeof path, "model/%s", view->name);
    ODD_TRY(odd_bundle_read(views, path, &model));
    ODD_TRY(odd_view_scaling_find(&model, view->width, &scaling));
    for (int l = 0; l < ODD_VIEW_LEADING; l++)
        for (int c = 0; c < view->width; c++) {
            if (view->measure(c) != leading.number[l]) continue;
            odd_text_add(out, l > 0 ? ", " : ": ");
            add_measure(leading.number[l], (double)leading.value[l], scaling.median[c], out);
        }
done:
    odd_bundle_free(&model);
    return st;
}

/* Is it so odd in this view that it is told? Also where the view does not agree with the first one,
 * if it is far enough out. */
static bool is_told(const odd_bundle *weights, const odd_image_view *view, double value)
{
    double weight = 0;
    return odd_bundle_get_f64(weights, view->name, &weight) == ODD_OK &&
           value >= (view->anchors ? TOLD_ANCHOR
                     : weight > 0  ? TOLD
                                   : KNOWN);
}

odd_status odd_view_reason(const odd_job *job, const odd_file *views, int64_t row,
                           const double value[], char *buffer, size_t size)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_bundle weights = ODD_BUNDLE_EMPTY;
    char words[RARITY_WORDS];
    odd_status st;
    ODD_TRY(odd_bundle_read(views, "model/weight", &weights));
    for (int i = 0, c = 1; odd_views[i]; i++) {
        const odd_image_view *view = odd_views[i];
        if (!odd_view_wanted(job, view)) continue;
        const double v = value[c++];
        if (!is_told(&weights, view, v)) continue;
        odd_text_format(&text, "%s%s is unusual (%s)", *odd_text_string(&text) ? "; " : "",
                        view->seen, rarity_words(v, words));
        if (view->measure) ODD_TRY(add_measures(view, views, row, &text));
    }
    if (!*odd_text_string(&text))
        odd_text_add(&text, "one picture in many images, or a little unlike the rest in all views");
    ODD_TRY(odd_text_status(&text));
    snprintf(buffer, size, "%s", odd_text_string(&text));
done:
    odd_bundle_free(&weights);
    odd_text_free(&text);
    return st;
}
