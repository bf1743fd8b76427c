/* Split datasets: rows in several files are the rows of one, and appear and go with it. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

enum { ROWS = 50, WIDTH = 3, SEGMENTS = 4 }; /* of 13, 13, 12 and 12 rows */

static bool is_there(const char *name)
{
    return fixture_exists(WORLD, fixture_path(name));
}

static bool write_split(int segments)
{
    return check_all(WORLD, fixture_write_split(WORLD, fixture_path("a.h5"), ROWS, WIDTH, segments,
                                                &fixture_from) == ODD_OK);
}

/* Rank 0 does something to the folder between collective calls. */
static void rename_there(const char *from, const char *to)
{
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0 && rename(fixture_path(from), fixture_path(to)) != 0) perror(from);
    MPI_Barrier(WORLD);
}

static void write_text(const char *name)
{
    FILE *file = odd_rank(WORLD) == 0 ? fopen(fixture_path(name), "w") : NULL;
    if (file && (fputs("somebody's own", file) < 0 || fclose(file) != 0)) perror(name);
    MPI_Barrier(WORLD);
}

static char *checksum_of(const char *name)
{
    odd_file *file;
    char *text = NULL;
    if (odd_file_open(WORLD, fixture_path(name), false, &file) == ODD_OK)
        odd_file_get_text(file, "x", "checksum", &text);
    odd_file_close(&file);
    return text;
}

/* Any run of rows, within a segment or over several. */
static bool reads_runs(const odd_dataset *d, odd_type type)
{
    double x[ROWS * WIDTH];
    float single[ROWS * WIDTH];
    bool good = true;
    for (int64_t row0 = 0; row0 < ROWS && good; row0 += 5)
        for (int64_t count = 1; row0 + count <= ROWS && good; count += 4) {
            void *data = type == ODD_F64 ? (void *)x : single;
            good = odd_dataset_read(d, row0, count, type, data) == ODD_OK;
            for (int64_t i = 0; i < count * WIDTH && good; i++) {
                const double wanted = (double)(row0 + i / WIDTH) + (double)(i % WIDTH) / 1000;
                good = type == ODD_F64 ? x[i] == wanted : single[i] == (float)wanted;
            }
        }
    return good;
}

