/* Bundles in files, the audit tree, and looking into files. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

static odd_status make_bundle(odd_bundle *b)
{
    double *mean;
    char *label;
    odd_shape labels = {.type = ODD_STRING, .width = 6, .rank = 1, .shape = {2}};
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "theme/mean", ODD_F64, "mean of each feature", &mean, 2, (int64_t)2,
                           (int64_t)3));
    for (int i = 0; i < 6; i++)
        mean[i] = i / 3.0;
    ODD_TRY(odd_bundle_add_shape(b, "labels", "names of the classes", &labels, &label));
    memcpy(label, "shirt\0shoes\0", 12);
    ODD_TRY(odd_bundle_add_f64(b, "weight", "share of the theme", 0.25));
    ODD_TRY(odd_bundle_add_i64(b, "components", "number of components", 2));
    ODD_TRY(odd_bundle_add_text(b, "kind", "what it is", "mixture"));
done:
    return st;
}

static bool same_bundle(const odd_bundle *a, const odd_bundle *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++) {
        const odd_array *x = &a->array[i], *y = odd_bundle_find(b, x->name);
        int64_t bytes = 0;
        odd_shape_bytes(&x->shape, &bytes);
        same =
            y && strcmp(x->about, y->about) == 0 && x->shape.type == y->shape.type &&
            x->shape.rank == y->shape.rank &&
            memcmp(x->shape.shape, y->shape.shape, sizeof(int64_t) * (size_t)x->shape.rank) == 0 &&
            memcmp(x->data, y->data, (size_t)bytes) == 0;
    }
    return same;
}

static odd_status write_bundle(const char *path, const char *group, const odd_bundle *b)
{
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_bundle_write(file, group, b));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

static void test_bundle(void)
{
    static const char *const groups[] = {"model/first", "/", ""};
    odd_bundle b = ODD_BUNDLE_EMPTY, back = ODD_BUNDLE_EMPTY;
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    check_all(WORLD, make_bundle(&b) == ODD_OK);
    for (int i = 0; i < 3; i++) {
        if (!check_all(WORLD, write_bundle(path, groups[i], &b) == ODD_OK)) return;
        if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
        check_all(WORLD, odd_bundle_read(file, groups[i], &back) == ODD_OK);
        check_all(WORLD, same_bundle(&b, &back));
        odd_bundle_free(&back);
        check_all(WORLD, odd_bundle_read_small(file, groups[i], 47, &back) == ODD_OK);
        check_all(WORLD, back.count == b.count - 1 && !odd_bundle_find(&back, "theme/mean"));
        odd_bundle_free(&back);
        check_all(WORLD, odd_bundle_read(file, "nowhere", &back) == ODD_FORMAT && !back.count);
        odd_file_close(&file);
    }
    odd_bundle_free(&b);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Nothing to say is a result, too: it must not read like a file that is damaged. */
static void test_empty(void)
{
    odd_bundle none = ODD_BUNDLE_EMPTY, back = ODD_BUNDLE_EMPTY;
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, write_bundle(path, "metrics", &none) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, odd_bundle_read(file, "metrics", &back) == ODD_OK && back.count == 0);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

static bool text_has(const odd_text *text, const char *words)
{
    bool has = strstr(odd_text_string(text), words) != NULL;
    if (!has) fprintf(stderr, "no '%s' in\n%s\n", words, odd_text_string(text));
    return has;
}

