/* Ranking: scores in the order of the catalogue, the oddest first, unreadable images nowhere; files
 * that do not fit each other are refused. */
#include "stage_fixture.h"

#include "stage/score/score_internal.h"

#include "oddlot/base/minmax.h"

const char *odd_test_name = "stage/score_ranking";

enum { IMAGES = 9, ROWS = 6, COLUMNS = 5 };

/* Images 1, 4 and 8 cannot be read. Columns of the mixture: log_odds, posterior, log_density,
 * mahalanobis; then the residual. Rows 2 and 5 are as odd by the first. */
static const int64_t row[ROWS + 1] = {0, 2, 3, 5, 6, 7, 8 /* one too many */};
static const double given[ROWS * COLUMNS] = {
    -3, 0.05, -9,  1, 0.1, /* image 0 */
    2,  0.90, -11, 5, 0.2, /* 2 */
    -1, 0.30, -8,  2, 0.9, /* 3 */
    2,  0.90, -10, 6, 0.3, /* 5 */
    7,  0.99, -30, 9, 0.4, /* 6 */
    -5, 0.01, -12, 3, 0.5, /* 7 */
};

/* Some ranks have rows, the second none: my part of `rows` rows. */
static odd_partition my_part(int64_t rows)
{
    static const int64_t cut[][5] = {{0, 6}, {0, 6, 6}, {0, 2, 2, 6}, {0, 2, 2, 5, 6}};
    const int64_t *first = cut[odd_rank(WORLD) < 4 ? odd_size(WORLD) - 1 : 0] + odd_rank(WORLD);
    const int64_t from = odd_min(first[0], rows);
    const int64_t to = odd_rank(WORLD) == odd_size(WORLD) - 1 ? rows : odd_min(first[1], rows);
    return (odd_partition){.n = rows, .row0 = from, .n_local = to - from};
}

/* All rank, by a job with these words; the features have `rows` of the rows. */
static odd_status rank_by(const char *const sets[], int64_t rows, const int64_t of[],
                          int64_t scored, odd_scored *s)
{
    odd_job *job = job_of(sets);
    odd_run run = {.comm = WORLD, .job = job};
    const odd_bundle model = ODD_BUNDLE_EMPTY;
    const odd_scoring_sources from = {job, &model, NULL};
    const column columns[] = {{"row", ODD_I64, rows, of}, {NULL, ODD_I64, 0, NULL}};
    odd_file *features = file_of("features.h5", columns);
    odd_status st = ODD_ARG;
    *s = (odd_scored){.n = IMAGES, .part = my_part(scored)};
    s->value = odd_alloc(s->part.n_local * COLUMNS, sizeof *s->value);
    for (int64_t i = 0; i < s->part.n_local * COLUMNS; i++)
        s->value[i] = given[(s->part.row0 * COLUMNS + i) % (ROWS * COLUMNS)];
    if (features && odd_scoring_new(job, odd_detector_find("mixture"), &s->by) == ODD_OK)
        st = odd_score_rank(&run, NULL, features, &from, s);
    odd_file_close(&features);
    odd_job_free(&job);
    return st;
}

#define RANK(s, ...) rank_by((const char *const[]){__VA_ARGS__, NULL}, ROWS, row, ROWS, s)

/* On each rank its rows' places; together those of all. */
static bool in_order(const odd_scored *s, const int64_t order[ROWS])
{
    bool same = true;
    for (int64_t i = 0; i < s->part.n_local; i++)
        same = same && s->place[i] >= 0 && s->place[i] < ROWS && order[s->place[i]] == s->image[i];
    return same;
}

static bool has_score(const odd_scored *s, int64_t image, double score)
{
    for (int64_t i = 0; i < s->part.n_local; i++)
        if (s->image[i] == image) return s->score[i] == score;
    return true; /* of another rank */
}