static void test_round_trip(void)
{
    odd_file *file;
    odd_dataset *d;
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    check_all(WORLD, is_there("a.1-of-4.h5") && is_there("a.4-of-4.h5"));
    check_all(WORLD, fixture_count(WORLD) == 1 + SEGMENTS);
    if (!check_all(WORLD, odd_file_open(WORLD, fixture_path("a.h5"), false, &file) == ODD_OK))
        return;
    if (!check_all(WORLD, odd_dataset_open(file, "x", &d) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_shape(d)->shape[0] == ROWS);
    check_all(WORLD, reads_runs(d, ODD_F64) && reads_runs(d, ODD_F32));
    check_all(WORLD, odd_dataset_read(d, ROWS - 1, 2, ODD_F64, NULL) == ODD_ARG);
    odd_dataset_close(&d);
    odd_file_close(&file);
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_checksum(void)
{
    fixture_folder(WORLD);
    check_all(WORLD, fixture_write(WORLD, fixture_path("whole.h5"), ROWS, WIDTH) == ODD_OK);
    if (!write_split(SEGMENTS)) return;
    char *whole = checksum_of("whole.h5"), *split = checksum_of("a.h5");
    check_all(WORLD, whole && split && strcmp(whole, split) == 0);
    odd_free(whole);
    odd_free(split);
    fixture_remove(WORLD);
}

static void test_halves(void)
{
    odd_file *file;
    odd_dataset *d;
    static const odd_shape shape = {.type = ODD_F16, .rank = 2, .shape = {7, 2}};
    uint16_t half[14];
    float x[14];
    for (int i = 0; i < 14; i++)
        half[i] = (uint16_t)(0x3c00 + i);
    fixture_folder(WORLD);
    if (!check_all(WORLD, fixture_put(WORLD, fixture_path("a.h5"), &shape, 3, half) == ODD_OK))
        return;
    if (!check_all(WORLD, odd_file_open(WORLD, fixture_path("a.h5"), false, &file) == ODD_OK))
        return;
    bool good = odd_dataset_open(file, "x", &d) == ODD_OK &&
                odd_dataset_read(d, 1, 6, ODD_F32, x) == ODD_OK;
    for (int i = 0; i < 12 && good; i++)
        good = x[i] == 1 + (float)(i + 2) / 1024;
    check_all(WORLD, good);
    odd_dataset_close(&d);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

static void test_fewer_rows_than_files(void)
{
    fixture_folder(WORLD);
    check_all(WORLD, fixture_write_split(WORLD, fixture_path("a.h5"), 3, WIDTH, SEGMENTS,
                                         &fixture_from) == ODD_OK);
    check_all(WORLD, fixture_count(WORLD) == 1);
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    fixture_remove(WORLD);
}

/* Opening says what is wrong, and so the file is not up to date. */
static void refused(odd_status status, const char *word)
{
    char fingerprint[64];
    odd_file *file;
    odd_dataset *d = NULL;
    odd_status st = odd_file_open(WORLD, fixture_path("a.h5"), false, &file);
    if (st == ODD_OK) st = odd_dataset_open(file, "x", &d);
    const bool good = st == status && strstr(odd_fail_reason(), word) && !d;
    if (!good) fprintf(stderr, "%d, %s\n", (int)st, odd_fail_reason());
    check_all(WORLD, good);
    odd_dataset_close(&d);
    odd_file_close(&file);
    odd_file_fingerprint(fixture_path("a.h5"), fingerprint, sizeof fingerprint);
    check_all(WORLD, fingerprint[0] == '\0');
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_missing_segment(void)
{
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    rename_there("a.3-of-4.h5", "elsewhere");
    refused(ODD_FORMAT, "a.3-of-4.h5': No such file");
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_PROBLEM);
    rename_there("elsewhere", "a.3-of-4.h5");
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    fixture_remove(WORLD);
}

static void test_segment_of_another_run(void)
{
    odd_provenance other = fixture_from;
    other.fingerprint = "ffeeddccbbaa99887766554433221100";
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    check_all(WORLD, fixture_write_split(WORLD, fixture_path("b.h5"), ROWS, WIDTH, SEGMENTS,
                                         &other) == ODD_OK);
    rename_there("b.2-of-4.h5", "a.2-of-4.h5");
    refused(ODD_FORMAT, "a.2-of-4.h5' is not of the same run as");
    fixture_remove(WORLD);
}

/* The size that a virtual dataset claims is believed where the segments have it. */
static void test_segment_of_another_shape(void)
{
    odd_file *file;
    odd_dataset *d = NULL;
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    check_all(WORLD, fixture_write_split(WORLD, fixture_path("b.h5"), ROWS - 2, WIDTH, SEGMENTS,
                                         &fixture_from) == ODD_OK);
    rename_there("b.1-of-4.h5", "a.1-of-4.h5");
    check_all(WORLD, odd_file_open(WORLD, fixture_path("a.h5"), false, &file) == ODD_OK);
    check_all(WORLD, odd_dataset_open(file, "x", &d) == ODD_FORMAT && !d);
    check_all(WORLD, strstr(odd_fail_reason(), "is (12, 3) f64 instead of (13, 3) f64") != NULL);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

static void test_other_number_of_segments(void)
{
    fixture_folder(WORLD);
    odd_provenance another = fixture_from;
    another.stage = "another";
    check_all(WORLD, fixture_write(WORLD, fixture_path("a.2-of-x.h5"), 1, 1) == ODD_OK);
    check_all(WORLD, fixture_write(WORLD, fixture_path("aa.1-of-4.h5"), 1, 1) == ODD_OK);
    check_all(WORLD,
              fixture_write_split(WORLD, fixture_path("a.1-of-9.h5"), 1, 1, 1, &another) == ODD_OK);
    write_text("a.2-of-9.h5");
    if (!write_split(SEGMENTS) || !write_split(SEGMENTS)) return;
    check_all(WORLD, fixture_count(WORLD) == 4 + 1 + SEGMENTS);
    if (!write_split(2)) return;
    check_all(WORLD, fixture_count(WORLD) == 4 + 1 + 2);
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    if (!write_split(1)) return;
    check_all(WORLD, fixture_count(WORLD) == 4 + 1);
    fixture_remove(WORLD);
}

/* At any point: nothing is left of what was begun, and what there was is whole or gone. */
static void fails_at(const char *fault, bool before_stays)
{
    odd_provenance other = fixture_from;
    other.fingerprint = "ffeeddccbbaa99887766554433221100";
    odd_fault_setup(fault, odd_rank(WORLD));
    check_all(WORLD, fixture_write_split(WORLD, fixture_path("a.h5"), ROWS, WIDTH, SEGMENTS,
                                         &other) == ODD_IO);
    odd_fault_setup(NULL, odd_rank(WORLD));
    check_all(WORLD, odd_store_open_objects() == 0);
    check_all(WORLD, is_there("a.h5") == before_stays);
    if (before_stays) check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    check_all(WORLD, fixture_count(WORLD) == (before_stays ? 1 + SEGMENTS : 0));
}

static void test_failures(void)
{
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    fails_at("store.create", true);
    fails_at("store.create:after=3", true);
    fails_at("store.write", true);
    fails_at("store.publish", true);
    fails_at("store.publish:after=3", false); /* two segments were replaced */
    if (!write_split(SEGMENTS)) return;
    check_all(WORLD, odd_file_verify(fixture_path("a.h5")) == ODD_OK);
    fixture_remove(WORLD);
}

/* What a killed program had not finished, of whatever cut, goes when it is begun anew. */
static void test_unfinished(void)
{
    fixture_folder(WORLD);
    write_text("a.2-of-8.h5.partial");
    write_text("a.1-of-4.h5.partial");
    write_text("b.1-of-4.h5.partial");
    if (!write_split(SEGMENTS)) return;
    check_all(WORLD, fixture_count(WORLD) == 1 + SEGMENTS + 1 && is_there("b.1-of-4.h5.partial"));
    write_text("a.2-of-8.h5.partial");
    if (!write_split(1)) return;
    check_all(WORLD, fixture_count(WORLD) == 1 + 1);
    fixture_remove(WORLD);
}

/* A file that says another number of segments than it has. */
static odd_status write_forged(int64_t says)
{
    const odd_shape shape = {.type = ODD_U8, .rank = 1, .shape = {4}};
    odd_file *file = NULL;
    odd_dataset *d = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, fixture_path("a.h5"), &fixture_from, &file));
    ODD_TRY(odd_dataset_create_split(file, "x", &shape, "forged", "", 2, &d));
    ODD_TRY(odd_dataset_write(d, 0, odd_rank(WORLD) == 0 ? 4 : 0, "abcd"));
    odd_dataset_close(&d);
    ODD_TRY(odd_file_set_i64(file, "/", "segments", says));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&d);
    odd_file_discard(&file);
    return st;
}

static void test_forged(void)
{
    static const struct {
        int64_t says;
        const char *word;
    } forged[] = {{0, "has 0 segments"},
                  {-1, "has -1 segments"},
                  {257, "has 257 segments; there are 1 to 256"},
                  {1, "a.1-of-1.h5'"},
                  {3, "a.1-of-3.h5'"}};
    fixture_folder(WORLD);
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
        check_all(WORLD, write_forged(forged[i].says) == ODD_OK);
        refused(ODD_FORMAT, forged[i].word);
    }
    fixture_remove(WORLD);
}

