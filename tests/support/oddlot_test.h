/**
 * What every suite gives to the driver of its program: its name and its CUnit tests. A program is
 * made of one suite or of several, see odd_test() in tests/CMakeLists.txt.
 */
#ifndef ODDLOT_TEST_H
#define ODDLOT_TEST_H

#include <CUnit/Basic.h>

/* Defined by each suite; ends with CU_TEST_INFO_NULL. */
extern const char *odd_test_name;
extern CU_TestInfo odd_tests[];

typedef struct {
    const char **name;
    CU_TestInfo *tests;
} odd_test_suite;

/* The suites of a program; a name of NULL ends. Made by odd_test(). */
extern const odd_test_suite odd_test_suites[];

#endif
