/* Manifests listed by ranks: as one rank lists them, and what is there twice is found wherever its
 * rows are. */
#include "store_fixture.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "run/catalogue_cut_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

enum { ROWS = 60000, LABEL = 240 }; /* 15 MB: pieces for three ranks */

/* Rows but the last name a file each, in 300 classes with long names; the last one says what row
 * `twin` says, and of another label where `differs`. Row `broken` has no path, nor has the last. */
static void write_rows(const char *path, int64_t twin, bool differs, int64_t broken)
{
    MPI_Barrier(WORLD);
    FILE *file = odd_rank(WORLD) == 0 ? fopen(path, "w") : NULL;
    if (file) {
        fputs("path,label,split\n", file);
        for (int64_t i = 0; i < ROWS; i++) {
            const int64_t of = i == ROWS - 1 ? twin : i;
            const long long label = (long long)(of % 300 + (differs && i == ROWS - 1));
            if (i == broken) fputs(",,\n", file);
            fprintf(file, "images/%lld.jpg,\"class\n%*lld\",%s\n", (long long)of, LABEL, label,
                    of % 4 ? "train" : "test");
        }
        if (broken >= 0) fputs(",,\n", file);
        fclose(file);
    }
    MPI_Barrier(WORLD);
}

static void write_manifest(const char *path, int64_t twin, bool differs)
{
    write_rows(path, twin, differs, -1);
}

/* Is it cut into pieces for several ranks? */
static bool is_cut(const char *path)
{
    char *item[1] = {(char *)path};
    const odd_catalogue_options options = {.path = {item, 1}};
    odd_catalogue_outline outline = {0};
    const bool cut =
        odd_catalogue_manifest.look(&options, ".", &outline, NULL) == ODD_OK && outline.units >= 3;
    odd_free(outline.bytes);
    return cut;
}

static odd_status list_on(MPI_Comm comm, const char *path, odd_catalogue *out, odd_hash *digest)
{
    char *item[1] = {(char *)path};
    const odd_catalogue_options options = {.path = {item, 1}};
    return odd_catalogue_list(comm, &odd_catalogue_manifest, &options, ".", out, digest);
}

static void test_as_on_one_rank(void)
{
    odd_catalogue c, alone;
    odd_hash digest, of_one;
    fixture_folder(WORLD);
    const char *path = fixture_path("m.csv");
    write_manifest(path, ROWS - 1, false);
    if (!check_all(WORLD, list_on(WORLD, path, &c, &digest) == ODD_OK)) return;
    if (!check_all(WORLD, list_on(MPI_COMM_SELF, path, &alone, &of_one) == ODD_OK)) return;
    check_all(WORLD, odd_hash_compare(digest, of_one) == 0);
    check_all(WORLD, c.all == ROWS && alone.count == ROWS && c.rows == 0 && !c.row);
    check_all(WORLD, is_cut(path));
    bool same = true;
    for (int64_t i = 0; i < c.count && same; i++) {
        const odd_item *mine = &c.item[i], *its = &alone.item[c.first + i];
        same = strcmp(odd_catalogue_text(&c, mine->name), odd_catalogue_text(&alone, its->name)) ==
                   0 &&
               strcmp(odd_catalogue_text(&c, mine->label),
                      odd_catalogue_text(&alone, its->label)) == 0 &&
               mine->problem == ODD_IMAGE_MISSING;
    }
    check_all(WORLD, same);
    odd_catalogue_free(&c);
    odd_catalogue_free(&alone);
    fixture_remove(WORLD);
}

/* Line 1 is the header, each row has two lines. */
static void test_listed_twice(void)
{
    char words[256];
    odd_catalogue c;
    odd_hash digest;
    fixture_folder(WORLD);
    const char *path = fixture_path("m.csv");
    for (int64_t twin = 7; twin < ROWS - 1; twin += ROWS / 3) {
        write_manifest(path, twin, false);
        check_all(WORLD, list_on(WORLD, path, &c, &digest) == ODD_FORMAT && c.count == 0);
        snprintf(words, sizeof words,
                 "m.csv:%d: 'images/%lld.jpg' is listed twice: this row says what the one of %s:",
                 2 * ROWS, (long long)twin, path);
        const bool told = strstr(odd_fail_reason(), words) != NULL;
        if (!told) fprintf(stderr, "%s\nfor %s\n", odd_fail_reason(), words);
        check_all(WORLD, told);
        snprintf(words, sizeof words, "m.csv:%lld says", (long long)(2 + 2 * twin));
        check_all(WORLD, strstr(odd_fail_reason(), words) != NULL);
    }
    write_manifest(path, 20000, true); /* another label: an image of its own */
    check_all(WORLD, list_on(WORLD, path, &c, &digest) == ODD_OK && c.all == ROWS);
    odd_catalogue_free(&c);
    fixture_remove(WORLD);
}

/* Of faults on several ranks the first of the file is told. */
static void test_first_fault(void)
{
    char words[64];
    odd_catalogue c;
    odd_hash digest;
    fixture_folder(WORLD);
    const char *path = fixture_path("m.csv");
    for (int64_t broken = ROWS / 5; broken < ROWS; broken += ROWS / 3) {
        write_rows(path, ROWS - 1, false, broken);
        snprintf(words, sizeof words, "m.csv:%lld: the path is empty", (long long)(2 + 2 * broken));
        check_all(WORLD, list_on(WORLD, path, &c, &digest) == ODD_FORMAT);
        const bool told = strstr(odd_fail_reason(), words) != NULL;
        if (!told) fprintf(stderr, "%s\nfor %s\n", odd_fail_reason(), words);
        check_all(WORLD, told);
    }
    fixture_remove(WORLD);
}

const char *odd_test_name = "manifest_cut";
CU_TestInfo odd_tests[] = {
    {"as on one rank", test_as_on_one_rank},
    {"listed twice", test_listed_twice},
    {"the first fault", test_first_fault},
    CU_TEST_INFO_NULL,
};
