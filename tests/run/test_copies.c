/* Copies of a run: what is written is read again, each image has its representative, whichever rank
 * owns it, and what does not fit together is refused. */
#include "stage_fixture.h"

#include "oddlot/run/copies.h"

const char *odd_test_name = "copies";

enum { IMAGES = 300 };

/* Two groups over the blocks of all ranks; 290 is the best of the second. */
static odd_status make_copies(odd_copies *c)
{
    odd_status st;
    *c = (odd_copies){0};
    ODD_TRY(odd_pairs_add(&c->pairs, 3, 200, 0, ODD_COPY_EXACT));
    ODD_TRY(odd_pairs_add(&c->pairs, 10, 150, 2.5, ODD_COPY_MIRRORED));
    ODD_TRY(odd_pairs_add(&c->pairs, 150, 290, 1.5, ODD_COPY_PLAIN));
    ODD_TRY(odd_groups_of_pairs(&c->pairs, &c->groups));
    c->groups.row[2] = 290;
    c->groups.row[3] = 10;
    c->groups.row[4] = 150;
done:
    return st;
}

static odd_file *written(const odd_copies *copies)
{
    const odd_partition part = odd_partition_rows(WORLD, IMAGES);
    const char *path = fixture_path("copies.h5");
    odd_file *file = NULL;
    bool good = odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK &&
                odd_copies_write(WORLD, file, &part, copies) == ODD_OK &&
                odd_file_publish(&file) == ODD_OK;
    if (!check_all(WORLD, good)) return NULL;
    check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK);
    return file;
}

static bool same_copies(const odd_copies *a, const odd_copies *b)
{
    bool same = a->pairs.count == b->pairs.count && a->groups.groups == b->groups.groups &&
                a->groups.members == b->groups.members;
    for (int64_t i = 0; same && i < a->pairs.count; i++) {
        const odd_pair *p = &a->pairs.pair[i], *q = &b->pairs.pair[i];
        same = p->first == q->first && p->second == q->second && p->value == q->value &&
               p->marks == q->marks && a->groups.group[i] == b->groups.group[i];
    }
    for (int64_t m = 0; same && m < a->groups.members; m++)
        same = a->groups.row[m] == b->groups.row[m];
    for (int64_t g = 0; same && g <= a->groups.groups; g++)
        same = a->groups.first[g] == b->groups.first[g];
    return same;
}

static int64_t wanted_representative(int64_t row)
{
    if (row == 200) return 3;
    return row == 10 || row == 150 ? 290 : row;
}

static bool representatives_are_right(const odd_file *file)
{
    odd_dataset *dataset = NULL;
    int64_t row[IMAGES];
    bool right = odd_representatives_open(file, IMAGES, &dataset) == ODD_OK &&
                 odd_representatives_read(dataset, 5, IMAGES - 5, row) == ODD_OK;
    for (int64_t i = 0; right && i < IMAGES - 5; i++)
        right = row[i] == wanted_representative(i + 5);
    odd_dataset_close(&dataset);
    return right && odd_representatives_open(file, IMAGES + 1, &dataset) == ODD_FORMAT;
}

static void test_round(void)
{
    odd_copies copies, again = {0};
    fixture_folder(WORLD);
    if (!check_all(WORLD, make_copies(&copies) == ODD_OK)) return;
    odd_file *file = written(&copies);
    if (!file) return;
    check_all(WORLD, odd_copies_read(file, IMAGES, &again) == ODD_OK);
    CU_ASSERT(same_copies(&copies, &again));
    CU_ASSERT(representatives_are_right(file));
    odd_copies_free(&copies);
    odd_copies_free(&again);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* A catalogue without copies has lists of no length. */
static void test_none(void)
{
    odd_copies none = {0}, again = {0};
    fixture_folder(WORLD);
    check_all(WORLD, odd_groups_of_pairs(&none.pairs, &none.groups) == ODD_OK);
    odd_file *file = written(&none);
    if (!file) return;
    check_all(WORLD, odd_copies_read(file, IMAGES, &again) == ODD_OK && again.pairs.count == 0 &&
                         again.groups.groups == 0);
    odd_copies_free(&none);
    odd_copies_free(&again);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* Columns of a file by hand: one group of rows 1, 2 and 3. */
typedef struct {
    int64_t first[2], second[2], group[2], ends[2], row[3];
    double value[2];
    uint8_t marks[2];
} lists;

static const lists sound = {{1, 2}, {2, 3}, {0, 0}, {0, 3}, {1, 2, 3}, {0, 1}, {1, 2}};

static bool is_refused(const lists *l)
{
    const column columns[] = {
        {"pair/first", ODD_I64, 2, l->first}, {"pair/second", ODD_I64, 2, l->second},
        {"pair/value", ODD_F64, 2, l->value}, {"pair/marks", ODD_U8, 2, l->marks},
        {"pair/group", ODD_I64, 2, l->group}, {"group/first", ODD_I64, 2, l->ends},
        {"member/row", ODD_I64, 3, l->row},   {NULL, ODD_I64, 0, NULL}};
    odd_copies copies;
    fixture_folder(WORLD);
    odd_file *file = file_of("copies.h5", columns);
    const odd_status st = file ? odd_copies_read(file, 4, &copies) : ODD_OK;
    if (file && st == ODD_OK) odd_copies_free(&copies);
    odd_file_close(&file);
    fixture_remove(WORLD);
    return st == ODD_FORMAT;
}

static void test_misfits(void)
{
    lists wrong[9];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        wrong[i] = sound;
    wrong[0].first[0] = -1;
    wrong[1].second[1] = 4;
    wrong[2].second[0] = 1;
    wrong[3].value[1] = (double)NAN;
    wrong[4].marks[0] = 0;
    wrong[5].group[1] = 1;
    wrong[6].ends[1] = 2;
    wrong[7].ends[0] = 2;
    wrong[8].row[2] = 4;
    CU_ASSERT(!is_refused(&sound));
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT(is_refused(&wrong[i]));
}

CU_TestInfo odd_tests[] = {
    {"round", test_round},
    {"none", test_none},
    {"misfits", test_misfits},
    CU_TEST_INFO_NULL,
};
