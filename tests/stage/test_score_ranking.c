/* Ranking: scores in the order of the catalogue, the oddest first, unreadable images nowhere; files
 * that do not fit each other are refused. */
#include "run/selection_internal.h"
#include "stage_fixture.h"

#include "stage/score/score_internal.h"

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

/* Rank 0 ranks, by a job with these words; the features have `rows` of the rows. */
static odd_status rank_by(const char *const sets[], int64_t rows, const int64_t of[],
                          int64_t scored, odd_scored *s)
{
    uint8_t verified[IMAGES] = {0};
    odd_selection selection = {.rows = IMAGES, .verified = verified};
    odd_job *job = job_of(sets);
    odd_run run = {.comm = WORLD, .job = job, .selection = &selection};
    const odd_bundle model = ODD_BUNDLE_EMPTY;
    const odd_scoring_sources from = {job, &model, NULL};
    const column columns[] = {{"row", ODD_I64, rows, of}, {NULL, ODD_I64, 0, NULL}};
    odd_file *features = file_of("features.h5", columns);
    odd_status st = ODD_ARG;
    *s = (odd_scored){.n = IMAGES};
    if (features && odd_scoring_new(job, odd_detector_find("mixture"), &s->by) == ODD_OK)
        st = odd_score_rank(&run, features, &from, scored, given, s);
    odd_file_close(&features);
    odd_job_free(&job);
    return st;
}

#define RANK(s, ...) rank_by((const char *const[]){__VA_ARGS__, NULL}, ROWS, row, ROWS, s)

static bool in_order(const odd_scored *s, const int64_t order[ROWS])
{
    return s->readable == ROWS && memcmp(s->order, order, ROWS * sizeof *order) == 0;
}

static void test_order(void)
{
    static const int64_t by_odds[] = {6, 2, 5, 3, 0, 7}; /* of equal ones the first */
    static const int64_t by_density[] = {6, 7, 2, 5, 0, 3}, by_residual[] = {3, 7, 6, 5, 2, 0};
    odd_scored s;
    fixture_folder(WORLD);
    check_all(WORLD, RANK(&s, "seed=1") == ODD_OK && in_order(&s, by_odds));
    check_all(WORLD, s.score[6] == 7 && s.score[0] == -3);
    odd_scored_free(&s);
    /* a smaller density is odder: what ranks is its negative */
    check_all(WORLD, RANK(&s, "score.rank_by=log_density") == ODD_OK && in_order(&s, by_density));
    check_all(WORLD, s.score[6] == 30 && s.score[3] == 8 && s.value[2 * IMAGES + 6] == -30);
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.rank_by=reconstruction") == ODD_OK);
    check_all(WORLD, in_order(&s, by_residual));
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

/* Every value is where its image is; what cannot be read has none. */
static void test_places(void)
{
    odd_scored s;
    bool good = true;
    fixture_folder(WORLD);
    if (!check_all(WORLD, RANK(&s, "seed=1") == ODD_OK)) return;
    for (int i = 0; i < ROWS; i++)
        for (int c = 0; c < COLUMNS; c++)
            good = good && s.value[c * IMAGES + row[i]] == given[i * COLUMNS + c];
    for (int c = 0; c < COLUMNS; c++)
        good = good && isnan(s.value[c * IMAGES + 1]) && isnan(s.value[c * IMAGES + 4]) &&
               isnan(s.value[c * IMAGES + 8]);
    check_all(WORLD, good && isnan(s.score[1]) && isnan(s.score[4]) && isnan(s.score[8]));
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

static void test_flagged(void)
{
    odd_scored s;
    fixture_folder(WORLD);
    check_all(WORLD, RANK(&s, "seed=1") == ODD_OK && s.flagged == 3); /* by probability */
    for (int64_t i = 0; i < s.flagged; i++)
        check_all(WORLD, strncmp(s.reason[i], "anomaly with probability 0.9", 28) == 0);
    check_all(WORLD, strstr(s.reason[0], "0.990") && strstr(s.reason[1], "0.900"));
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.flag_by=share", "score.flag_share=0.85") == ODD_OK);
    check_all(WORLD, s.flagged == 5 && strlen(s.reason[4]) > 20);
    odd_scored_free(&s);
    check_all(WORLD, RANK(&s, "score.flag_by=share", "score.flag_share=0") == ODD_OK);
    check_all(WORLD, s.flagged == 0);
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
    check_all(WORLD, s.readable == 0 && s.flagged == 0 && isnan(s.score[0]));
    odd_scored_free(&s);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"the oddest first", test_order},
    {"each value in its place", test_places},
    {"which are flagged", test_flagged},
    {"refused", test_refused},
    {"nothing readable", test_nothing_readable},
    CU_TEST_INFO_NULL,
};
