/* Hostile files: what is damaged or made to deceive gives an error, never a crash, and nothing is
 * allocated by its word. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/text.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/audit.h"
#include "oddlot/store/text_rows.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

/* HDF5 1.10 leaks objects of files that it finds damaged. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libhdf5_openmpi\n";
}

/* ---- files made by hand ---- */

static void put(const char *path, const void *bytes, size_t size)
{
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) {
        FILE *f = fopen(path, "wb");
        fwrite(bytes, 1, size, f);
        fclose(f);
    }
    MPI_Barrier(WORLD);
}

static bool refused(const char *path, bool any, const char *word)
{
    odd_file *file;
    odd_status st = odd_file_open(WORLD, path, any, &file);
    bool good = st == ODD_FORMAT && !file && strstr(odd_fail_reason(), word);
    if (!good) fprintf(stderr, "%s: status %d, '%s'\n", path, (int)st, odd_fail_reason());
    odd_file_close(&file);
    return good;
}

static void test_no_hdf5(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    for (int any = 0; any < 2; any++) {
        put(path, "", 0);
        check_all(WORLD, refused(path, any, "not an HDF5 file"));
        put(path, "path,label\na.png,1\n", 19);
        check_all(WORLD, refused(path, any, "not an HDF5 file"));
        put(path, "\x89HDF\r\n\x1a\n\x03", 9);
        check_all(WORLD, refused(path, any, "cannot open"));
    }
    unlink(path);
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0 && mkfifo(path, 0600) != 0) perror("mkfifo");
    MPI_Barrier(WORLD);
    check_all(WORLD, refused(path, true, "not a regular file"));
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* ---- files that HDF5 itself makes ---- */

typedef void (*make_dataset)(hid_t file);

static hid_t create(hid_t file, hid_t type, int rank, const hsize_t size[], hid_t properties)
{
    hid_t space = rank ? H5Screate_simple(rank, size, NULL) : H5Screate(H5S_SCALAR);
    hid_t d = H5Dcreate2(file, "x", type, space, H5P_DEFAULT, properties, H5P_DEFAULT);
    H5Sclose(space);
    H5Dclose(d);
    return d;
}

static hid_t chunked(hsize_t n)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(p, 1, &n);
    return p;
}

static void make_huge(hid_t file)
{
    hid_t p = chunked(1000);
    create(file, H5T_NATIVE_DOUBLE, 1, &(hsize_t){(hsize_t)1 << 40}, p);
    H5Pclose(p);
}

static void make_product_overflow(hid_t file)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    hsize_t size[] = {(hsize_t)1 << 31, (hsize_t)1 << 31, 16}, chunk[] = {1, 1, 1};
    H5Pset_chunk(p, 3, chunk);
    create(file, H5T_NATIVE_DOUBLE, 3, size, p);
    H5Pclose(p);
}

static void make_rank_5(hid_t file)
{
    create(file, H5T_NATIVE_INT, 5, (hsize_t[]){1, 1, 1, 1, 1}, H5P_DEFAULT);
}

static void make_compound(hid_t file)
{
    hid_t type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "a", 0, H5T_NATIVE_INT);
    create(file, type, 1, &(hsize_t){3}, H5P_DEFAULT);
    H5Tclose(type);
}

static void make_variable_strings(hid_t file)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    create(file, type, 1, &(hsize_t){3}, H5P_DEFAULT);
    H5Tclose(type);
}

static void make_external(hid_t file)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(p, "/etc/passwd", 0, 24);
    create(file, H5T_NATIVE_DOUBLE, 1, &(hsize_t){3}, p);
    H5Pclose(p);
}

static void make_virtual(hid_t file)
{
    hid_t p = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = H5Screate_simple(1, &(hsize_t){3}, NULL);
    H5Pset_virtual(p, space, "other.h5", "x", space);
    create(file, H5T_NATIVE_DOUBLE, 1, &(hsize_t){3}, p);
    H5Sclose(space);
    H5Pclose(p);
}

static void make_filter(hid_t file)
{
    hid_t p = chunked(3);
    H5Pset_filter(p, 32000, H5Z_FLAG_OPTIONAL, 0, NULL);
    create(file, H5T_NATIVE_DOUBLE, 1, &(hsize_t){3}, p);
    H5Pclose(p);
}

