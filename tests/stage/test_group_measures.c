/* What sets groups apart: counted by hand, and as a plain search over all images finds it,
 * whichever ranks have them. */
#include "stage_fixture.h"

#include "oddlot/base/random.h"
#include "oddlot/par/partition.h"
#include "oddlot/run/measures.h"
#include "stage/groups/group_measures_internal.h"

#include <stdlib.h>

const char *odd_test_name = "stage/group_measures";

enum { MOST = 300, GROUPS = 4 };

/* The measure that the first column of out is about, and another. */
enum { LIGHT = ODD_MEASURE_GROUND_NEAR_WHITE, EVEN = ODD_MEASURE_GROUND_EVEN };

typedef struct {
    int64_t n;
    int32_t of[MOST];
    float light[MOST], even[MOST];
} images;

static odd_status write_values(odd_file *file, const images *x)
{
    const odd_partition part = odd_partition_rows(WORLD, x->n);
    const odd_shape shape = {.type = ODD_F32, .rank = 2, .shape = {x->n, ODD_MEASURE_COUNT}};
    odd_dataset *dataset = NULL;
    float *value = NULL;
    odd_status st;
    ODD_TRY_ALL(WORLD, ODD_NEW(value, part.n_local * ODD_MEASURE_COUNT));
    for (int64_t i = 0; i < part.n_local * ODD_MEASURE_COUNT; i++)
        value[i] = NAN;
    for (int64_t i = 0; i < part.n_local; i++) {
        value[i * ODD_MEASURE_COUNT + LIGHT] = x->light[part.row0 + i];
        value[i * ODD_MEASURE_COUNT + EVEN] = x->even[part.row0 + i];
    }
    ODD_TRY(odd_dataset_create(file, ODD_MEASURES_NAME, &shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, part.row0, part.n_local, value));
done:
    odd_dataset_close(&dataset);
    odd_free(value);
    return st;
}

static odd_status write_file(const char *path, const images *x)
{
    odd_text names = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY_ALL(WORLD, odd_measures_list(odd_measure_name, &names));
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(write_values(file, x));
    ODD_TRY(odd_file_set_text(file, ODD_MEASURES_NAME, "names", odd_text_string(&names)));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_text_free(&names);
    return st;
}

/* @collective */
static odd_status differences_of(const images *x, int32_t groups, odd_group_difference out[])
{
    const odd_partition part = odd_partition_rows(WORLD, x->n);
    odd_file *ingest = NULL;
    odd_status st;
    fixture_folder(WORLD);
    const char *path = fixture_path("ingest.h5");
    ODD_TRY(write_file(path, x));
    ODD_TRY(odd_file_open(WORLD, path, false, &ingest));
    ODD_TRY(odd_group_differences(WORLD, ingest, &part, x->of + part.row0, groups, out));
done:
    odd_file_close(&ingest);
    fixture_remove(WORLD);
    return st;
}

/* Group 0 has light 1, 2, 2 of 1, 2, 2, 3, 4, 4: 3 x 3 pairs, none above. Evenness tells nothing.
 */
static void test_by_hand(void)
{
    const images x = {.n = 8,
                      .of = {0, -1, 0, 7, 0, -1, 0, 0},
                      .light = {2, 4, 1, 3, 2, 4, NAN, NAN},
                      .even = {1, 1, 1, 1, 1, 1, 1, 1}};
    odd_group_difference d[ODD_GROUP_DIFFERENCES];
    char text[128];
    if (!check_all(WORLD, differences_of(&x, 1, d) == ODD_OK)) return;
    CU_ASSERT(d[0].measure == 0 && d[0].apart == 1 && d[0].inside == 2 && d[0].others == 4);
    CU_ASSERT(d[1].measure == -1);
    odd_group_differences_tell(d, text, sizeof text);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "; less white ground ("));
}

/* -- a plain search -- */

/* The share of pairs of one of the group and another in which it has the higher value. */
static double share_higher(const images *x, const float value[], int32_t group)
{
    double higher = 0, pairs = 0;
    for (int64_t i = 0; i < x->n; i++)
        for (int64_t j = 0; j < x->n; j++) {
            if (isnan(value[i]) || isnan(value[j]) || x->of[i] != group || x->of[j] == group)
                continue;
            pairs++;
            higher += value[i] > value[j] ? 1 : value[i] == value[j] ? 0.5 : 0;
        }
    return pairs > 0 ? higher / pairs : NAN;
}

static int rising(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median_of(const images *x, const float value[], int32_t group, bool inside)
{
    float some[MOST];
    int64_t n = 0;
    for (int64_t i = 0; i < x->n; i++)
        if (!isnan(value[i]) && (x->of[i] == group) == inside) some[n++] = value[i];
    qsort(some, (size_t)n, sizeof *some, rising);
    return (double)some[n / 2];
}

/* Is it told where the plain search says so, with the same numbers? */
static bool is_found(const images *x, const float value[], int measure, int32_t group,
                     const odd_group_difference d[ODD_GROUP_DIFFERENCES])
{
    const double higher = share_higher(x, value, group), apart = fmax(higher, 1 - higher);
    const odd_group_difference *found = NULL;
    for (int i = 0; i < ODD_GROUP_DIFFERENCES; i++)
        if (d[i].measure == measure) found = &d[i];
    if (isnan(higher) || apart < 0.8) return !found;
    return found && fabs(found->apart - apart) < 1e-12 &&
           found->inside == median_of(x, value, group, true) &&
           found->others == median_of(x, value, group, false);
}

/* Few values, of which many are equal, or all different; some are not known. */
static images draw_images(int64_t n, int values, uint64_t seed)
{
    images x = {.n = n};
    for (int64_t i = 0; i < n; i++) {
        const uint64_t row = (uint64_t)i;
        x.of[i] = (int32_t)odd_below(GROUPS + 2, seed, ODD_STREAM_TEST, row, 0) - 1;
        const double lift = x.of[i] == 1 ? 0.8 : x.of[i] == 2 ? -0.6 : 0;
        x.light[i] = (float)floor((odd_uniform(seed, ODD_STREAM_TEST, row, 1) + lift) * values);
        x.even[i] = (float)floor((odd_uniform(seed, ODD_STREAM_TEST, row, 2) - lift) * values);
        if (odd_below(9, seed, ODD_STREAM_TEST, row, 3) == 0) x.light[i] = NAN;
    }
    return x;
}

static void test_plain_search(void)
{
    static const int64_t n[] = {2, 7, 60, MOST};
    static const int values[] = {1, 3, 100000};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            const images x = draw_images(n[i], values[v], 3 + i);
            odd_group_difference d[GROUPS][ODD_GROUP_DIFFERENCES];
            bool good = differences_of(&x, GROUPS, d[0]) == ODD_OK;
            for (int32_t g = 0; good && g < GROUPS; g++)
                good = is_found(&x, x.light, 0, g, d[g]) && is_found(&x, x.even, 1, g, d[g]);
            check_all(WORLD, good);
        }
}

CU_TestInfo odd_tests[] = {
    {"by hand", test_by_hand},
    {"as a plain search finds it", test_plain_search},
    CU_TEST_INFO_NULL,
};
