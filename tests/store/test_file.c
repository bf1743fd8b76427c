/* Files: what becomes visible when, what they say about themselves, and how they fail. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

static void test_visible_when_published(void)
{
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    check_all(WORLD, !fixture_exists(WORLD, path));
    check_all(WORLD, odd_file_publish(&file) == ODD_OK && file == NULL);
    check_all(WORLD, fixture_exists(WORLD, path));
    check_all(WORLD, fixture_count(WORLD) == 1);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_discard_leaves_nothing(void)
{
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    check_all(WORLD, fixture_count(WORLD) == 1);
    odd_file_discard(&file);
    odd_file_discard(&file);
    check_all(WORLD, file == NULL && fixture_count(WORLD) == 0);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* A file that was there stays as it was until the new one is whole. */
static void test_replaces_whole(void)
{
    odd_file *file;
    odd_dataset *x = NULL;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 5, 2) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    odd_file_discard(&file);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_open(file, "x", &x) == ODD_OK);
    odd_dataset_close(&x);
    odd_file_close(&file);
    check_all(WORLD, fixture_write(WORLD, path, 7, 2) == ODD_OK);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD,
              odd_dataset_open(file, "x", &x) == ODD_OK && odd_dataset_shape(x)->shape[0] == 7);
    odd_dataset_close(&x);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static bool has_text(const odd_file *file, const char *object, const char *name,
                     const char *expected)
{
    char *text;
    bool same = odd_file_get_text(file, object, name, &text) == ODD_OK &&
                (expected ? strcmp(text, expected) == 0 : *text != '\0');
    odd_free(text);
    return same;
}

static bool has_i64(const odd_file *file, const char *name, int64_t expected)
{
    int64_t value;
    return odd_file_get_i64(file, "/", name, &value) == ODD_OK && value == expected;
}

