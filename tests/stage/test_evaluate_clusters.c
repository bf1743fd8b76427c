/* Clusters against labels, by tables that were counted by hand; what does not count and what is
 * refused. */
#include "stage_fixture.h"

#include "stage/evaluate/evaluate_internal.h"

const char *odd_test_name = "stage/evaluate_clusters";

enum { MOST = 12 };

typedef struct {
    const char *label; /* "": none */
    double cluster;    /* NaN: not readable */
    bool held_out;
} image;

/* Two labels by two clusters, in between what does not count. */
static const image plain[] = {
    {"b", 0, false}, {"a", 1, false}, {"", 1, false},    {"a", 1, false}, {"b", 0, false},
    {"b", 1, true},  {"a", 0, false}, {"b", NAN, false}, {"b", 0, false},
};

static const char *label_at(const void *context, int64_t row)
{
    return ((const image *)context)[row].label;
}

/* Labels and marks of ingest.h5. @collective */
static odd_file *ingest_of(int n, const image images[])
{
    const int64_t mine = odd_rank(WORLD) == 0 ? n : 0;
    uint8_t held_out[MOST];
    odd_file *file = NULL;
    odd_status st;
    for (int i = 0; i < n; i++)
        held_out[i] = images[i].held_out;
    ODD_TRY(odd_file_create(WORLD, fixture_path("ingest.h5"), &fixture_from, &file));
    ODD_TRY(odd_column_write_text(file, "label", WORLD, n, 0, mine, label_at, images, "test"));
    ODD_TRY(odd_column_write(file, "held_out", ODD_U8, n, 0, mine, held_out, "test", ""));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, fixture_path("ingest.h5"), false, &file));
done:
    if (st != ODD_OK) odd_file_discard(&file);
    return file;
}

/* scores.h5 with the clusters of `n` images, or without any where `named` is false. @collective
 */
static odd_status evaluate(int n, const image images[], int clusters, bool named,
                           odd_bundle *metrics)
{
    double cluster[MOST] = {0};
    for (int i = 0; i < n; i++)
        cluster[i] = images[i].cluster;
    const column columns[] = {
        {named ? "columns/cluster" : "columns/distance", ODD_F64, clusters, cluster},
        {NULL, ODD_I64, 0, NULL}};
    odd_file *ingest = ingest_of(n, images), *scores = file_of("scores.h5", columns);
    *metrics = (odd_bundle)ODD_BUNDLE_EMPTY;
    const odd_status st =
        scores && ingest ? odd_evaluate_clusters(WORLD, ingest, scores, n, metrics) : ODD_IO;
    odd_file_close(&scores);
    odd_file_close(&ingest);
    return st;
}

static bool is(const odd_bundle *b, const char *name, double should)
{
    double value = NAN;
    return odd_bundle_get_f64(b, name, &value) == ODD_OK && fabs(value - should) < 1e-6;
}

/* a: 1 in cluster 0, 2 in cluster 1; b: 3 in cluster 0. The best assignment puts 5 of 6 right.
 * Pairs: 4 are together in both, 6 by label, 7 by cluster, of 15: ARI = (4 - 2.8) / (6.5 - 2.8).
 * Mutual information 0.318257, entropies 0.693147 and 0.636514: NMI = 0.478704. */
static void test_by_hand(void)
{
    static const int64_t count[4] = {1, 2, 3, 0};
    odd_bundle m;
    const odd_array *table, *label, *cluster;
    int64_t images = 0;
    fixture_folder(WORLD);
    if (!check_all(WORLD, evaluate(9, plain, 9, true, &m) == ODD_OK)) return;
    check_all(WORLD, odd_bundle_get_i64(&m, "clustering/images", &images) == ODD_OK && images == 6);
    check_all(WORLD, is(&m, "clustering/accuracy", 5. / 6) && is(&m, "clustering/nmi", 0.478704) &&
                         is(&m, "clustering/ari", 1.2 / 3.7));
    check_all(WORLD, odd_bundle_get(&m, "clustering/table", ODD_I64, 2, &table) == ODD_OK &&
                         table->shape.shape[0] == 2 && table->shape.shape[1] == 2 &&
                         memcmp(table->data, count, sizeof count) == 0);
    check_all(WORLD, odd_bundle_get(&m, "clustering/label", ODD_STRING, 1, &label) == ODD_OK &&
                         label->shape.shape[0] == 2 && memcmp(label->data, "ab", 2) == 0);
    check_all(WORLD,
              odd_bundle_get(&m, "clustering/cluster_of_label", ODD_I64, 1, &cluster) == ODD_OK &&
                  ((const int64_t *)cluster->data)[0] == 1 &&
                  ((const int64_t *)cluster->data)[1] == 0);
    const odd_array *accuracy = odd_bundle_find(&m, "clustering/accuracy");
    check_all(WORLD, strstr(accuracy->about, "over the 6 labelled images that are not held out"));
    odd_bundle_free(&m);
    fixture_remove(WORLD);
}

