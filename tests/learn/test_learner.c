/* Learner: an epoch loads each row once, in an order that the seed and the epoch determine; what is
 * learnt has the same bits on any number of ranks. */
#include "oddlot_test_mpi.h"

#include "oddlot/learn/learner.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "learn.learner";

#define WORLD MPI_COMM_WORLD
#define SELF  MPI_COMM_SELF

enum { ROWS = 29, FIRST = 100, BATCH = 8, SHARDS = 3, INPUTS = 4, MOST_SEEN = 200 };

/* Rows are FIRST, FIRST + 3, ...: their values and the target are worked out from the number. */
static float value_of(int64_t row, int j)
{
    return (float)odd_normal(5, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
}

static float target_of(int64_t row)
{
    return value_of(row, 0) - 2 * value_of(row, 1) + 0.5f;
}

typedef struct {
    float x[BATCH * INPUTS], target[BATCH];
    int64_t seen[MOST_SEEN]; /* rows that this rank has loaded, one after the other */
    uint32_t epoch[MOST_SEEN];
    int64_t seen_count;
    int64_t fails_at;          /* a row that cannot be loaded; -1: none */
    const int64_t *id[SHARDS]; /* of the shards that are being filled, */
    int64_t at[SHARDS], images[SHARDS];
    int shards_set;
} data_state;

typedef struct {
    data_state state;
    int64_t row[ROWS];
    odd_learner learner;
    odd_progress *progress;
} session;

/* The ids of shards are those of the rows that they begin with. */
static bool ids_are_rows(const data_state *s, int64_t count, const int64_t row[])
{
    int64_t all = 0;
    bool good = true;
    for (int k = 0; k < s->shards_set; k++) {
        good = good && s->at[k] == all && s->images[k] > 0;
        for (int64_t i = 0; good && i < s->images[k]; i++)
            good = s->id[k][i] == row[s->at[k] + i];
        all += s->images[k];
    }
    return good && all == count;
}

static odd_status load_batch(void *context, int64_t count, const int64_t row[], uint32_t epoch)
{
    data_state *s = context;
    if (!ids_are_rows(s, count, row)) return odd_fail(ODD_DIFFER, "ids are not those of rows");
    s->shards_set = 0;
    for (int64_t i = 0; i < count; i++) {
        if (row[i] == s->fails_at) return odd_fail(ODD_FORMAT, "row %lld", (long long)row[i]);
        if (s->seen_count == MOST_SEEN) return odd_fail(ODD_ARG, "too many rows are loaded");
        s->seen[s->seen_count] = row[i];
        s->epoch[s->seen_count++] = epoch;
        s->target[i] = target_of(row[i]);
        for (int j = 0; j < INPUTS; j++)
            s->x[i * INPUTS + j] = value_of(row[i], j);
    }
    return ODD_OK;
}

static data_state *current; /* that the dataset may only look at */

static void set_shard(const void *context, int64_t at, odd_shard *shard)
{
    const data_state *s = context;
    current->id[s->shards_set] = shard->id;
    current->at[s->shards_set] = at;
    current->images[s->shards_set] = shard->images;
    current->shards_set++;
    shard->input = s->x + at * INPUTS;
    shard->target[0].value = s->target + at;
}

static void open_session(MPI_Comm comm, uint64_t seed, double rate, session *s)
{
    static const int64_t shape[] = {INPUTS};
    static const char *const item[] = {"dense 3", "tanh", "dropout 0.2", "dense 1"};
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_graph *g = NULL;
    *s = (session){.state.fails_at = -1};
    for (int i = 0; i < ROWS; i++)
        s->row[i] = FIRST + 3 * i;
    s->learner = (odd_learner){.comm = comm,
                               .seed = seed,
                               .batch = BATCH,
                               .shards = SHARDS,
                               .count = ROWS,
                               .row = s->row,
                               .dataset = {&s->state, load_batch, set_shard},
                               .schedule = {.kind = ODD_SCHEDULE_CONSTANT, .rate = rate}};
    ODD_CHECK(odd_network_new("net", 1, shape, 4, item, ODD_INITIAL_HE, 3, &g) == ODD_OK);
    const odd_loss loss = {ODD_LOSS_SQUARED, g->output[0], 1};
    ODD_CHECK(odd_learner_open(&s->learner, g, 1, &loss, &options) == ODD_OK);
    ODD_CHECK(odd_learner_max_rows(&s->learner) <= BATCH + SHARDS);
    s->progress = odd_progress_start(comm, "test", "rows", ROWS);
    odd_graph_free(&g);
}

static void close_session(session *s)
{
    odd_progress_stop(&s->progress);
    odd_learner_close(&s->learner);
}

static odd_status learn(session *s, int64_t epoch, odd_tally *sum)
{
    s->state.seen_count = 0;
    current = &s->state;
    return odd_learner_epoch(&s->learner, epoch, s->progress, sum);
}

/* Those of all ranks of the communicator together: each row once, in this epoch. */
static bool each_once(const session *s, uint32_t epoch)
{
    int64_t times[ROWS] = {0};
    bool good = true;
    for (int64_t i = 0; i < s->state.seen_count; i++) {
        const int64_t place = (s->state.seen[i] - FIRST) / 3;
        good = good && place >= 0 && place < ROWS && s->state.epoch[i] == epoch;
        if (good) times[place]++;
    }
    odd_sum_i64(s->learner.comm, times, ROWS);
    for (int i = 0; i < ROWS; i++)
        good = good && times[i] == 1;
    return good;
}

/* ---- the order ---- */

static void test_order(void)
{
    session s, late, other;
    odd_tally sum;
    int64_t first[ROWS], second[ROWS];
    open_session(SELF, 7, 0.01, &s);
    open_session(SELF, 7, 0.01, &late);
    open_session(SELF, 8, 0.01, &other);
    check_all(WORLD, learn(&s, 1, &sum) == ODD_OK && each_once(&s, 1) && sum.images == ROWS);
    memcpy(first, s.state.seen, sizeof first);
    check_all(WORLD, learn(&s, 2, &sum) == ODD_OK && each_once(&s, 2));
    memcpy(second, s.state.seen, sizeof second);
    check_all(WORLD, memcmp(first, second, sizeof first) != 0);
    /* who begins with epoch 2, as after a stop, has its order too */
    check_all(WORLD, learn(&late, 2, &sum) == ODD_OK);
    check_all(WORLD, memcmp(late.state.seen, second, sizeof second) == 0);
    check_all(WORLD, learn(&other, 1, &sum) == ODD_OK && each_once(&other, 1));
    check_all(WORLD, memcmp(other.state.seen, first, sizeof first) != 0);
    close_session(&s);
    close_session(&late);
    close_session(&other);
}

/* No place is favoured: over many epochs a row is early as often as late. */
static void test_order_is_fair(void)
{
    enum { EPOCHS = 400 };
    session s;
    odd_tally sum;
    bool good = true;
    double mean[ROWS] = {0};
    open_session(SELF, 11, 0.01, &s);
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
        good = good && learn(&s, epoch, &sum) == ODD_OK;
        for (int i = 0; i < ROWS; i++)
            mean[(s.state.seen[i] - FIRST) / 3] += (double)i / EPOCHS;
    }
    /* expected (ROWS - 1) / 2, standard deviation of a mean ROWS / sqrt(12 EPOCHS) = 0.42 */
    for (int i = 0; i < ROWS; i++)
        good = good && fabs(mean[i] - (ROWS - 1) / 2.) < 5 * 0.42;
    check_all(WORLD, good);
    close_session(&s);
}

