/* h5py reads what we write, and we read what h5py writes. Skipped where h5py is missing. */
#include "store_fixture.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/audit.h"
#include "oddlot/store/text_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

enum { HALVES = 65536 }; /* all there are */

static odd_status make_bundle(odd_bundle *b)
{
    float *mean;
    uint16_t *half;
    char *label;
    odd_shape labels = {.type = ODD_STRING, .width = 6, .rank = 1, .shape = {2}};
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "theme/mean", ODD_F32, "mean", &mean, 2, (int64_t)2, (int64_t)3));
    for (int i = 0; i < 6; i++)
        mean[i] = (float)i;
    ODD_TRY(odd_bundle_add(b, "half", ODD_F16, "halves", &half, 1, (int64_t)HALVES));
    for (int i = 0; i < HALVES; i++)
        half[i] = (uint16_t)i;
    ODD_TRY(odd_bundle_add_shape(b, "labels", "names", &labels, &label));
    memcpy(label, "shirt\0shoes\0", 12);
    ODD_TRY(odd_bundle_add_f64(b, "weight", "share", 0.25));
done:
    return st;
}

static odd_status write_model(const char *path)
{
    odd_file *file = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(make_bundle(&b));
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_bundle_write(file, "model", &b));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_bundle_free(&b);
    return st;
}

enum { SKIPPED = 77 };

/* Exit code of the script, the same on all ranks. */
static int run_script(const char *folder)
{
    int code = 0;
    if (odd_rank(WORLD) == 0) {
        const char *source = getenv("ODDLOT_SOURCE");
        char command[1024];
        snprintf(command, sizeof command, "/usr/bin/python3 '%s/tests/store/check_h5py.py' '%s'",
                 source ? source : ".", folder);
        code = system(command);
        code = code >= 256 ? code / 256 : code;
    }
    odd_broadcast(WORLD, 0, &code, sizeof code);
    return code;
}

static bool reads(const odd_file *file, const char *name, odd_type type, int64_t count,
                  const void *expected, size_t bytes)
{
    odd_dataset *d;
    static char data[64];
    bool good = odd_dataset_open(file, name, &d) == ODD_OK && odd_dataset_shape(d)->type == type &&
                odd_dataset_read(d, 0, count, type, data) == ODD_OK &&
                memcmp(data, expected, bytes) == 0;
    if (!good) fprintf(stderr, "%s: %s\n", name, odd_fail_reason());
    odd_dataset_close(&d);
    return good;
}

/* Halves are read as they are, and as float32 from any row on. */
static void read_halves(const char *path)
{
    static float x[HALVES], expected[HALVES];
    static uint16_t half[HALVES];
    odd_file *file;
    odd_dataset *d;
    for (int i = 0; i < HALVES; i++)
        half[i] = (uint16_t)i;
    odd_half_to_floats(HALVES, half, expected);
    memset(half, 0, sizeof half);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    if (!check_all(WORLD, odd_dataset_open(file, "model/half", &d) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_shape(d)->type == ODD_F16);
    check_all(WORLD, odd_dataset_read(d, 0, HALVES, ODD_F32, x) == ODD_OK &&
                         memcmp(x, expected, sizeof x) == 0);
    check_all(WORLD, odd_dataset_read(d, 777, 5000, ODD_F32, x) == ODD_OK &&
                         memcmp(x, expected + 777, 5000 * sizeof *x) == 0);
    check_all(WORLD, odd_dataset_read(d, 0, HALVES, ODD_F16, half) == ODD_OK && half[777] == 777);
    odd_dataset_close(&d);
    odd_file_close(&file);
}

static void read_foreign(const char *path)
{
    odd_file *file;
    odd_dataset *d;
    int64_t words[2], row[50];
    if (!check_all(WORLD, odd_file_open(WORLD, path, true, &file) == ODD_OK)) return;
    check_all(WORLD, reads(file, "bool", ODD_U8, 3, "\1\0\1", 3));
    check_all(WORLD, reads(file, "half", ODD_F16, 3, (uint16_t[]){0x3800, 0xc000, 0x7bff}, 6));
    check_all(WORLD, reads(file, "big half", ODD_F16, 2, (uint16_t[]){0x3c00, 0xbe00}, 4));
    check_all(WORLD, reads(file, "big", ODD_I32, 3, (int32_t[]){1, -2, 3}, 12));
    check_all(WORLD, reads(file, "u32", ODD_I64, 2, (int64_t[]){1, 4294967295}, 16));
    check_all(WORLD, reads(file, "text", ODD_STRING, 2, "abc\0", 4));
    check_all(WORLD, odd_dataset_open(file, "u64", &d) == ODD_OK &&
                         odd_dataset_read(d, 0, 1, ODD_I64, words) == ODD_OK &&
                         odd_dataset_read(d, 0, 2, ODD_I64, words) == ODD_FORMAT);
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_open(file, "packed", &d) == ODD_OK &&
                         odd_dataset_read(d, 99, 1, ODD_I64, row) == ODD_OK && row[49] == 4999);
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_open(file, "words", &d) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_open(file, "bool", &d) == ODD_OK && odd_dataset_is_bool(d));
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_open(file, "u32", &d) == ODD_OK && !odd_dataset_is_bool(d));
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_open(file, "group/complex", &d) == ODD_FORMAT);
    odd_file_close(&file);
}