static void test_names(void)
{
    odd_list names = {0};
    fixture_folder(WORLD);
    if (!write_split(2)) return;
    check_all(WORLD, odd_file_segments(fixture_path("a.h5"), &names) == ODD_OK);
    check_all(WORLD, names.count == 2 && strcmp(names.item[1], "a.2-of-2.h5") == 0);
    odd_texts_free(&names);
    check_all(WORLD, odd_file_segments(fixture_path("none.h5"), &names) == ODD_OK);
    check_all(WORLD, names.count == 0);
    CU_ASSERT(odd_file_is_segment("a.1-of-3.h5", "a.h5"));
    CU_ASSERT(odd_file_is_segment("a.3-of-3.h5.partial", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("a.4-of-3.h5", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("a.0-of-3.h5", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("a.01-of-3.h5", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("a.1-of-3.h5x", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("b.1-of-3.h5", "a.h5"));
    CU_ASSERT(!odd_file_is_segment("a", "a.h5"));
    fixture_remove(WORLD);
}

/* Rows of a file over several are as good for other programs' embeddings as those of one. */
static void test_opened_as_any(void)
{
    odd_file *file;
    odd_dataset *d;
    double x[ROWS * WIDTH];
    fixture_folder(WORLD);
    if (!write_split(SEGMENTS)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, fixture_path("a.h5"), true, &file) == ODD_OK))
        return;
    check_all(WORLD, odd_dataset_open(file, "x", &d) == ODD_OK &&
                         odd_dataset_read(d, 0, ROWS, ODD_F64, x) == ODD_OK && x[147] == 49);
    odd_dataset_close(&d);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/dataset_split";
CU_TestInfo odd_tests[] = {
    {"round trip", test_round_trip},
    {"checksum of one file", test_checksum},
    {"halves", test_halves},
    {"fewer rows than files", test_fewer_rows_than_files},
    {"missing segment", test_missing_segment},
    {"segment of another run", test_segment_of_another_run},
    {"segment of another shape", test_segment_of_another_shape},
    {"another number of segments", test_other_number_of_segments},
    {"failures", test_failures},
    {"unfinished segments", test_unfinished},
    {"forged", test_forged},
    {"names", test_names},
    {"opened as any file", test_opened_as_any},
    CU_TEST_INFO_NULL,
};
