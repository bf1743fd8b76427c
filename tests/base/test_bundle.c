/* Tests of bundles: what goes in comes out, and what is missing or hostile is named. */
#include "oddlot_test.h"

#include "oddlot/base/bundle.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "base/bundle";

static void arrays_come_back(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    float *axis = NULL;
    double seconds;
    int64_t rows;
    const char *kind;
    const odd_array *a;
    CU_ASSERT_EQUAL(
        odd_bundle_add(&b, "pca/axis", ODD_F32, "axes", &axis, 2, (int64_t)3, (int64_t)5), ODD_OK);
    CU_ASSERT(axis && axis[14] == 0);
    axis[14] = 7;
    CU_ASSERT_EQUAL(odd_bundle_add_f64(&b, "seconds", "time", 2.5), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(&b, "rows", "rows", INT64_MIN), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_text(&b, "kind", "which", "full"), ODD_OK);
    CU_ASSERT_EQUAL(b.count, 4);

    CU_ASSERT_EQUAL(odd_bundle_get(&b, "pca/axis", ODD_F32, 2, &a), ODD_OK);
    CU_ASSERT(a && a->shape.shape[0] == 3 && a->shape.shape[1] == 5 && a->shape.width == 4);
    CU_ASSERT(a && ((float *)a->data)[14] == 7 && strcmp(a->about, "axes") == 0);
    CU_ASSERT(odd_bundle_get_f64(&b, "seconds", &seconds) == ODD_OK && seconds == 2.5);
    CU_ASSERT(odd_bundle_get_i64(&b, "rows", &rows) == ODD_OK && rows == INT64_MIN);
    CU_ASSERT_EQUAL(odd_bundle_get_text(&b, "kind", &kind), ODD_OK);
    CU_ASSERT_STRING_EQUAL(kind, "full");
    odd_bundle_free(&b);
    CU_ASSERT(b.count == 0 && b.array == NULL);
    odd_bundle_free(&b);
}

static void misfits_are_named(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    const odd_array *a;
    double value;
    const char *text;
    odd_bundle_add_i64(&b, "rows", "", 3);
    CU_ASSERT_EQUAL(odd_bundle_get_f64(&b, "cols", &value), ODD_FORMAT);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "array 'cols' is missing");
    CU_ASSERT_EQUAL(odd_bundle_get_f64(&b, "rows", &value), ODD_FORMAT);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "array 'rows' is of type i64, not f64");
    CU_ASSERT_EQUAL(odd_bundle_get(&b, "rows", ODD_I64, 1, &a), ODD_FORMAT);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "array 'rows' has 0 dimensions, not 1");
    CU_ASSERT_PTR_NULL(a);
    CU_ASSERT_PTR_NULL(odd_bundle_find(&b, "cols"));

    odd_shape shape = {.type = ODD_STRING, .width = 2};
    char *endless;
    CU_ASSERT_EQUAL(odd_bundle_add_shape(&b, "endless", "", &shape, &endless), ODD_OK);
    memcpy(endless, "ab", 2);
    CU_ASSERT_EQUAL(odd_bundle_get_text(&b, "endless", &text), ODD_FORMAT);
    odd_bundle_free(&b);
}

static odd_status try_to_add(const char *name, odd_type type, int rank, int64_t n)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    void *data;
    odd_status st = odd_bundle_add(&b, name, type, "", &data, rank, n, n, n, n, n);
    CU_ASSERT_EQUAL(data == NULL, st != ODD_OK);
    CU_ASSERT_EQUAL(b.count, st == ODD_OK);
    odd_bundle_free(&b);
    return st;
}

static void hostile_shapes_are_refused(void)
{
    CU_ASSERT_EQUAL(try_to_add("a", ODD_U8, 1, -1), ODD_ARG);
    CU_ASSERT_EQUAL(try_to_add("a", ODD_F64, 4, 65536), ODD_ARG); /* 2^67 bytes */
    CU_ASSERT_EQUAL(try_to_add("a", ODD_U8, 5, 1), ODD_ARG);
    CU_ASSERT_EQUAL(try_to_add("a", ODD_U8, -1, 1), ODD_ARG);
    CU_ASSERT_EQUAL(try_to_add("a", (odd_type)77, 1, 1), ODD_ARG);
    CU_ASSERT_EQUAL(try_to_add("a", ODD_STRING, 1, 1), ODD_ARG); /* no width */
    CU_ASSERT_EQUAL(try_to_add("", ODD_U8, 1, 1), ODD_ARG);
    CU_ASSERT_EQUAL(try_to_add("a", ODD_U8, 1, INT64_MAX), ODD_NOMEM);
    CU_ASSERT_EQUAL(try_to_add("a", ODD_U8, 4, 0), ODD_OK);
}

