/* The first failure: of the lowest place, with its own reason, whichever thread had it last. */
#include "oddlot_test.h"

#include "oddlot/base/first_failure.h"

#include <string.h>

const char *odd_test_name = "base.first_failure";

static odd_status work(int64_t place)
{
    if (place % 7 != 3) return ODD_OK;
    return odd_fail(place == 3 ? ODD_FORMAT : ODD_IO, "place %lld", (long long)place);
}

static void none(void)
{
    odd_first_failure f = ODD_NO_FAILURE;
    odd_first_failure_keep(&f, 5, ODD_OK);
    CU_ASSERT_EQUAL(odd_first_failure_place(&f), INT64_MAX);
    CU_ASSERT_EQUAL(odd_first_failure_tell(&f), ODD_OK);
}

static void the_lowest(void)
{
    odd_first_failure f = ODD_NO_FAILURE;
    const int64_t place[] = {17, 31, 3, 10};
    for (int i = 0; i < 4; i++)
        odd_first_failure_keep(&f, place[i], work(place[i]));
    CU_ASSERT_EQUAL(odd_first_failure_place(&f), 3);
    CU_ASSERT_EQUAL(odd_first_failure_tell(&f), ODD_FORMAT);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "place 3");
}

/* Places behind one that failed may be left out: the first one is never. */
static void on_threads(void)
{
    for (int round = 0; round < 50; round++) {
        odd_first_failure f = ODD_NO_FAILURE;
#pragma omp parallel for schedule(dynamic, 1) num_threads(4) shared(f)
        for (int64_t i = 100; i > 0; i--)
            if (i < odd_first_failure_place(&f)) odd_first_failure_keep(&f, i, work(i));
        CU_ASSERT_EQUAL(odd_first_failure_tell(&f), ODD_FORMAT);
        CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "place 3");
    }
}

CU_TestInfo odd_tests[] = {
    {"no failure", none},
    {"the lowest", the_lowest},
    {"on threads", on_threads},
    CU_TEST_INFO_NULL,
};
