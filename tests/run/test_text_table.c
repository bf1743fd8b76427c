/* Text tables as they stand on a screen, and numbers in CSV. */
#include "oddlot_test_mpi.h"

#include "oddlot/run/text_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "stage/text_table";

/* What odd_table_print() writes on stdout. */
static void printed(const odd_text_table *table, char text[static 1024])
{
    FILE *file = tmpfile();
    fflush(stdout);
    const int before = dup(STDOUT_FILENO);
    CU_ASSERT(file && before >= 0 && dup2(fileno(file), STDOUT_FILENO) >= 0);
    odd_table_print(table);
    fflush(stdout);
    CU_ASSERT(dup2(before, STDOUT_FILENO) >= 0);
    close(before);
    rewind(file);
    const size_t length = fread(text, 1, 1023, file);
    text[length] = '\0';
    fclose(file);
}

static void fill(odd_text_table *table, int count, const char *const cells[])
{
    for (int i = 0; i < count; i++)
        CU_ASSERT_EQUAL(odd_table_add(table, cells[i]), ODD_OK);
}

/* Columns are as wide as their widest cell, two blanks apart; no line ends in blanks. */
static void test_columns(void)
{
    static const char *const cells[] = {"technique", "AUC", "share", "pca", "0.99 ± 0.01",
                                        "",          "",    "1",     "x"};
    odd_text_table table = {.columns = 3};
    char text[1024];
    fill(&table, 9, cells);
    printed(&table, text);
    CU_ASSERT_STRING_EQUAL(text, "technique  AUC          share\n"
                                 "pca        0.99 ± 0.01  \n"
                                 "           1            x\n");
    odd_table_free(&table);
    CU_ASSERT(table.cells.count == 0 && table.room == 0);
}

static void test_one_column(void)
{
    static const char *const cells[] = {"a", "long"};
    odd_text_table table = {.columns = 1}, none = {.columns = 2};
    char text[1024];
    fill(&table, 2, cells);
    printed(&table, text);
    CU_ASSERT_STRING_EQUAL(text, "a\nlong\n");
    printed(&none, text);
    CU_ASSERT_STRING_EQUAL(text, "");
    odd_table_free(&table);
    odd_table_free(&none);
}

/* Cells are copies, and there may be many. */
static void test_many(void)
{
    odd_text_table table = {.columns = 2};
    char cell[16];
    bool good = true;
    for (int i = 0; i < 1000; i++) {
        snprintf(cell, sizeof cell, "%d", i * i);
        good = good && odd_table_add(&table, cell) == ODD_OK;
    }
    for (int i = 0; i < 1000; i++) {
        snprintf(cell, sizeof cell, "%d", i * i);
        good = good && strcmp(table.cells.item[i], cell) == 0;
    }
    CU_ASSERT(good && table.cells.count == 1000 && table.room >= 1000);
    odd_table_free(&table);
}

static void test_numbers(void)
{
    odd_text csv = ODD_TEXT_EMPTY;
    odd_csv_number(&csv, 0.1);
    odd_csv_number(&csv, 1. / 3);
    odd_csv_number(&csv, NAN);
    odd_csv_number(&csv, -INFINITY);
    odd_csv_number(&csv, 1e300);
    odd_csv_number(&csv, -2);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&csv), ",0.1,0.3333333333,,,1e+300,-2");
    odd_text_free(&csv);
}

CU_TestInfo odd_tests[] = {
    {"columns", test_columns}, {"one column, no column", test_one_column},
    {"many cells", test_many}, {"numbers", test_numbers},
    CU_TEST_INFO_NULL,
};