static bool reads_texts(const odd_file *file, const char *name, const char *const wanted[])
{
    odd_text_rows *rows;
    const char *text = "";
    int64_t count = 0;
    bool good = odd_text_rows_open(file, name, &rows) == ODD_OK;
    while (wanted[count])
        count++;
    good = good && odd_text_rows_count(rows) == count;
    for (int64_t i = 0; good && i < count; i++)
        good = odd_text_rows_read(rows, i, &text) == ODD_OK && strcmp(text, wanted[i]) == 0;
    if (!good) fprintf(stderr, "%s: '%s' %s\n", name, text, odd_fail_reason());
    odd_text_rows_close(&rows);
    return good;
}

static bool refuses_texts(const odd_file *file, const char *name, const char *word)
{
    odd_text_rows *rows;
    const char *text;
    odd_status st = odd_text_rows_open(file, name, &rows);
    if (st == ODD_OK) st = odd_text_rows_read(rows, 0, &text);
    bool good = st == ODD_FORMAT && strstr(odd_fail_reason(), word);
    if (!good) fprintf(stderr, "%s: %s\n", name, odd_fail_reason());
    odd_text_rows_close(&rows);
    return good;
}

/* What labels may be, row by row. */
static void read_labels(const char *path)
{
    static char once[401], more[402];
    const struct {
        const char *name, *text[5];
    } list[] = {
        {"variable", {"no", "fixed", "length", ""}},
        {"utf8", {"sch\xC3\xB6n", "\xE9\x9D\xB4"}},
        {"fixed", {"ab", "c"}},
        {"long", {once, more}},
        {"column", {"3", "-4"}},
        {"u64", {"1", "18446744073709551615"}},
        {"single", {"3", "0.1", ""}},
        {"double", {"-2", "0.1", "1e+300"}},
        {"bool", {"1", "0"}},
        {"kind", {"cat", "dog", "5"}},
        {"fortran", {"ab", " c"}},
    };
    odd_file *file;
    memset(once, 'x', 400);
    memset(more, 'x', 400);
    more[400] = 'y';
    if (!check_all(WORLD, odd_file_open(WORLD, path, true, &file) == ODD_OK)) return;
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        char name[64];
        snprintf(name, sizeof name, "labels/%s", list[i].name);
        check_all(WORLD, reads_texts(file, name, list[i].text));
    }
    check_all(WORLD, refuses_texts(file, "labels/endless", "texts of at most 4096 bytes"));
    check_all(WORLD, refuses_texts(file, "labels/one hot", "one text or number for each row"));
    check_all(WORLD, refuses_texts(file, "labels/pair", "neither numbers nor strings"));
    check_all(WORLD, refuses_texts(file, "labels/none", "'labels/none' is missing"));
    odd_file_close(&file);
}

static void test_both_ways(void)
{
    static const char *const stages[] = {"ingest", "model"};
    const char *folder = fixture_folder(WORLD);
    check_all(WORLD, fixture_write(WORLD, fixture_path("ingest.h5"), 50, 3) == ODD_OK);
    check_all(WORLD, write_model(fixture_path("model.h5")) == ODD_OK);
    check_all(WORLD, fixture_write_split(WORLD, fixture_path("split.h5"), 50, 3, 4,
                                         &fixture_from) == ODD_OK);
    read_halves(fixture_path("model.h5"));
    check_all(WORLD, odd_rank(WORLD) != 0 || odd_audit_link(folder, stages, 2) == ODD_OK);
    int code = run_script(folder);
    check_all(WORLD, code == 0 || code == SKIPPED);
    if (code == 0) {
        read_foreign(fixture_path("foreign.h5"));
        read_labels(fixture_path("foreign.h5"));
    }
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/h5py";
CU_TestInfo odd_tests[] = {
    {"h5py and we read each other", test_both_ways},
    CU_TEST_INFO_NULL,
};