static void test_describe(void)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_text text = ODD_TEXT_EMPTY;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    check_all(WORLD, make_bundle(&b) == ODD_OK);
    if (!check_all(WORLD, write_bundle(path, "model", &b) == ODD_OK)) return;
    check_all(WORLD, odd_file_describe(path, &text) == ODD_OK);
    check_all(WORLD, text_has(&text, "  stage        test\n"));
    check_all(WORLD, !text_has(&text, "settings")); /* long; job.yaml has them */
    check_all(WORLD,
              text_has(&text, "  model/theme/mean  (2, 3) f64  48 B  mean of each feature\n"));
    check_all(WORLD, text_has(&text, "  model/labels      (2) S6      12 B  names"));
    check_all(WORLD, odd_file_describe(fixture_path("b.h5"), &text) == ODD_IO);
    odd_text_free(&text);
    check_all(WORLD, fixture_write(WORLD, path, 5, 2) == ODD_OK);
    check_all(WORLD, odd_file_describe(path, &text) == ODD_OK);
    check_all(WORLD, text_has(&text, "  x  (5, 2) f64  80 B  row + column / 1000 [steps]\n"));
    odd_text_free(&text);
    odd_bundle_free(&b);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Flip one byte of the dataset's rows, which lie behind the metadata. */
static void flip_byte(const char *path)
{
    FILE *f = fopen(path, "r+b");
    double x = 7.001;
    static unsigned char bytes[1 << 20];
    size_t n = fread(bytes, 1, sizeof bytes, f);
    unsigned char *found = memmem(bytes, n, &x, sizeof x);
    CU_ASSERT(found != NULL);
    if (found) {
        fseek(f, found - bytes, SEEK_SET);
        fputc(*found ^ 1, f);
    }
    fclose(f);
}

static void test_verify(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 50, 3) == ODD_OK)) return;
    check_all(WORLD, odd_file_verify(path) == ODD_OK);
    check_all(WORLD, odd_file_verify(fixture_path("b.h5")) == ODD_IO);
    MPI_Barrier(WORLD);
    if (odd_rank(WORLD) == 0) {
        flip_byte(path);
        CU_ASSERT(odd_file_verify(path) == ODD_PROBLEM);
        CU_ASSERT(strstr(odd_fail_reason(), "dataset 'x'") != NULL);
        CU_ASSERT(truncate(path, 1000) == 0 && odd_file_verify(path) == ODD_PROBLEM);
    }
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void check_audit(const char *audit, odd_text *text)
{
    static const char *const stages[] = {"ingest", "features", "reduce"};
    char folder[256];
    snprintf(folder, sizeof folder, "%s", fixture_path(""));
    CU_ASSERT(odd_audit_link(folder, stages, 3) == ODD_OK);
    CU_ASSERT(odd_audit_link(folder, stages, 3) == ODD_OK);
    CU_ASSERT(odd_file_describe(audit, text) == ODD_OK);
    CU_ASSERT(text_has(text, "-> ingest.h5") && text_has(text, "-> reduce.h5"));
    CU_ASSERT(strstr(odd_text_string(text), "features") == NULL);
    CU_ASSERT(odd_file_verify(audit) == ODD_OK);
}

/* Our own reading does not follow links into other files; h5py does: see test_h5py.py. */
static void test_audit(void)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_file *file;
    char *stage = NULL;
    fixture_folder(WORLD);
    const char *audit = fixture_path("audit.h5");
    if (!check_all(WORLD, fixture_write(WORLD, fixture_path("ingest.h5"), 5, 2) == ODD_OK)) return;
    if (!check_all(WORLD, fixture_write(WORLD, fixture_path("reduce.h5"), 5, 2) == ODD_OK)) return;
    if (odd_rank(WORLD) == 0) check_audit(audit, &text);
    check_all(WORLD, fixture_count(WORLD) == 3);
    if (!check_all(WORLD, odd_file_open(WORLD, audit, false, &file) == ODD_OK)) return;
    check_all(WORLD, !odd_file_has(file, "ingest/x"));
    check_all(WORLD, odd_file_get_text(file, "provenance/ingest", "stage", &stage) == ODD_OK &&
                         strcmp(stage, "test") == 0);
    odd_free(stage);
    odd_file_close(&file);
    odd_text_free(&text);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/bundle_file";
CU_TestInfo odd_tests[] = {
    {"bundles", test_bundle}, {"empty bundle", test_empty}, {"describe", test_describe},
    {"verify", test_verify},  {"audit tree", test_audit},   CU_TEST_INFO_NULL,
};
