/* Scoring: the columns beside the detector's own, which of them ranks, what networks say of an
 * image, and the sentence for it. */
#include "stage_fixture.h"

#include "oddlot/stage/scoring.h"

const char *odd_test_name = "stage/scoring";

#define DAMAGE  "train.network=['dense 2']", "train.task=damage"
#define ENCODER "train.network=['dense 2']", "train.task=autoencoder"

/* By a job with these words; the job stays until the next call. */
static odd_status scoring_of(const char *detector, const char *const sets[], odd_scoring *out)
{
    static odd_job *job;
    odd_job_free(&job);
    job = job_of(sets);
    return odd_scoring_new(job, odd_detector_find(detector), out);
}

#define SCORING(out, detector, ...)                                                                \
    scoring_of(detector, (const char *const[]){__VA_ARGS__, NULL}, out)

static bool has_columns(const odd_scoring *s, const char *const names[])
{
    bool same = true;
    int count = 0;
    for (; names[count]; count++)
        same = same && count < s->columns && strcmp(s->column[count].name, names[count]) == 0;
    return same && count == s->columns;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_columns(void)
{
    odd_scoring s;
    CU_ASSERT_EQUAL(SCORING(&s, "knn", "seed=1"), ODD_OK);
    CU_ASSERT(has_columns(&s, NAMES("distance", "nearest", "reconstruction")));
    CU_ASSERT(s.residual == 2 && s.trained == -1 && !s.task && s.probability == -1);
    CU_ASSERT_EQUAL(SCORING(&s, "mixture", "seed=1"), ODD_OK);
    CU_ASSERT(s.probability == 1 && strcmp(s.column[1].name, "posterior") == 0);
    CU_ASSERT_EQUAL(SCORING(&s, "knn", DAMAGE), ODD_OK);
    CU_ASSERT(has_columns(
        &s, NAMES("distance", "nearest", "reconstruction", "damage", "damage_probability")));
    CU_ASSERT(s.residual == 2 && s.trained == 3 && s.task && s.probability == -1);
    CU_ASSERT_EQUAL(SCORING(&s, "mixture", DAMAGE), ODD_OK);
    CU_ASSERT(s.probability == 1 && s.trained == 5); /* that of what ranks */
    /* an auto-encoder has a better right to the name */
    CU_ASSERT_EQUAL(SCORING(&s, "knn", ENCODER), ODD_OK);
    CU_ASSERT(has_columns(&s, NAMES("distance", "nearest", "residual", "reconstruction")));
    CU_ASSERT(s.residual == 2 && s.trained == 3 && s.probability == -1);
    CU_ASSERT_EQUAL(
        SCORING(&s, "knn", "train.network=['dense 8', 'sample 2']", "train.task=autoencoder"),
        ODD_OK);
    CU_ASSERT(has_columns(&s, NAMES("distance", "nearest", "residual", "reconstruction",
                                    "reconstruction_probability")));
    CU_ASSERT(s.column[4].ranks == -1);
}

static void test_who_ranks(void)
{
    odd_scoring s;
    CU_ASSERT_EQUAL(SCORING(&s, "mixture", "seed=1"), ODD_OK);
    CU_ASSERT_EQUAL(s.rank_by, 0);
    CU_ASSERT_STRING_EQUAL(odd_scoring_name(&s), "mixture");
    CU_ASSERT_EQUAL(SCORING(&s, "mixture", "score.rank_by=log_density"), ODD_OK);
    CU_ASSERT(s.rank_by == 2 && s.probability == 1);
    CU_ASSERT_EQUAL(SCORING(&s, "knn", "score.rank_by=reconstruction"), ODD_OK);
    CU_ASSERT_EQUAL(s.rank_by, s.residual);
    CU_ASSERT_STRING_EQUAL(odd_scoring_name(&s), "knn"); /* the residual is the reduction's */
    CU_ASSERT_EQUAL(SCORING(&s, "mixture", DAMAGE, "score.rank_by=damage"), ODD_OK);
    CU_ASSERT(s.rank_by == s.trained && s.probability == s.trained + 1);
    CU_ASSERT_STRING_EQUAL(odd_scoring_name(&s), "damage");
    CU_ASSERT_EQUAL(SCORING(&s, "knn", ENCODER, "score.rank_by=reconstruction"), ODD_OK);
    CU_ASSERT_EQUAL(s.rank_by, s.trained);
    CU_ASSERT_STRING_EQUAL(odd_scoring_name(&s), "reconstruction");
}

/* The names to choose from are those that rank. */
static void test_no_such_column(void)
{
    odd_scoring s;
    CU_ASSERT_EQUAL(SCORING(&s, "kmeans", "score.rank_by=beauty"), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "no score 'beauty'; kmeans gives distance "
                                                     "normality reconstruction"));
    CU_ASSERT_EQUAL(SCORING(&s, "kmeans", "score.rank_by=cluster"), ODD_USAGE);
    CU_ASSERT_EQUAL(SCORING(&s, "knn", "score.rank_by=damage"), ODD_USAGE); /* nobody says it */
    CU_ASSERT_EQUAL(SCORING(&s, "knn", DAMAGE, "score.rank_by=damage_probability"), ODD_USAGE);
}

