/* Predictions of a network for images, against sums worked out here: as they are, damaged,
 * mirrored; what it loses by that; and which folds predict which images. */
#include "training_fixture.h"

const char *odd_test_name = "stage/damage_predict";

enum { COUNT = 150 }; /* more than two chunks; images come again */

static const char *const plain[] = {"train.network=[dense 1]", "train.damage.kinds=[square]",
                                    "train.damage.side=3", NULL};
static const char *const mirrored[] = {"train.network=[dense 1]", "train.damage.kinds=[square]",
                                       "train.damage.side=3", "train.augment.flip=true", NULL};

static void fill_rows(const training *t, int64_t row[COUNT])
{
    for (int64_t i = 0; i < COUNT; i++)
        row[i] = t->t.images.row[i * 7 % t->t.images.readable];
}

static odd_graph *network(const training *t, const char *layer)
{
    const int64_t shape[3] = {1, SIDE, SIDE};
    const char *const item[] = {layer};
    odd_graph *graph = NULL;
    ODD_CHECK(odd_train_network(t->job, "train.network", 3, shape, 1, item, 5, &graph) == ODD_OK);
    return graph;
}

/* Output `o` of one dense layer for the levels x of an image, by its definition. */
static double dense(const odd_graph *graph, int o, const float x[LEVELS])
{
    double sum = 0;
    const int64_t outputs = odd_tensor_values(&graph->tensor[graph->output[0]]);
    for (int i = 0; i < graph->tensors; i++) {
        const odd_tensor *w = &graph->tensor[i];
        if (!w->data) continue;
        if (odd_tensor_values(w) == outputs) sum += w->data[o]; /* the biases */
        if (odd_tensor_values(w) != outputs * LEVELS) continue;
        const bool by_output = w->shape[0] == outputs && w->shape[1] == LEVELS;
        for (int k = 0; k < LEVELS; k++)
            sum += (double)x[k] * w->data[by_output ? o * LEVELS + k : k * outputs + o];
    }
    return sum;
}

static void mirror(const float x[LEVELS], float out[LEVELS])
{
    for (int k = 0; k < LEVELS; k++)
        out[k] = x[k / SIDE * SIDE + SIDE - 1 - k % SIDE];
}

/* Log odds of an image as it is in the batch: of one value, or of two, and both ways round. */
static double expected(const odd_graph *graph, const float x[LEVELS], bool both_ways)
{
    const bool two = odd_tensor_values(&graph->tensor[graph->output[0]]) == 2;
    float other[LEVELS];
    mirror(x, other);
    const double here = two ? dense(graph, 1, x) - dense(graph, 0, x) : dense(graph, 0, x);
    const double there =
        two ? dense(graph, 1, other) - dense(graph, 0, other) : dense(graph, 0, other);
    return both_ways ? (here + there) / 2 : here;
}

static void predict_and_compare(const char *const sets[], const char *layer, bool damage,
                                bool both_ways)
{
    training t;
    odd_train_batch batch;
    double odds[COUNT], altered[COUNT];
    int64_t row[COUNT];
    training_open(WORLD, sets, &odd_task_damage, &t);
    odd_graph *graph = network(&t, layer);
    const odd_damage_task *task = damage ? &odd_damage_of(&t.t)->task : NULL;
    fill_rows(&t, row);
    bool good = odd_train_batch_new(&t.t.images, COUNT, &batch) == ODD_OK &&
                odd_train_batch_load(&t.t.images, task, COUNT, row, 2, &batch) == ODD_OK;
    good = odd_damage_predict_as(&t.t, graph, task, 2, COUNT, row, odds, altered) == ODD_OK && good;
    for (int64_t i = 0; good && i < COUNT; i++)
        good = fabs(odds[i] - expected(graph, batch.input + i * LEVELS, both_ways)) < 1e-4 &&
               altered[i] == batch.altered[i];
    check_all(WORLD, good);
    odd_train_batch_free(&batch);
    odd_graph_free(&graph);
    training_close(&t);
}