static void make_external_link(hid_t file)
{
    H5Lcreate_external("other.h5", "/x", file, "x", H5P_DEFAULT, H5P_DEFAULT);
}

static void make_loop(hid_t file)
{
    H5Lcreate_soft("/x", file, "x", H5P_DEFAULT, H5P_DEFAULT);
}

static void make_odd_float(hid_t file)
{
    hid_t type = H5Tcopy(H5T_NATIVE_DOUBLE);
    H5Tset_fields(type, 63, 50, 13, 0, 50);
    create(file, type, 1, &(hsize_t){3}, H5P_DEFAULT);
    H5Tclose(type);
}

static void make_null_space(hid_t file)
{
    hid_t space = H5Screate(H5S_NULL);
    H5Dclose(H5Dcreate2(file, "x", H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
}

static void make(const char *path, make_dataset f)
{
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) {
        hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        f(file);
        H5Fclose(file);
    }
    MPI_Barrier(WORLD);
}

static void test_foreign_datasets(void)
{
    static const struct {
        make_dataset make;
        const char *word;
    } list[] = {
        {make_huge, "bytes claimed"},
        {make_product_overflow, "larger than any memory"},
        {make_rank_5, "5 dimensions"},
        {make_compound, "neither numbers nor strings"},
        {make_variable_strings, "variable length"},
        {make_external, "external storage"},
        {make_virtual, "virtual storage"},
        {make_filter, "filter 32000"},
        {make_external_link, "'x' is missing"},
        {make_loop, "'x' is missing"},
        {make_odd_float, "not IEEE 754"},
        {make_null_space, "no data at all"},
    };
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        odd_file *file;
        odd_dataset *d;
        odd_bundle b = ODD_BUNDLE_EMPTY;
        make(path, list[i].make);
        check_all(WORLD, refused(path, false, "not written by oddlot"));
        if (!check_all(WORLD, odd_file_open(WORLD, path, true, &file) == ODD_OK)) return;
        bool good = odd_dataset_open(file, "x", &d) == ODD_FORMAT && !d &&
                    strstr(odd_fail_reason(), list[i].word) && strstr(odd_fail_reason(), path);
        if (!good) fprintf(stderr, "%s: '%s'\n", list[i].word, odd_fail_reason());
        check_all(WORLD, good);
        odd_bundle_read(file, "/", &b);
        check_all(WORLD, b.count == 0);
        odd_file_close(&file);
    }
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* ---- mutations ---- */

typedef struct {
    unsigned char *bytes;
    size_t size;
} image;

static image load(const char *path)
{
    image i = {NULL, 0};
    int64_t size = 0;
    if (odd_file_slurp(path, 1 << 24, (char **)&i.bytes, &size) != ODD_OK) abort();
    i.size = (size_t)size;
    return i;
}

/* One to four bytes changed where the file is not all zeros, or the file cut short. */
static void mutate(const image *whole, uint64_t number, unsigned char *out, size_t *size)
{
    memcpy(out, whole->bytes, whole->size);
    *size = whole->size;
    uint32_t draw = 0;
    if (number % 16 == 0) {
        *size = odd_below(whole->size, 1, ODD_STREAM_TEST, number, draw);
        return;
    }
    for (uint64_t i = 0; i <= number % 4; i++) {
        size_t at;
        do
            at = odd_below(whole->size, 1, ODD_STREAM_TEST, number, draw++);
        while (whole->bytes[at] == 0 && draw % 64 != 0);
        out[at] = (unsigned char)odd_below(256, 1, ODD_STREAM_TEST, number, draw++);
    }
}

/* Whatever the rows are, reading them ends. */
static bool read_texts(const odd_file *file, const char *name)
{
    odd_text_rows *rows;
    const char *text;
    odd_status st = odd_text_rows_open(file, name, &rows);
    for (int64_t i = 0; st == ODD_OK && i < odd_text_rows_count(rows); i++)
        st = odd_text_rows_read(rows, i, &text);
    odd_text_rows_close(&rows);
    return st == ODD_OK;
}

static bool read_labels(const odd_file *file, const char *path)
{
    (void)path;
    const bool words = read_texts(file, "words"), kinds = read_texts(file, "kinds");
    return words && kinds;
}

static bool read_bundle(const odd_file *file, const char *path)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    (void)path;
    odd_status st = odd_bundle_read(file, "/", &b);
    odd_bundle_free(&b);
    return st == ODD_OK;
}

