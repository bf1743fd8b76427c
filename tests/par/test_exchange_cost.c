/* What exchanges cost: nothing alone, more on more ranks and of more bytes, and the sums that can
 * be done by hand. */
#include "oddlot_test.h"

#include "oddlot/par/exchange_cost.h"

/* A second, and ten bytes in a second. */
static double seconds(odd_exchange_kind kind, int ranks, double bytes)
{
    const odd_interconnect network = {ranks, 0, 1, 0.5, 10};
    return odd_exchange_seconds(kind, bytes, &network);
}

static void test_by_hand(void)
{
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_AGREE, 8, 0), 3, 1e-12);
    /* three messages of 1 + 2 seconds */
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_BROADCAST, 8, 20), 9, 1e-12);
    /* a latency, then four messages of 0.5 + 1 seconds */
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_GATHER, 5, 50), 7, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_SUM, 2, 20), 3 + 3, 1e-12);
    /* there and back, each a latency and a message of 0.5 + 1 seconds */
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_GRADIENT, 2, 20), 5, 1e-12);
    /* counts, then a message of 1 + 0.5 seconds to each of the three others */
    CU_ASSERT_DOUBLE_EQUAL(seconds(ODD_EXCHANGE_ROUTE, 4, 80), 2 + 4.5, 1e-12);
}

static void test_growth(void)
{
    for (int k = 0; k < ODD_EXCHANGES; k++) {
        const odd_exchange_kind kind = (odd_exchange_kind)k;
        CU_ASSERT_EQUAL(seconds(kind, 1, 1e6), 0);
        CU_ASSERT_EQUAL(odd_exchange_received(kind, 1e6, 1), 0);
        for (int ranks = 2; ranks <= 1024; ranks *= 2) {
            const double now = seconds(kind, ranks, 1e3);
            CU_ASSERT(now > 0);
            CU_ASSERT(seconds(kind, 2 * ranks, 0) > seconds(kind, ranks, 0));
            CU_ASSERT(seconds(kind, ranks, 2e3) >= now + (kind == ODD_EXCHANGE_AGREE ? 0 : 1e-9));
        }
    }
}

/* Of 4 blocks the second rank has a subtree, of 5 it has blocks 3 and 4, which are none. */
static void test_subtrees(void)
{
    const odd_interconnect whole = {2, 4, 1, 0.5, 10}, ragged = {2, 5, 1, 0.5, 10};
    CU_ASSERT_DOUBLE_EQUAL(odd_exchange_seconds(ODD_EXCHANGE_SUM, 20, &whole), 3 + 3, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(odd_exchange_seconds(ODD_EXCHANGE_SUM, 20, &ragged), 5 + 3, 1e-12);
}

const char *odd_test_name = "par.exchange_cost";
CU_TestInfo odd_tests[] = {
    {"by hand", test_by_hand},
    {"more takes longer", test_growth},
    {"runs of several subtrees", test_subtrees},
    CU_TEST_INFO_NULL,
};