/* ---- what is learnt ---- */

static bool same_state(const session *a, const session *b)
{
    odd_bundle x = ODD_BUNDLE_EMPTY, y = ODD_BUNDLE_EMPTY;
    bool same = odd_trainer_save(a->learner.trainer, &x) == ODD_OK &&
                odd_trainer_save(b->learner.trainer, &y) == ODD_OK && x.count == y.count;
    for (int i = 0; same && i < x.count; i++) {
        int64_t bytes, other;
        same = odd_shape_bytes(&x.array[i].shape, &bytes) == ODD_OK &&
               odd_shape_bytes(&y.array[i].shape, &other) == ODD_OK && bytes == other &&
               memcmp(x.array[i].data, y.array[i].data, (size_t)bytes) == 0;
    }
    odd_bundle_free(&x);
    odd_bundle_free(&y);
    return same;
}

static bool as_alone(MPI_Comm team, const session *alone, const odd_tally last[])
{
    session s;
    odd_tally sum;
    bool good = true;
    if (team == MPI_COMM_NULL) return true;
    open_session(team, 7, 0.01, &s);
    for (int64_t epoch = 1; epoch <= 3; epoch++)
        good = learn(&s, epoch, &sum) == ODD_OK && each_once(&s, (uint32_t)epoch) &&
               sum.loss == last[epoch].loss && sum.images == ROWS && good;
    good = good && same_state(&s, alone);
    close_session(&s);
    return good;
}