/* ---- scores ---- */

enum { N = 90, D = 3 };

static odd_rows rows_in_memory(float x[N * D])
{
    const odd_partition part = odd_partition_rows(WORLD, N);
    for (int64_t i = 0; i < part.n_local * D; i++)
        x[i] = sinf((float)(part.row0 * D + i)) + (part.row0 + i / D == 41 ? 9 : 0);
    return odd_rows_in_memory(WORLD, N, D, x);
}

/* The detector's own columns, then the residual: row by row. */
static void test_scores(void)
{
    float x[N * D];
    double residual[N], own[N * 2], *score = NULL;
    const odd_rows rows = rows_in_memory(x);
    const odd_detector *knn = odd_detector_find("knn");
    const char *const sets[] = {DAMAGE, NULL};
    odd_job *job = job_of(sets);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_scoring s;
    for (int64_t i = 0; i < rows.part.n_local; i++)
        residual[i] = 1000 + (double)(rows.part.row0 + i);
    bool good = odd_scoring_new(job, knn, &s) == ODD_OK;
    good = knn->fit(odd_part_options(job, "fit", "knn"), &rows, ODD_NOTHING_KNOWN, 1, &model) ==
               ODD_OK &&
           good;
    good = knn->score(&model, &rows, own) == ODD_OK && good;
    good = odd_scoring_do(&s, &model, &rows, residual, &score) == ODD_OK && good;
    for (int64_t i = 0; good && i < rows.part.n_local; i++)
        good = score[i * 5] == own[2 * i] && score[i * 5 + 1] == own[2 * i + 1] &&
               score[i * 5 + 2] == residual[i] && score[i * 5] > 0;
    check_all(WORLD, good && s.columns == 5);
    odd_free(score);
    odd_bundle_free(&model);
    odd_job_free(&job);
}

/* ---- what networks say ---- */

enum { IMAGES = 60, ROWS = 40 }; /* images 1, 4, ... cannot be read */

static int64_t row[ROWS];
static double log_odds[IMAGES], probability[IMAGES], calibrated[IMAGES];

static void fill_columns(void)
{
    for (int i = 0, at = 0; i < IMAGES; i++) {
        const bool readable = i % 3 != 1;
        log_odds[i] = readable ? i / 10. - 3 : NAN;
        probability[i] = readable ? i / 100. : NAN;
        calibrated[i] = readable ? i - 30. : NAN;
        if (readable) row[at++] = i;
    }
}

static const column features_columns[] = {{"row", ODD_I64, ROWS, row}, {NULL, ODD_I64, 0, NULL}};

static const column train_columns[] = {{"log_odds", ODD_F64, IMAGES, log_odds},
                                       {"probability", ODD_F64, IMAGES, probability},
                                       {"calibrated", ODD_F64, IMAGES, calibrated},
                                       {NULL, ODD_I64, 0, NULL}};