static void names_are_unique(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    CU_ASSERT_EQUAL(odd_bundle_add_i64(&b, "n", "", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(&b, "n", "", 2), ODD_ARG);
    CU_ASSERT_EQUAL(b.count, 1);
    odd_bundle_free(&b);
}

static void sizes(void)
{
    int64_t bytes;
    odd_shape shape = {.type = ODD_STRING, .width = 10, .rank = 1, .shape = {7}};
    CU_ASSERT(odd_shape_bytes(&shape, &bytes) == ODD_OK && bytes == 70);
    shape = (odd_shape){.type = ODD_F64, .rank = 2, .shape = {0, INT64_MAX}};
    CU_ASSERT_EQUAL(odd_shape_bytes(&shape, &bytes), ODD_ARG); /* overflows before the 0 helps */
    CU_ASSERT_EQUAL(odd_type_size(ODD_I32), 4);
    CU_ASSERT_EQUAL(odd_type_size(ODD_STRING), 0);
    CU_ASSERT_EQUAL(odd_type_size((odd_type)-1), 0);
}

/* The last number of an array counts, what is no real number does not. */
static void numbers_are_finite(void)
{
    static const double wrong[] = {NAN, INFINITY, -INFINITY};
    odd_bundle b = ODD_BUNDLE_EMPTY;
    double *wide, *none;
    float *narrow;
    CU_ASSERT_EQUAL(odd_bundle_add(&b, "wide", ODD_F64, "test", &wide, 2, (int64_t)2, (int64_t)3),
                    ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add(&b, "narrow", ODD_F32, "test", &narrow, 1, (int64_t)5), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add(&b, "none", ODD_F64, "test", &none, 1, (int64_t)0), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_text(&b, "text", "test", "nan"), ODD_OK);
    for (int i = 0; i < b.count; i++)
        CU_ASSERT_EQUAL(odd_array_check_finite(&b.array[i]), ODD_OK);
    for (int i = 0; i < 3; i++) {
        wide[5] = wrong[i];
        narrow[4] = (float)wrong[i];
        CU_ASSERT_EQUAL(odd_array_check_finite(odd_bundle_find(&b, "wide")), ODD_FORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "'wide'"));
        CU_ASSERT_EQUAL(odd_array_check_finite(odd_bundle_find(&b, "narrow")), ODD_FORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "'narrow'"));
    }
    odd_bundle_free(&b);
}

static void parts_are_taken(void)
{
    odd_bundle all = ODD_BUNDLE_EMPTY, part = ODD_BUNDLE_EMPTY;
    double value = 0;
    CU_ASSERT_EQUAL(odd_bundle_add_f64(&all, "first/size", "test", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_f64(&all, "second/core/size", "test", 2), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_f64(&all, "seconds", "test", 3), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_take(&all, "second", &part), ODD_OK);
    CU_ASSERT(part.count == 1 && all.count == 2);
    CU_ASSERT(odd_bundle_get_f64(&part, "core/size", &value) == ODD_OK && value == 2);
    CU_ASSERT(odd_bundle_get_f64(&all, "seconds", &value) == ODD_OK && value == 3);
    /* one that is there already stays where it was */
    CU_ASSERT_EQUAL(odd_bundle_add_f64(&part, "size", "test", 4), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_take(&all, "first", &part), ODD_ARG);
    CU_ASSERT(odd_bundle_get_f64(&all, "first/size", &value) == ODD_OK && value == 1);
    CU_ASSERT(odd_bundle_get_f64(&part, "size", &value) == ODD_OK && value == 4);
    odd_bundle_free(&all);
    odd_bundle_free(&part);
}

CU_TestInfo odd_tests[] = {
    {"arrays come back", arrays_come_back},
    {"misfits are named", misfits_are_named},
    {"hostile shapes are refused", hostile_shapes_are_refused},
    {"names are unique", names_are_unique},
    {"sizes", sizes},
    {"numbers are finite", numbers_are_finite},
    {"parts are taken out", parts_are_taken},
    CU_TEST_INFO_NULL,
};
