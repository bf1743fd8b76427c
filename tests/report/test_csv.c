/* CSV: every byte of small lists, hostile names, numbers that come back bit by bit, failures. */
#include "oddlot/report/csv.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot_test.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/oddlot-csv-XXXXXX";
static char path[64];

static void make_folder(void)
{
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/list.csv", folder);
}

static void check_file(const char *expected)
{
    char *bytes;
    int64_t size;
    CU_ASSERT_EQUAL(odd_file_slurp(path, 1 << 20, &bytes, &size), ODD_OK);
    CU_ASSERT_STRING_EQUAL(bytes, expected);
    odd_free(bytes);
    unlink(path);
    CU_ASSERT_EQUAL(rmdir(folder), 0);
}

/* The list of one rank, as a file. */
static odd_status write_flagged(const odd_flagged rows[], int64_t count, const char *detector)
{
    odd_text csv = ODD_TEXT_EMPTY;
    odd_text_add(&csv, ODD_CSV_FLAGGED_HEAD);
    for (int64_t i = 0; i < count; i++)
        odd_csv_add_flagged(&csv, &rows[i], detector);
    odd_status st = odd_text_status(&csv);
    if (st == ODD_OK) st = odd_file_spill(path, odd_text_string(&csv), csv.length);
    odd_text_free(&csv);
    return st;
}

static void flagged_lines(void)
{
    const odd_flagged rows[] = {
        {.rank = 1,
         .row = 41,
         .name = "a/b.jpg",
         .label = "shoe",
         .reason = "far from the theme",
         .score = 0.1,
         .probability = 1,
         .truth = 1},
        {.rank = 2, .row = 7, .name = "c, \"d\"\n.png", .score = -INFINITY, .probability = NAN},
        {.rank = 3,
         .row = 8,
         .name = "=1+2",
         .label = "-5",
         .reason = "",
         .score = NAN,
         .probability = 0.25,
         .truth = -1},
        {.rank = 4,
         .row = 9,
         .name = "\xFF.png",
         .label = "",
         .reason = "",
         .score = 3,
         .truth = -1},
    };
    make_folder();
    CU_ASSERT_EQUAL(write_flagged(rows, 4, "mixture"), ODD_OK);
    check_file("rank,row,path,score,probability,detector,reason,label,truth\n"
               "1,41,a/b.jpg,0.10000000000000001,1,mixture,far from the theme,shoe,odd\n"
               "2,7,\"c, \"\"d\"\"\n.png\",-inf,,mixture,,,theme\n"
               "3,8,'=1+2,,0.25,mixture,,-5,\n"
               "4,9,\xFF.png,3,0,mixture,,,\n");
}

static void empty_list_has_its_header(void)
{
    make_folder();
    CU_ASSERT_EQUAL(write_flagged(NULL, 0, "mixture"), ODD_OK);
    check_file("rank,row,path,score,probability,detector,reason,label,truth\n");
}

static void scores_come_back_bit_by_bit(void)
{
    const double scores[] = {1.0 / 3, 5e-324, 1.7976931348623157e308, -0.1, 123456789.12345679};
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) {
        odd_flagged row = {.rank = 1, .name = "x", .score = scores[i], .truth = -1};
        char *bytes;
        int64_t size;
        make_folder();
        CU_ASSERT_EQUAL(write_flagged(&row, 1, "d"), ODD_OK);
        CU_ASSERT_EQUAL(odd_file_slurp(path, 1 << 20, &bytes, &size), ODD_OK);
        CU_ASSERT_EQUAL(strtod(strchr(bytes, '\n') + strlen("\n1,0,x,"), NULL), scores[i]);
        odd_free(bytes);
        unlink(path);
        rmdir(folder);
    }
}

static void error_lines(void)
{
    const odd_unreadable rows[] = {
        {3, "broken.jpg", "damaged", "premature end of JPEG file, after 12 lines"},
        {9, "@cmd", "format", NULL},
    };
    make_folder();
    CU_ASSERT_EQUAL(odd_csv_errors(path, rows, 2), ODD_OK);
    check_file("row,path,status,reason\n"
               "3,broken.jpg,damaged,\"premature end of JPEG file, after 12 lines\"\n"
               "9,'@cmd,format,\n");
}

static void failure_names_the_path(void)
{
    CU_ASSERT_EQUAL(odd_csv_errors("/dev/null/list.csv", NULL, 0), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "/dev/null/list.csv"));
}

const char *odd_test_name = "report.csv";
CU_TestInfo odd_tests[] = {
    {"lines of flagged.csv", flagged_lines},
    {"an empty list has its header", empty_list_has_its_header},
    {"scores come back bit by bit", scores_come_back_bit_by_bit},
    {"lines of errors.csv", error_lines},
    {"a failure names the path", failure_names_the_path},
    CU_TEST_INFO_NULL,
};
