/**
 * What every test program gives to its driver: its name and its CUnit tests.
 */
#ifndef ODDLOT_TEST_H
#define ODDLOT_TEST_H

#include <CUnit/Basic.h>

/* Defined by each test program; ends with CU_TEST_INFO_NULL. */
extern const char *odd_test_name;
extern CU_TestInfo odd_tests[];

#endif