static bool read_ours(const odd_file *file, const char *path)
{
    odd_text text = ODD_TEXT_EMPTY;
    bool good = read_bundle(file, path) && odd_file_describe(path, &text) == ODD_OK &&
                odd_file_verify(path) == ODD_OK;
    odd_text_free(&text);
    return good;
}

/* True if there was nothing to complain about. */
static bool read_everything(const char *path, bool any,
                            bool (*read)(const odd_file *file, const char *path))
{
    odd_file *file;
    if (odd_file_open(MPI_COMM_SELF, path, any, &file) != ODD_OK) return false;
    bool good = read(file, path);
    odd_file_close(&file);
    return good;
}

static void mutations(const char *source, bool any, int count,
                      bool (*read)(const odd_file *file, const char *path))
{
    image whole = load(source);
    unsigned char *changed = malloc(whole.size);
    int accepted = 0;
    char path[256];
    snprintf(path, sizeof path, "%s.%d", source, odd_rank(WORLD));
    for (int i = 0; i < count; i++) {
        size_t size;
        mutate(&whole, (uint64_t)(i + odd_rank(WORLD) * count), changed, &size);
        FILE *f = fopen(path, "wb");
        fwrite(changed, 1, size, f);
        fclose(f);
        accepted += read_everything(path, any, read);
        CU_ASSERT(odd_store_open_objects() == 0);
    }
    printf("rank %d: %d of %d mutated files were accepted\n", odd_rank(WORLD), accepted, count);
    CU_ASSERT(accepted < count / 2);
    free(changed);
    odd_free(whole.bytes);
}

static void test_mutations_of_ours(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 5, 2) == ODD_OK)) return;
    mutations(path, false, 300, read_ours);
    fixture_remove(WORLD);
}

/* The format that h5py writes: no checksums anywhere, so HDF5 believes what it finds. */
static void make_foreign(hid_t file)
{
    hid_t p = chunked(4);
    double x[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    H5Pset_deflate(p, 1);
    hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &(hsize_t){8}, NULL);
    hid_t d = H5Dcreate2(group, "y", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, p, H5P_DEFAULT);
    H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    H5Dclose(d);
    d = H5Dcreate2(group, "x", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x);
    H5Dclose(d);
    H5Sclose(space);
    H5Gclose(group);
    H5Pclose(p);
}

/* Here HDF5 may run in circles, which costs seconds each time. */
static void make_labels(hid_t file)
{
    static const char *const words[3] = {"a shoe", "a hat", ""};
    const int8_t kinds[3] = {1, 0, 1};
    hid_t text = H5Tcopy(H5T_C_S1), kind = H5Tenum_create(H5T_NATIVE_INT8);
    hid_t space = H5Screate_simple(1, &(hsize_t){3}, NULL);
    H5Tset_size(text, H5T_VARIABLE);
    H5Tenum_insert(kind, "cat", &kinds[1]);
    H5Tenum_insert(kind, "dog", &kinds[0]);
    hid_t d = H5Dcreate2(file, "words", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(d, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, words);
    H5Dclose(d);
    d = H5Dcreate2(file, "kinds", kind, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(d, kind, H5S_ALL, H5S_ALL, H5P_DEFAULT, kinds);
    H5Dclose(d);
    H5Sclose(space);
    H5Tclose(kind);
    H5Tclose(text);
}

static void test_mutations_of_labels(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    make(path, make_labels);
    mutations(path, true, 40, read_labels);
    fixture_remove(WORLD);
}

static void test_mutations_of_foreign(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    make(path, make_foreign);
    mutations(path, true, 300, read_bundle);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/hostile";
CU_TestInfo odd_tests[] = {
    {"no HDF5", test_no_hdf5},
    {"foreign datasets", test_foreign_datasets},
    {"mutations of our files", test_mutations_of_ours},
    {"mutations of foreign files", test_mutations_of_foreign},
    {"mutations of labels", test_mutations_of_labels},
    CU_TEST_INFO_NULL,
};