static void test_ranks(void)
{
    session alone;
    odd_tally sum[4];
    bool good = true;
    open_session(SELF, 7, 0.01, &alone);
    for (int64_t epoch = 1; epoch <= 3; epoch++)
        good = learn(&alone, epoch, &sum[epoch]) == ODD_OK && good;
    check_all(WORLD, good && sum[3].loss < sum[1].loss);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        check_all(WORLD, as_alone(team, &alone, sum));
        test_team_free(&team);
    }
    close_session(&alone);
}

/* A stop between epochs does not show. */
static void test_going_on(void)
{
    session whole, part, rest;
    odd_bundle state = ODD_BUNDLE_EMPTY;
    odd_tally sum;
    open_session(SELF, 7, 0.01, &whole);
    open_session(SELF, 7, 0.01, &part);
    open_session(SELF, 7, 0.01, &rest);
    bool good = learn(&whole, 1, &sum) == ODD_OK && learn(&whole, 2, &sum) == ODD_OK;
    good = good && learn(&part, 1, &sum) == ODD_OK && !same_state(&part, &whole);
    good = good && odd_trainer_save(part.learner.trainer, &state) == ODD_OK &&
           odd_trainer_load(rest.learner.trainer, &state) == ODD_OK;
    check_all(WORLD, good && learn(&rest, 2, &sum) == ODD_OK && same_state(&rest, &whole));
    odd_bundle_free(&state);
    close_session(&whole);
    close_session(&part);
    close_session(&rest);
}

/* The rate of each step is that of the schedule: steps go on over epochs. */
static void test_schedule(void)
{
    session plain, falling;
    odd_tally sum;
    open_session(SELF, 7, 0.01, &plain);
    open_session(SELF, 7, 0.01, &falling);
    const int64_t steps = (ROWS + BATCH - 1) / BATCH;
    falling.learner.schedule =
        (odd_schedule){.kind = ODD_SCHEDULE_STEP, .rate = 0.01, .every = steps, .factor = 0.5};
    bool good = learn(&plain, 1, &sum) == ODD_OK && learn(&falling, 1, &sum) == ODD_OK;
    check_all(WORLD, good && odd_trainer_steps(plain.learner.trainer) == steps);
    check_all(WORLD, same_state(&plain, &falling)); /* the first epoch is before the first fall */
    good = learn(&plain, 2, &sum) == ODD_OK && learn(&falling, 2, &sum) == ODD_OK;
    check_all(WORLD, good && !same_state(&plain, &falling));
    close_session(&plain);
    close_session(&falling);
}

/* ---- failures ---- */

/* A row of one rank cannot be loaded: all ranks fail alike. */
static void test_failures(void)
{
    session s;
    odd_tally sum;
    open_session(WORLD, 7, 0.01, &s);
    s.state.fails_at = FIRST + 3 * 17;
    check_all(WORLD, learn(&s, 1, &sum) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "row 151") != NULL);
    close_session(&s);
    open_session(WORLD, 7, 1e30, &s);
    odd_status st = ODD_OK;
    for (int64_t epoch = 1; epoch <= 30 && st == ODD_OK; epoch++)
        st = learn(&s, epoch, &sum);
    check_all(WORLD, st == ODD_NUMERIC);
    close_session(&s);
}

CU_TestInfo odd_tests[] = {
    {"the order of an epoch", test_order},
    {"the order is fair", test_order_is_fair},
    {"ranks do not show", test_ranks},
    {"a stop does not show", test_going_on},
    {"the schedule of rates", test_schedule},
    {"failures", test_failures},
    CU_TEST_INFO_NULL,
};