/* Clusters that are labels by another name; labels of several widths, sorted bytewise. */
static void test_perfect(void)
{
    static const image images[] = {{"shoe", 2, false},    {"a", 0, false},  {"shoe", 2, false},
                                   {"handbag", 1, false}, {"a", 0, false},  {"Hat", 4, false},
                                   {"handbag", 1, false}, {"Hat", 4, false}};
    static const int64_t expected[] = {4, 0, 1, 2}; /* Hat, a, handbag, shoe */
    odd_bundle m;
    const odd_array *label, *cluster;
    fixture_folder(WORLD);
    if (!check_all(WORLD, evaluate(8, images, 8, true, &m) == ODD_OK)) return;
    check_all(WORLD, is(&m, "clustering/accuracy", 1) && is(&m, "clustering/nmi", 1) &&
                         is(&m, "clustering/ari", 1));
    check_all(WORLD, odd_bundle_get(&m, "clustering/label", ODD_STRING, 1, &label) == ODD_OK &&
                         label->shape.width == 7 &&
                         memcmp(label->data, "Hat\0\0\0\0a\0\0\0\0\0\0handbagshoe\0\0\0", 28) == 0);
    check_all(WORLD,
              odd_bundle_get(&m, "clustering/cluster_of_label", ODD_I64, 1, &cluster) == ODD_OK &&
                  memcmp(cluster->data, expected, sizeof expected) == 0);
    const odd_array *accuracy = odd_bundle_find(&m, "clustering/accuracy");
    check_all(WORLD, strstr(accuracy->about, "held out") == NULL);
    odd_bundle_free(&m);
    fixture_remove(WORLD);
}

/* No clusters, one label, none that can be compared: nothing is said, and nothing fails. */
static void test_nothing_to_compare(void)
{
    static const image one[] = {{"a", 0, false}, {"a", 1, false}, {"", 2, false}};
    static const image apart[] = {{"a", NAN, false}, {"b", 1, true}, {"b", NAN, false}};
    static const image many[] = {{"a", 0, false}, {"b", 1e9, false}}; /* a table of that width */
    odd_bundle m;
    fixture_folder(WORLD);
    check_all(WORLD, evaluate(9, plain, 9, false, &m) == ODD_OK && m.count == 0);
    check_all(WORLD, evaluate(3, one, 3, true, &m) == ODD_OK && m.count == 0);
    check_all(WORLD, evaluate(3, apart, 3, true, &m) == ODD_OK && m.count == 0);
    check_all(WORLD, evaluate(2, many, 2, true, &m) == ODD_OK && m.count == 0);
    fixture_remove(WORLD);
}

static void test_refused(void)
{
    static const double wrong[] = {-1, 0.5, -INFINITY};
    odd_bundle m;
    fixture_folder(WORLD);
    check_all(WORLD, evaluate(9, plain, 8, true, &m) == ODD_FORMAT && m.count == 0);
    check_all(WORLD, strstr(odd_fail_reason(), "scores.h5 has 8 rows, the catalogue 9") != NULL);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        image images[9];
        memcpy(images, plain, sizeof images);
        images[3].cluster = wrong[i];
        const odd_status st = evaluate(9, images, 9, true, &m);
        check_all(WORLD, st == ODD_NUMERIC && strstr(odd_fail_reason(), "row 3") && m.count == 0);
    }
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"counted by hand", test_by_hand},
    {"clusters that are labels", test_perfect},
    {"nothing to compare", test_nothing_to_compare},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