/* My rows' columns `damage` and `damage_probability`, with this setting. */
static odd_status ask(const char *setting, const column train[], odd_partition *part,
                      double score[ROWS * 5])
{
    odd_scoring s;
    fill_columns();
    odd_status st = SCORING(&s, "knn", DAMAGE, setting);
    odd_file *features = file_of("features.h5", features_columns);
    odd_file *said = file_of("train.h5", train);
    *part = odd_partition_rows(WORLD, ROWS);
    for (int i = 0; i < ROWS * 5; i++)
        score[i] = -7;
    if (st == ODD_OK && features && said)
        st = odd_agree(WORLD, odd_scoring_add_trained(&s, features, said, part, score));
    odd_file_close(&features);
    odd_file_close(&said);
    return st;
}

static void test_trained(void)
{
    odd_partition part;
    double score[ROWS * 5];
    fixture_folder(WORLD);
    bool good = ask("score.damage_share=0", train_columns, &part, score) == ODD_OK;
    for (int64_t i = 0; i < part.n_local; i++)
        good = good && score[5 * i + 3] == log_odds[row[part.row0 + i]] &&
               score[5 * i + 4] == probability[row[part.row0 + i]] && score[5 * i + 2] == -7;
    check_all(WORLD, good);
    /* with a share of its own: by Bayes, odds times 1 / 9 where a tenth is damaged */
    good = ask("score.damage_share=0.1", train_columns, &part, score) == ODD_OK;
    for (int64_t i = 0; i < part.n_local; i++) {
        const double odds = exp(calibrated[row[part.row0 + i]]) / 9;
        good = good && score[5 * i + 3] == log_odds[row[part.row0 + i]] &&
               fabs(score[5 * i + 4] - odds / (1 + odds)) < 1e-12;
    }
    check_all(WORLD, good && odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_of_other_images(void)
{
    const column fewer[] = {{"log_odds", ODD_F64, IMAGES - 1, log_odds},
                            {"probability", ODD_F64, IMAGES - 1, probability},
                            {NULL, ODD_I64, 0, NULL}};
    const column missing[] = {{"log_odds", ODD_F64, IMAGES, log_odds}, {NULL, ODD_I64, 0, NULL}};
    odd_partition part;
    double score[ROWS * 5];
    fixture_folder(WORLD);
    check_all(WORLD, ask("score.damage_share=0", fewer, &part, score) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "of other images") != NULL);
    check_all(WORLD, ask("score.damage_share=0", missing, &part, score) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "probability") != NULL);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* ---- reasons ---- */

static void test_reasons(void)
{
    const double score[5] = {2.5, 2, 7, 1.5, 0.8125};
    const odd_bundle empty = ODD_BUNDLE_EMPTY;
    const odd_scoring_sources from = {NULL, &empty, NULL};
    odd_scoring s;
    char reason[160], little[10];
    CU_ASSERT_EQUAL(SCORING(&s, "knn", DAMAGE), ODD_OK);
    odd_scoring_reason(&s, &from, 0, score, reason, sizeof reason);
    CU_ASSERT_STRING_EQUAL(reason, "distance 2.5 from its nearest neighbours");
    CU_ASSERT_EQUAL(SCORING(&s, "knn", DAMAGE, "score.rank_by=damage"), ODD_OK);
    odd_scoring_reason(&s, &from, 0, score, reason, sizeof reason);
    CU_ASSERT_STRING_EQUAL(reason, "damage of probability 0.812, by a network that has not seen "
                                   "the image");
    odd_scoring_reason(&s, &from, 0, score, little, sizeof little);
    CU_ASSERT_STRING_EQUAL(little, "damage of");
    CU_ASSERT_EQUAL(SCORING(&s, "knn", ENCODER, "score.rank_by=reconstruction"), ODD_OK);
    odd_scoring_reason(&s, &from, 0, score, reason, sizeof reason);
    CU_ASSERT_STRING_EQUAL(reason, "reconstruction 1.5, by the auto-encoder");
}

CU_TestInfo odd_tests[] = {
    {"which columns there are", test_columns},
    {"who ranks", test_who_ranks},
    {"no such column", test_no_such_column},
    {"scores and residuals", test_scores},
    {"what networks say", test_trained},
    {"networks of other images", test_of_other_images},
    {"reasons", test_reasons},
    CU_TEST_INFO_NULL,
};
