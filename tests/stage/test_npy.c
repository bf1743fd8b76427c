/* Tests of .npy files: numbers of three widths in both byte orders as NumPy writes them, headers of
 * every version and order of keys, and files that are damaged, cut off or of something else, each
 * told by what is wrong. */
#include "oddlot_test.h"

#include "stage/features/npy_internal.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *odd_test_name = "stage/npy";

static char path[] = "/tmp/oddlot-npy-XXXXXX";

/* A file of this version, header and these bytes behind it. */
static void write_file(int version, const char *header, const void *bytes, size_t size)
{
    const size_t length = strlen(header);
    const unsigned char start[12] = {0x93,
                                     'N',
                                     'U',
                                     'M',
                                     'P',
                                     'Y',
                                     (unsigned char)version,
                                     0,
                                     (unsigned char)(length & 255),
                                     (unsigned char)(length >> 8)};
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fwrite(start, 1, version == 1 ? 10 : 12, f);
    fwrite(header, 1, length, f);
    fwrite(bytes, 1, size, f);
    fclose(f);
}

/* What odd_npy_open() says of it. */
static bool is_refused(const char *words)
{
    odd_npy npy;
    const odd_status st = odd_npy_open(path, &npy);
    if (st == ODD_OK) odd_npy_close(&npy);
    const bool told =
        st != ODD_OK && strstr(odd_fail_reason(), words) && strstr(odd_fail_reason(), path);
    if (!told) printf("\n    wanted '%s', found %d '%s'\n", words, st, odd_fail_reason());
    return told;
}

static void make_path(void)
{
    const int fd = mkstemp(path);
    CU_ASSERT_FATAL(fd >= 0);
    close(fd);
}

static void remove_path(void)
{
    unlink(path);
    memcpy(path + strlen(path) - 6, "XXXXXX", 6);
}

/* 1, -2, 0.5, 65504, 0, infinity: bytes as NumPy writes them, least significant first. */
static const unsigned char halves[] = {0x00, 0x3c, 0x00, 0xc0, 0x00, 0x38,
                                       0xff, 0x7b, 0x00, 0x00, 0x00, 0x7c};
static const unsigned char doubles_swapped[] = {
    0x3f, 0xf0, 0,    0, 0, 0, 0, 0, 0xc0, 0x00, 0, 0, 0, 0, 0, 0, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0,
    0x40, 0xef, 0xfc, 0, 0, 0, 0, 0, 0x00, 0x00, 0, 0, 0, 0, 0, 0, 0x7f, 0xe0, 0, 0, 0, 0, 0, 0};

static void check_values(const float expected[6])
{
    odd_npy npy;
    float x[6], last[2];
    CU_ASSERT_EQUAL(odd_npy_open(path, &npy), ODD_OK);
    CU_ASSERT(npy.n == 3 && npy.width == 2);
    CU_ASSERT_EQUAL(odd_npy_read(&npy, 0, 3, x), ODD_OK);
    CU_ASSERT_EQUAL(memcmp(x, expected, sizeof x), 0);
    CU_ASSERT_EQUAL(odd_npy_read(&npy, 2, 1, last), ODD_OK);
    CU_ASSERT_EQUAL(memcmp(last, expected + 4, sizeof last), 0);
    odd_npy_close(&npy);
}

static void numbers_are_read(void)
{
    const float x[] = {1, -2, 0.5f, 65504, 0, INFINITY};
    unsigned char swapped[sizeof x];
    make_path();
    write_file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }   \n", x, sizeof x);
    check_values(x);
    write_file(2, "{'shape': (3,2), 'descr':'<f2','fortran_order':False}", halves, sizeof halves);
    check_values(x);
    write_file(3, "{'descr': '>f8', 'fortran_order': False, 'shape': (3, 2), }\n", doubles_swapped,
               sizeof doubles_swapped); /* the last is 2^1023, more than float32 holds */
    check_values(x);
    for (size_t i = 0; i < sizeof x; i++)
        swapped[i] = ((const unsigned char *)x)[i / 4 * 4 + 3 - i % 4];
    write_file(1, "{'descr': '>f4', 'fortran_order': False, 'shape': (3, 1, 2), }\n", swapped,
               sizeof swapped);
    check_values(x);
    remove_path();
}

