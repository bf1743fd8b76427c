/* Labels as numbers: those of all ranks are numbered as if one rank had them. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "oddlot/run/labels.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "run/labels";

#define WORLD MPI_COMM_WORLD
enum { MOST = 300, LENGTH = 40 };

/* Texts of some rows; each its own copy, as a rank has it. */
typedef struct {
    char text[MOST][LENGTH];
    const char *label[MOST];
} texts;

typedef void (*maker)(int64_t row, char label[LENGTH]);

static void make_few(int64_t row, char label[LENGTH])
{
    static const char *const word[] = {"shoe", "", "Bag", "a longer name than the others", "bag"};
    strcpy(label, word[row * row % 5]);
}

static void make_all(int64_t row, char label[LENGTH])
{
    snprintf(label, LENGTH, "image %lld", (long long)(row * 7919 % 1000));
}

static void make_none(int64_t row, char label[LENGTH])
{
    (void)row;
    *label = 0;
}

/* One at the end has a label that no other has. */
static void make_last(int64_t row, char label[LENGTH])
{
    strcpy(label, row == 99 ? "last" : row % 2 ? "odd" : "");
}

static texts *make_texts(maker make, int64_t row0, int64_t count)
{
    texts *t = odd_alloc(1, sizeof *t);
    ODD_CHECK(t && count <= MOST);
    for (int64_t i = 0; i < count; i++) {
        make(row0 + i, t->text[i]);
        t->label[i] = t->text[i];
    }
    return t;
}

static bool is_same(const odd_labels *all, const odd_labels *whole, const odd_partition *part)
{
    bool good = all->count == whole->count;
    for (int64_t i = 0; good && i < all->count; i++)
        good = strcmp(all->name[i], whole->name[i]) == 0;
    for (int64_t i = 0; good && i < part->n_local; i++)
        good = all->of[i] == whole->of[part->row0 + i];
    return good;
}

static void compare(maker make, int64_t n)
{
    const odd_partition part = odd_partition_rows(WORLD, n);
    texts *mine = make_texts(make, part.row0, part.n_local), *every = make_texts(make, 0, n);
    odd_labels all, whole;
    ODD_CHECK(odd_labels_number(n, every->label, &whole) == ODD_OK);
    check_all(WORLD, odd_labels_number_all(WORLD, part.n_local, mine->label, n, &all) == ODD_OK &&
                         is_same(&all, &whole, &part));
    odd_labels_free(&all);
    if (whole.count > 0) { /* one less than there are */
        check_all(WORLD, odd_labels_number_all(WORLD, part.n_local, mine->label, whole.count - 1,
                                               &all) == ODD_OK &&
                             all.count == whole.count && !all.of && !all.name);
        odd_labels_free(&all);
    }
    odd_labels_free(&whole);
    odd_free(mine);
    odd_free(every);
}

static void test_of_all_ranks(void)
{
    static const maker makers[] = {make_few, make_all, make_none, make_last};
    static const int64_t n[] = {0, 1, 3, 9, 100, 300};
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++)
        for (size_t i = 0; i < sizeof n / sizeof *n; i++)
            compare(makers[m], n[i]);
}

CU_TestInfo odd_tests[] = {
    {"of all ranks", test_of_all_ranks},
    CU_TEST_INFO_NULL,
};
