/**
 * For the drivers: CUnit with the suites of the program.
 */
#ifndef ODDLOT_TEST_DRIVER_H
#define ODDLOT_TEST_DRIVER_H

#include "oddlot_test.h"

#include <stdbool.h>

/** Set up CUnit with every suite; false if it cannot be. */
static inline bool test_register(void)
{
    if (CU_initialize_registry() != CUE_SUCCESS) return false;
    for (const odd_test_suite *s = odd_test_suites; s->name; s++) {
        CU_SuiteInfo suite[] = {
            {*s->name, NULL, NULL, NULL, NULL, s->tests},
            CU_SUITE_INFO_NULL,
        };
        if (CU_register_suites(suite) != CUE_SUCCESS) return false;
    }
    return true;
}

#endif