/* More numbers than are read at a time, of which a row is found where it lies. */
static void long_rows_are_read(void)
{
    enum { ROWS = 3, WIDTH = 20001 };
    char header[96];
    double *x = calloc(ROWS * WIDTH, sizeof *x);
    float *y = calloc(2 * WIDTH, sizeof *y);
    odd_npy npy;
    CU_ASSERT_FATAL(x && y);
    for (int i = 0; i < ROWS * WIDTH; i++)
        x[i] = i;
    snprintf(header, sizeof header, "{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d)}",
             ROWS, WIDTH);
    make_path();
    write_file(1, header, x, ROWS * WIDTH * sizeof *x);
    CU_ASSERT_EQUAL(odd_npy_open(path, &npy), ODD_OK);
    CU_ASSERT_EQUAL(odd_npy_read(&npy, 1, 2, y), ODD_OK);
    int64_t wrong = 0;
    for (int i = 0; i < 2 * WIDTH; i++)
        wrong += y[i] != (float)(WIDTH + i);
    CU_ASSERT_EQUAL(wrong, 0);
    odd_npy_close(&npy);
    remove_path();
    free(x);
    free(y);
}

static void headers_are_checked(void)
{
    static const struct {
        const char *header, *words;
    } bad[] = {
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (1, 2)}", "dtype '<i8'"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1, 2)}", "dtype '|O'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (1, 2)}", "dtype '<f16'"},
        {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2)}", "fields"},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2)}", "Fortran"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "1 dimension;"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "0 dimensions;"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 0)}", "0 values"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3000000000)}", "3000000000 values"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (9000000000000000000, 2)}", "cut off"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 9000000000, 9000000000)}",
         "larger than any file"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 2)}", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 2)}", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False}", "damaged"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}", "damaged"},
        {"{'descr': '<f4', 'fortran_order': Perhaps, 'shape': (1, 2)}", "damaged"},
        {"{'descr': '<f4", "damaged"},
        {"{'other': 1}", "damaged"},
        {"", "damaged"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2)}", "3 rows of 2 values"},
    };
    const float x[] = {1, 2};
    make_path();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_file(1, bad[i].header, x, sizeof x);
        CU_ASSERT(is_refused(bad[i].words));
    }
    remove_path();
}

/* Every beginning of a good file is refused, however short. */
static void cut_files_are_refused(void)
{
    const float x[] = {1, 2, 3, 4};
    odd_npy npy;
    make_path();
    write_file(2, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2)}", x, sizeof x);
    struct stat info;
    CU_ASSERT_EQUAL(stat(path, &info), 0);
    int64_t opened = 0;
    for (off_t size = info.st_size - 1; size >= 0; size--) {
        CU_ASSERT_EQUAL(truncate(path, size), 0);
        if (odd_npy_open(path, &npy) != ODD_OK) continue;
        odd_npy_close(&npy);
        opened++;
    }
    CU_ASSERT_EQUAL(opened, 0);
    remove_path();
}

static void other_files_are_refused(void)
{
    odd_npy npy;
    float x[2];
    make_path();
    write_file(9, "{}", x, 0);
    CU_ASSERT(is_refused("version 9"));
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL_FATAL(f);
    fputs("PK\x03\x04 an archive of several arrays", f);
    fclose(f);
    CU_ASSERT(is_refused("no .npy file"));
    write_file(1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}", x, sizeof x);
    CU_ASSERT_EQUAL(odd_npy_open(path, &npy), ODD_OK);
    CU_ASSERT_EQUAL(truncate(path, 70), 0); /* somebody else's program does so meanwhile */
    CU_ASSERT_EQUAL(odd_npy_read(&npy, 0, 1, x), ODD_IO);
    odd_npy_close(&npy);
    unlink(path);
    CU_ASSERT(is_refused("cannot be opened"));
    CU_ASSERT_EQUAL(mkfifo(path, 0600), 0);
    CU_ASSERT(is_refused("not a plain file"));
    remove_path();
}

CU_TestInfo odd_tests[] = {
    {"numbers of three widths in both byte orders", numbers_are_read},
    {"rows longer than a piece", long_rows_are_read},
    {"headers that are wrong", headers_are_checked},
    {"files that are cut off", cut_files_are_refused},
    {"other files", other_files_are_refused},
    CU_TEST_INFO_NULL,
};
