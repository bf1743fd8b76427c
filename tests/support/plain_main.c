/* Driver of the CUnit programs that need no MPI: the exit code is "a test failed, or none ran". */
#include "foreign_leaks.h"
#include "oddlot_test.h"
#include "test_driver.h"

#include <stdio.h>

int main(void)
{
    if (!test_register()) {
        fprintf(stderr, "%s\n", CU_get_error_msg());
        return 1;
    }
    CU_basic_set_mode(CU_BRM_VERBOSE);
    CU_basic_run_tests();
    int bad = CU_get_number_of_failures() != 0 || CU_get_number_of_tests_run() == 0;
    CU_cleanup_registry();
    return bad;
}