static void test_odds(void)
{
    predict_and_compare(plain, "dense 1", false, false);
    predict_and_compare(plain, "dense 1", true, false);
    predict_and_compare(plain, "dense 2", true, false);
    predict_and_compare(mirrored, "dense 2", true, true);
}

/* By row; what was altered is set where the task damages images, not where they are as stored. */
static void test_by_row(void)
{
    training t;
    double odds[IMAGES], again[IMAGES], altered[IMAGES];
    bool good = true;
    training_open(WORLD, plain, &odd_task_damage, &t);
    const odd_train_images *images = &t.t.images;
    odd_graph *graph = network(&t, "dense 1");
    for (int i = 0; i < IMAGES; i++)
        odds[i] = -7;
    memset(odd_damage_of(&t.t)->altered, 9, IMAGES);
    good = odd_damage_predict(&t.t, graph, images->readable, images->row, false, odds) == ODD_OK;
    check_all(WORLD, good && odd_damage_of(&t.t)->altered[0] == 9 && odds[UNREADABLE] == -7);
    good = odd_damage_predict(&t.t, graph, images->readable, images->row, true, odds) == ODD_OK;
    good = odd_damage_predict_as(&t.t, graph, &odd_damage_of(&t.t)->task, 0, images->readable,
                                 images->row, again, altered) == ODD_OK &&
           good;
    for (int64_t i = 0; i < images->readable; i++)
        good = good && odds[images->row[i]] == again[i] &&
               odd_damage_of(&t.t)->altered[images->row[i]] == altered[i];
    check_all(WORLD, good && odd_damage_of(&t.t)->altered[UNREADABLE] == 9);
    odd_graph_free(&graph);
    training_close(&t);
}

/* What each image adds: weights times squares of the output, whose target is 0. */
static void set_targets(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES])
{
    (void)images;
    target[0].value = target[1].value = batch->value + at;
}

static const odd_train_task squares = {.settings = &(const odd_part){.name = "squares"},
                                       .set_targets = set_targets};

static void test_objective(void)
{
    training t;
    double objective[COUNT], odds[COUNT], altered[COUNT];
    int64_t row[COUNT];
    training_open(WORLD, plain, &squares, &t);
    odd_graph *graph = network(&t, "dense 1");
    const odd_loss loss[] = {{ODD_LOSS_SQUARED, graph->output[0], 1},
                             {ODD_LOSS_SQUARED, graph->output[0], 0.25}};
    fill_rows(&t, row);
    bool good = odd_damage_predict_as(&t.t, graph, NULL, 0, COUNT, row, odds, altered) == ODD_OK;
    good = odd_train_objective(&t.t, graph, 2, loss, COUNT, row, objective) == ODD_OK && good;
    for (int64_t i = 0; i < COUNT; i++)
        good = good && fabs(objective[i] - 1.25 * odds[i] * odds[i]) < 1e-5;
    check_all(WORLD, good);
    odd_graph_free(&graph);
    training_close(&t);
}

static bool as_all(MPI_Comm team, const double odds[COUNT])
{
    training t;
    double mine[COUNT], altered[COUNT];
    int64_t row[COUNT];
    if (team == MPI_COMM_NULL) return true;
    training_open(team, plain, &odd_task_damage, &t);
    odd_graph *graph = network(&t, "dense 2");
    fill_rows(&t, row);
    bool same = odd_damage_predict_as(&t.t, graph, &odd_damage_of(&t.t)->task, 0, COUNT, row, mine,
                                      altered) == ODD_OK;
    same = same && memcmp(mine, odds, sizeof mine) == 0;
    odd_graph_free(&graph);
    training_close(&t);
    return same;
}

