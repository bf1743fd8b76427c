/* The BLAS that a process runs: this program brings one that calls itself MKL. */
#include "oddlot_test.h"

#include "oddlot/base/blas_library.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

static int threads;

void MKL_Get_Version_String(char *text, int size);
void MKL_Set_Num_Threads(int count);

void MKL_Get_Version_String(char *text, int size)
{
    snprintf(text, (size_t)size,
             "Intel(R) oneAPI Math Kernel Library Version 2024.2-Product Build 20240605 for "
             "Intel(R) 64 architecture applications");
}

void MKL_Set_Num_Threads(int count)
{
    threads = count;
}

static void test_name(void)
{
    CU_ASSERT_STRING_EQUAL(odd_blas_library_text(), "MKL 2024.2");
}

static void test_threads(void)
{
    odd_blas_library_threads(3);
    CU_ASSERT_EQUAL(threads, 3);
    odd_blas_library_threads(1);
    CU_ASSERT_EQUAL(threads, 1);
}

/* What takes the threads of OpenMP finds one there, unless all are lent to it. */
static void test_openmp(void)
{
    omp_set_num_threads(4);
    odd_blas_library_threads(1);
    int before = odd_blas_library_enter();
    CU_ASSERT_EQUAL(omp_get_max_threads(), 1);
    odd_blas_library_leave(before);
    CU_ASSERT_EQUAL(omp_get_max_threads(), 4);
    odd_blas_library_threads(4);
    before = odd_blas_library_enter();
    CU_ASSERT_EQUAL(omp_get_max_threads(), 4);
    odd_blas_library_leave(before);
    CU_ASSERT_EQUAL(omp_get_max_threads(), 4);
}

static void test_isa(void)
{
    CU_ASSERT_STRING_EQUAL(odd_blas_library_isa_variable(), "MKL_ENABLE_INSTRUCTIONS");
    CU_ASSERT_STRING_EQUAL(odd_blas_library_isa(ODD_ISA_AVX2), "AVX2");
}

const char *odd_test_name = "base.blas_library";
CU_TestInfo odd_tests[] = {
    {"name and version", test_name},
    {"number of threads", test_threads},
    {"threads of OpenMP", test_openmp},
    {"instruction sets", test_isa},
    CU_TEST_INFO_NULL,
};