static void test_provenance(void)
{
    odd_file *file;
    char fingerprint[64];
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 5, 2) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, has_text(file, "/", "stage", fixture_from.stage));
    check_all(WORLD, has_text(file, "/", "command", fixture_from.command));
    check_all(WORLD, has_text(file, "/", "settings", fixture_from.settings));
    check_all(WORLD, has_text(file, "/", "fingerprint", fixture_from.fingerprint));
    check_all(WORLD, has_text(file, "/", "version", ODD_VERSION));
    check_all(WORLD, has_text(file, "/", "git", NULL) && has_text(file, "/", "cpu", NULL));
    char *when;
    int y, mo, d, h, mi, s;
    check_all(WORLD, odd_file_get_text(file, "/", "time", &when) == ODD_OK &&
                         sscanf(when, "%4d-%2d-%2dT%2d:%2d:%2dZ", &y, &mo, &d, &h, &mi, &s) == 6);
    odd_free(when);
    check_all(WORLD, has_i64(file, "seed", (int64_t)fixture_from.seed));
    check_all(WORLD, has_i64(file, "ranks", odd_size(WORLD)) && has_i64(file, "threads", 2));
    check_all(WORLD, has_text(file, "x", "about", "row + column / 1000") &&
                         has_text(file, "x", "unit", "steps") &&
                         has_text(file, "x", "stage", "test"));
    odd_file_close(&file);
    odd_file_fingerprint(path, fingerprint, sizeof fingerprint);
    check_all(WORLD, strcmp(fingerprint, fixture_from.fingerprint) == 0);
    odd_file_fingerprint(path, fingerprint, 8); /* does not fit: better none than a part */
    check_all(WORLD, fingerprint[0] == '\0');
    odd_file_fingerprint(fixture_path("b.h5"), fingerprint, sizeof fingerprint);
    check_all(WORLD, fingerprint[0] == '\0');
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Longer than the 64 KiB that an object header of HDF5 can hold. */
static void test_attributes(void)
{
    enum { LONG = 200000 };
    odd_file *file;
    static char text[LONG + 1];
    memset(text, 'x', LONG);
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    check_all(WORLD, odd_file_set_text(file, "/", "long", text) == ODD_OK);
    check_all(WORLD, odd_file_set_text(file, "/", "empty", "") == ODD_OK);
    check_all(WORLD, odd_file_set_f64(file, "/", "pi", 3.0) == ODD_OK);
    check_all(WORLD, odd_file_set_f64(file, "/", "pi", 3.14159) == ODD_OK);
    check_all(WORLD, odd_file_set_i64(file, "/", "big", INT64_MIN) == ODD_OK);
    check_all(WORLD, odd_file_set_i64(file, "/nowhere", "big", 1) == ODD_IO);
    check_all(WORLD, strstr(odd_fail_reason(), "'/nowhere'") != NULL);
    check_all(WORLD, odd_file_publish(&file) == ODD_OK);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    double pi;
    int64_t number;
    char *none;
    check_all(WORLD, has_text(file, "/", "long", text) && has_text(file, "/", "empty", ""));
    check_all(WORLD, odd_file_get_f64(file, "/", "pi", &pi) == ODD_OK && pi == 3.14159);
    check_all(WORLD, has_i64(file, "big", INT64_MIN));
    check_all(WORLD, odd_file_get_f64(file, "/", "empty", &pi) == ODD_FORMAT);
    check_all(WORLD, odd_file_get_text(file, "/", "pi", &none) == ODD_FORMAT && !none);
    check_all(WORLD, odd_file_get_i64(file, "/", "absent", &number) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "'absent'") && strstr(odd_fail_reason(), path));
    check_all(WORLD, odd_file_has(file, "/") && !odd_file_has(file, "a/b/c"));
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* The same status and reason everywhere, nothing left on the disk, nothing open. */
static bool failed_alike(odd_status st, odd_status expected, const char *word, int files)
{
    bool good = st == expected && strstr(odd_fail_reason(), word) != NULL;
    if (!good) fprintf(stderr, "status %d, reason '%s'\n", (int)st, odd_fail_reason());
    return check_all(WORLD, good) && check_all(WORLD, fixture_count(WORLD) == files) &&
           check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_failures(void)
{
    odd_file *file;
    fixture_folder(WORLD);
    failed_alike(odd_file_create(WORLD, fixture_path("no/a.h5"), &fixture_from, &file), ODD_IO,
                 "No such file or directory", 0);
    check_all(WORLD, file == NULL);
    failed_alike(odd_file_open(WORLD, fixture_path("a.h5"), false, &file), ODD_IO,
                 "No such file or directory", 0);
    failed_alike(odd_file_open(WORLD, fixture_path("."), false, &file), ODD_FORMAT,
                 "not a regular file", 0);
    fixture_remove(WORLD);
}

static void fault(const char *point, int rank)
{
    char list[64];
    snprintf(list, sizeof list, "%s:rank=%d", point, rank);
    check_all(WORLD, odd_fault_setup(list, odd_rank(WORLD)) == ODD_OK);
}

static void test_faults(void)
{
    static const char *const points[] = {"store.create", "store.write", "store.publish"};
    fixture_folder(WORLD);
    for (int i = 0; i < 3; i++) {
        for (int rank = 0; rank < odd_size(WORLD); rank++) {
            fault(points[i], rank);
            failed_alike(fixture_write(WORLD, fixture_path("a.h5"), 50, 3), ODD_IO, points[i], 0);
        }
    }
    odd_fault_setup(NULL, odd_rank(WORLD));
    check_all(WORLD, fixture_write(WORLD, fixture_path("a.h5"), 50, 3) == ODD_OK);
    fixture_remove(WORLD);
}

/* After a write that failed, a careless caller cannot publish. */
static void test_spoilt(void)
{
    odd_file *file;
    odd_dataset *x;
    odd_shape shape = {.type = ODD_U8, .rank = 1, .shape = {4}};
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    if (!check_all(WORLD, odd_dataset_create(file, "x", &shape, "x", NULL, &x) == ODD_OK)) return;
    fault("store.write", odd_size(WORLD) - 1);
    check_all(WORLD, odd_dataset_write(x, 0, odd_rank(WORLD) ? 0 : 4, "abcd") == ODD_IO);
    odd_fault_setup(NULL, 0);
    odd_dataset_close(&x);
    failed_alike(odd_file_publish(&file), ODD_IO, "cannot publish", 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/file";
CU_TestInfo odd_tests[] = {
    {"a file is visible when it is published", test_visible_when_published},
    {"a discarded file leaves nothing", test_discard_leaves_nothing},
    {"a new file replaces the old one as a whole", test_replaces_whole},
    {"provenance", test_provenance},
    {"attributes", test_attributes},
    {"failures name path and reason on all ranks", test_failures},
    {"faults on any one rank", test_faults},
    {"a spoilt file cannot be published", test_spoilt},
    CU_TEST_INFO_NULL,
};