static void test_ranks(void)
{
    training t;
    double odds[COUNT], altered[COUNT];
    int64_t row[COUNT];
    training_open(SELF, plain, &odd_task_damage, &t);
    odd_graph *graph = network(&t, "dense 2");
    fill_rows(&t, row);
    const odd_status st = odd_damage_predict_as(&t.t, graph, &odd_damage_of(&t.t)->task, 0, COUNT,
                                                row, odds, altered);
    odd_graph_free(&graph);
    training_close(&t);
    if (!check_all(WORLD, st == ODD_OK)) return;
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        check_all(WORLD, as_all(team, odds));
        test_team_free(&team);
    }
}

/* ---- loss and accuracy ---- */

/* Images 0 and 1 are damaged: log odds 2 and -1; 2 and 3 are not: -3 and 1000. */
static void test_grade(void)
{
    static const int64_t row[] = {0, 1, 2, 3};
    static const double odds[] = {2, -1, -3, 1000};
    training t;
    double loss, accuracy;
    training_open(SELF, plain, &odd_task_damage, &t);
    odd_damage_of(&t.t)->kind[0] = odd_damage_of(&t.t)->kind[1] = 0;
    odd_damage_of(&t.t)->kind[2] = odd_damage_of(&t.t)->kind[3] = -1;
    odd_damage_evaluate(&t.t, 4, row, odds, &loss, &accuracy);
    CU_ASSERT_EQUAL(accuracy, 0.5);
    CU_ASSERT(fabs(loss - (log1p(exp(-2)) + log1p(exp(1)) + log1p(exp(-3)) + 1000) / 4) < 1e-12);
    odd_damage_evaluate(&t.t, 0, row, odds, &loss, &accuracy);
    CU_ASSERT(isnan(loss) && isnan(accuracy));
    training_close(&t);
}

/* ---- folds ---- */

/* 39 readable images: 13 in each of three folds; 9 or 10 in each of four. */
static void test_folds(void)
{
    static const char *const folds[] = {"train.folds=3", "train.folds=4"};
    int32_t three[IMAGES] = {0};
    for (int f = 0; f < 2; f++) {
        const char *const sets[] = {plain[0], folds[f], NULL},
                          *other[] = {plain[0], folds[f], "seed=2", NULL};
        training t, seeded;
        int count[4] = {0};
        bool good = true;
        training_open(SELF, sets, &odd_task_damage, &t);
        training_open(SELF, other, &odd_task_damage, &seeded);
        const odd_damage_result *r = odd_damage_of(&t.t);
        for (int64_t i = 0; i < t.t.images.readable; i++) {
            const int64_t row = t.t.images.row[i];
            good = good && r->fold[row] >= 0 && r->fold[row] < 3 + f;
            if (good) count[r->fold[row]]++;
            good = good &&
                   r->kind[row] == odd_damage_task_kind(&odd_damage_of(&t.t)->task, row, 0) &&
                   isnan(r->odds_as_is[row]) && isnan(r->odds_in_task[row]);
        }
        for (int k = 0; k < 3 + f; k++)
            good = good && (f == 0 ? count[k] == 13 : count[k] == 9 || count[k] == 10);
        CU_ASSERT(good && r->fold[UNREADABLE] == -1 && r->kind[UNREADABLE] == -1);
        CU_ASSERT(memcmp(r->fold, odd_damage_of(&seeded.t)->fold, IMAGES * sizeof *r->fold) != 0);
        if (f == 0) memcpy(three, r->fold, sizeof three);
        training_close(&t);
        training_close(&seeded);
    }
    odd_broadcast(WORLD, 0, three, sizeof three);
    training t;
    const char *const sets[] = {plain[0], folds[0], NULL};
    training_open(SELF, sets, &odd_task_damage, &t);
    check_all(WORLD,
              memcmp(three, odd_damage_of(&t.t)->fold, sizeof three) == 0); /* on every rank */
    training_close(&t);
}

CU_TestInfo odd_tests[] = {
    {"log odds", test_odds},
    {"by row", test_by_row},
    {"objective", test_objective},
    {"ranks do not show", test_ranks},
    {"loss and accuracy", test_grade},
    {"folds", test_folds},
    CU_TEST_INFO_NULL,
};