static void test_order(void)
{
    static const int64_t by_odds[] = {6, 2, 5, 3, 0, 7}; /* of equal ones the first */
    static const int64_t by_density[] = {6, 7, 2, 5, 0, 3}, by_residual[] = {3, 7, 6, 5, 2, 0};
    odd_scored s;
    fixture_folder(WORLD);
    check_all(WORLD, RANK(&s, "seed=1") == ODD_OK && in_order(&s, by_odds));
    check_all(WORLD, has_score(&s, 6, 7) && has_score(&s, 0, -3));
    odd_scored_free(&s);
    /* a smaller density is odder: what ranks is its negative */
    check_all(WORLD, RANK(&s, "score.rank_by=log_density") == ODD_OK && in_order(&s, by_density));
    check_all(WORLD, has_score(&s, 6, 30) && has_score(&s, 3, 8));
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.rank_by=reconstruction") == ODD_OK);
    check_all(WORLD, in_order(&s, by_residual));
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

/* Every image is written by one rank, which has its row if it has one. */
static void test_places(void)
{
    int64_t written[IMAGES] = {0};
    odd_scored s;
    bool good = true;
    fixture_folder(WORLD);
    if (!check_all(WORLD, RANK(&s, "seed=1") == ODD_OK)) return;
    for (int64_t i = 0; i < s.part.n_local; i++)
        good = good && s.image[i] == row[s.part.row0 + i] && s.image[i] >= s.first &&
               s.image[i] < s.first + s.span;
    for (int64_t i = s.first; i < s.first + s.span; i++)
        written[i]++;
    odd_sum_i64(WORLD, written, IMAGES);
    for (int i = 0; i < IMAGES; i++)
        good = good && written[i] == 1;
    check_all(WORLD, good);
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

/* In scores.h5 every value is where its image is; what cannot be read has none. */
static void test_written(void)
{
    static const int64_t ranks[IMAGES] = {5, 0, 2, 4, 0, 3, 1, 6, 0};
    const odd_run run = {.comm = WORLD};
    odd_scored s;
    odd_file *file = NULL;
    double *density = NULL;
    int64_t *rank = NULL, n;
    bool good = true;
    fixture_folder(WORLD);
    const char *path = fixture_path("scores.h5");
    if (!check_all(WORLD, RANK(&s, "seed=1") == ODD_OK)) return;
    check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK);
    check_all(WORLD, odd_score_write(&run, file, &s) == ODD_OK);
    check_all(WORLD, odd_file_publish(&file) == ODD_OK);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    odd_column_read(file, "columns/log_density", ODD_F64, (void **)&density, &n);
    odd_column_read(file, "rank", ODD_I64, (void **)&rank, &n);
    for (int i = 0; i < ROWS; i++)
        good = good && density && density[row[i]] == given[i * COLUMNS + 2];
    check_all(WORLD, good && rank && memcmp(rank, ranks, sizeof ranks) == 0);
    check_all(WORLD, isnan(density[1]) && isnan(density[4]) && isnan(density[8]));
    odd_free(density);
    odd_free(rank);
    odd_file_close(&file);
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

/* Those that I write are flagged, have their places, and begin so. */
static bool told(const odd_scored *s, const char *begins)
{
    bool good = true;
    for (int64_t i = 0; i < s->flagged.n_local; i++)
        good = good && s->to_write[i].place == s->flagged.row0 + i &&
               strncmp(s->to_write[i].reason, begins, strlen(begins)) == 0;
    return good;
}

static void test_flagged(void)
{
    odd_scored s;
    fixture_folder(WORLD);
    check_all(WORLD, RANK(&s, "seed=1") == ODD_OK && s.flagged.n == 3); /* by probability */
    check_all(WORLD, told(&s, "anomaly with probability 0.9"));
    if (odd_rank(WORLD) == 0) {
        CU_ASSERT(s.flagged.n_local == 3 && s.to_write[0].image == 6 && s.to_write[2].image == 5);
        CU_ASSERT(strstr(s.to_write[0].reason, "0.990") && s.to_write[1].probability == 0.9);
    }
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.flag_by=share", "score.flag_share=0.85") == ODD_OK);
    check_all(WORLD, s.flagged.n == 5 && told(&s, "a"));
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.flag_by=share", "score.flag_share=0") == ODD_OK);
    check_all(WORLD, s.flagged.n == 0);
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

static void refused(int64_t rows, const int64_t of[], int64_t scored, const char *words)
{
    const char *const sets[] = {NULL};
    odd_scored s;
    check_all(WORLD, rank_by(sets, rows, of, scored, &s) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), words) != NULL);
    odd_scored_free(&s);
}

static void test_refused(void)
{
    static const int64_t off[ROWS] = {0, 2, 3, 5, 6, IMAGES}, before[ROWS] = {-1, 2, 3, 5, 6, 7};
    static const int64_t twice[ROWS] = {0, 2, 3, 3, 6, 7}, falling[ROWS] = {0, 2, 5, 3, 6, 7};
    fixture_folder(WORLD);
    refused(ROWS, off, ROWS, "row 5 is of image 9");
    refused(ROWS, before, ROWS, "row 0 is of image -1");
    refused(ROWS, twice, ROWS, "row 3 is of image 3");
    refused(ROWS, falling, ROWS, "row 3 is of image 3");
    refused(ROWS + 1, row, ROWS, "7 images, reduce.h5 6 rows");
    refused(ROWS - 1, row, ROWS, "5 images, reduce.h5 6 rows");
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* A catalogue of which nothing can be read has no ranking, but is no failure. */
static void test_nothing_readable(void)
{
    const char *const sets[] = {NULL};
    odd_scored s;
    fixture_folder(WORLD);
    check_all(WORLD, rank_by(sets, 0, row, 0, &s) == ODD_OK);
    check_all(WORLD, s.flagged.n == 0 && s.span == (odd_rank(WORLD) == 0 ? IMAGES : 0));
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"the oddest first", test_order},
    {"each image on one rank", test_places},
    {"each value where its image is", test_written},
    {"which are flagged", test_flagged},
    {"refused", test_refused},
    {"nothing readable", test_nothing_readable},
    CU_TEST_INFO_NULL,
};
