/* Stochastic depth of a list of layers: which items it gets, and lists that have no branch. */
#include "oddlot_test.h"
#include "stage/train/training_internal.h"

#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "stage/train_depth";

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

static void linear_decay(void)
{
    static const char *const item[] = {"conv 4 1x1", "as a", "relu",    "add a",
                                       "as b",       "tanh", "  add b", "dense 2"};
    static const char *const should[] = {"conv 4 1x1", "as a",   "relu", "drop_path 0.1",
                                         "add a",      "as b",   "tanh", "drop_path 0.2",
                                         "  add b",    "dense 2"};
    odd_layer_list list;
    CU_ASSERT_EQUAL_FATAL(odd_train_drop_paths(COUNT(item), item, 0.2, &list), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(list.count, COUNT(should));
    for (int i = 0; i < list.count; i++)
        CU_ASSERT_STRING_EQUAL(list.item[i], should[i]);
    odd_layer_list_free(&list);
    CU_ASSERT(!list.item && list.count == 0);
}

static void no_branch(void)
{
    static const char *const item[] = {"conv 4 1x1", "addition", "dense 2"};
    odd_layer_list list;
    CU_ASSERT_EQUAL(odd_train_drop_paths(COUNT(item), item, 0.2, &list), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "no `add`") != NULL);
    CU_ASSERT_EQUAL(odd_train_drop_paths(0, NULL, 0.2, &list), ODD_ARG);
    odd_layer_list_free(&list);
}

CU_TestInfo odd_tests[] = {
    {"shares grow to the last sum", linear_decay},
    {"lists without sums", no_branch},
    CU_TEST_INFO_NULL,
};
