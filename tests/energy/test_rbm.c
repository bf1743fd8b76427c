/* Restricted Boltzmann machines small enough to be counted out: free energies, the slope that
 * contrastive divergence follows, log Z by annealing, and the same bits on any ranks and threads.
 */
#include "oddlot_test_mpi.h"

#include "energy/rbm_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/energy/rbm.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "energy/rbm";

#define WORLD MPI_COMM_WORLD
#define SELF  MPI_COMM_SELF

enum { V = 7, H = 5 };

/* One whose units have something to say to each other. */
static odd_rbm strong_rbm(odd_visible_kind kind, double strength)
{
    odd_rbm rbm;
    ODD_CHECK(odd_rbm_new(V, H, kind, 3, &rbm) == ODD_OK);
    for (int i = 0; i < V * H; i++)
        rbm.weight[i] *= (float)(100 * strength);
    for (int i = 0; i < V; i++)
        rbm.visible_bias[i] = 0.3F * (float)i - 1;
    for (int j = 0; j < H; j++)
        rbm.hidden_bias[j] = 0.5F - 0.4F * (float)j;
    return rbm;
}

static void unpack(int bits, int count, float to[])
{
    for (int i = 0; i < count; i++)
        to[i] = (float)(bits >> i & 1);
}

/* c_j + W_j v in double. */
static double input_of(const odd_rbm *rbm, int j, const float v[])
{
    double sum = (double)rbm->hidden_bias[j];
    for (int i = 0; i < rbm->visible; i++)
        sum += (double)rbm->weight[j * rbm->visible + i] * (double)v[i];
    return sum;
}

static double energy_of(const odd_rbm *rbm, const float v[], const float h[])
{
    double sum = 0;
    for (int i = 0; i < rbm->visible; i++) {
        const double x = (double)v[i], b = (double)rbm->visible_bias[i];
        sum += rbm->kind == ODD_VISIBLE_GAUSSIAN ? (x - b) * (x - b) / 2 : -b * x;
    }
    for (int j = 0; j < rbm->hidden; j++)
        sum -= (double)h[j] * input_of(rbm, j, v);
    return sum;
}

/* By all states of the hidden units. */
static double counted_free_energy(const odd_rbm *rbm, const float v[])
{
    double sum = 0;
    for (int bits = 0; bits < 1 << H; bits++) {
        float h[H];
        unpack(bits, H, h);
        sum += exp(-energy_of(rbm, v, h));
    }
    return -log(sum);
}

/* By all states of the visible units; of Gaussian ones by those of the hidden units:
 * (2 pi)^(V/2) exp(c'h + b'W'h + |W'h|^2 / 2). */
static double counted_log_z(const odd_rbm *rbm)
{
    double sum = 0;
    const bool gaussian = rbm->kind == ODD_VISIBLE_GAUSSIAN;
    for (int bits = 0; bits < 1 << (gaussian ? H : V); bits++) {
        float h[H], v[V];
        double log_term = gaussian ? V * log(2 * 3.14159265358979323846) / 2 : 0;
        if (!gaussian) {
            unpack(bits, V, v);
            sum += exp(-counted_free_energy(rbm, v));
            continue;
        }
        unpack(bits, H, h);
        for (int j = 0; j < H; j++)
            log_term += (double)h[j] * (double)rbm->hidden_bias[j];
        for (int i = 0; i < V; i++) {
            double back = 0;
            for (int j = 0; j < H; j++)
                back += (double)h[j] * (double)rbm->weight[j * V + i];
            log_term += back * (double)rbm->visible_bias[i] + back * back / 2;
        }
        sum += exp(log_term);
    }
    return log(sum);
}

/* ---- passes ---- */

static void test_passes(void)
{
    for (int kind = 0; kind < 2; kind++) {
        odd_rbm rbm = strong_rbm((odd_visible_kind)kind, 1);
        float v[3 * V], h[3 * H], back[3 * V], input[3 * H];
        double energy[3];
        bool ok = true;
        for (int i = 0; i < 3 * V; i++)
            v[i] = (float)odd_uniform(1, ODD_STREAM_TEST, (uint64_t)i, 0);
        odd_rbm_hidden(&rbm, 3, v, h);
        odd_rbm_visible(&rbm, 3, h, back);
        odd_rbm_free_energy(&rbm, 3, v, input, energy);
        for (int r = 0; r < 3; r++) {
            for (int j = 0; j < H; j++)
                ok = ok && fabs((double)h[r * H + j] -
                                1 / (1 + exp(-input_of(&rbm, j, v + r * V)))) < 1e-6;
            for (int i = 0; i < V; i++) {
                double x = (double)rbm.visible_bias[i];
                for (int j = 0; j < H; j++)
                    x += (double)h[r * H + j] * (double)rbm.weight[j * V + i];
                ok = ok && fabs((double)back[r * V + i] - (kind ? x : 1 / (1 + exp(-x)))) < 1e-5;
            }
            ok = ok && fabs(energy[r] - counted_free_energy(&rbm, v + r * V)) < 1e-5;
        }
        check_all(WORLD, ok);
        odd_rbm_free(&rbm);
    }
}

static void test_units(void)
{
    enum { N = 700 };
    float x[N], s[N];
    double plain = 0, worst = 0;
    for (int i = 0; i < N; i++) {
        s[i] = x[i] = (float)(i - 350) / 3;
        plain += log1p(exp(0.7 * (double)x[i]));
    }
    odd_units_sigmoid(N, s);
    for (int i = 0; i < N; i++)
        worst = fmax(worst, fabs((double)s[i] - 1 / (1 + exp(-(double)x[i]))));
    check_all(WORLD, worst < 3e-7);
    check_all(WORLD, fabs(odd_units_softplus(N, 0.7, x) / plain - 1) < 1e-6);
}

static void test_draws(void)
{
    enum { N = 40000 };
    float *p = odd_alloc(N, sizeof *p), *state = odd_alloc(N, sizeof *state);
    const odd_units_key key = {7, 5, 0}, other = {7, 5, 1};
    int64_t ones = 0, differ = 0;
    double sum = 0, square = 0;
    for (int i = 0; i < N; i++)
        p[i] = 0.3F;
    odd_units_draw(&key, N, p, state);
    for (int i = 0; i < N; i++)
        ones += state[i] > 0;
    odd_units_draw(&other, N, p, p);
    for (int i = 0; i < N; i++)
        differ += p[i] != state[i];
    check_all(WORLD, fabs((double)ones / N - 0.3) < 0.01 && fabs((double)differ / N - 0.42) < 0.01);
    memset(p, 0, N * sizeof *p);
    odd_units_add_noise(&key, N, p);
    for (int i = 0; i < N; i++) {
        sum += (double)p[i];
        square += (double)p[i] * (double)p[i];
    }
    check_all(WORLD, fabs(sum / N) < 0.02 && fabs(square / N - 1) < 0.03);
    odd_free(p);
    odd_free(state);
}

/* ---- log Z ---- */

static void test_annealing(void)
{
    for (int kind = 0; kind < 2; kind++) {
        odd_rbm rbm = strong_rbm((odd_visible_kind)kind, kind ? 0.5 : 1.5);
        float base[V];
        for (int i = 0; i < V; i++)
            base[i] = 0.1F * (float)i;
        odd_rbm_partition found, again;
        const double exact = counted_log_z(&rbm);
        const bool ok = odd_rbm_anneal(WORLD, &rbm, base, 400, 1000, 11, &found) == ODD_OK &&
                        odd_rbm_anneal(SELF, &rbm, base, 400, 1000, 11, &again) == ODD_OK;
        if (!check_all(WORLD, ok && fabs(found.log_z - exact) < 0.05 && found.low < exact &&
                                  exact < found.high))
            fprintf(stderr, "log Z %.5f (%.5f ... %.5f), exactly %.5f\n", found.log_z, found.low,
                    found.high, exact);
        check_all(WORLD, ok && memcmp(&found, &again, sizeof found) == 0);
        odd_rbm_free(&rbm);
    }
}

/* ---- learning ---- */

enum { ROWS = 200, BATCH = 40 };

/* Two patterns, some units of which are wrong now and then. */
static float pattern(int64_t row, int i)
{
    const bool on = row % 2 ? i < V / 2 : i >= V / 2;
    const bool flip = odd_uniform(2, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)i) < 0.05;
    return on != flip ? 1 : 0;
}

static void one_step(odd_rbm_learner *l, int64_t first, uint64_t turn, double *error)
{
    int64_t row[BATCH], at, mine;
    float *x = odd_rbm_learner_rows(l, BATCH, &at, &mine);
    for (int64_t i = 0; i < BATCH; i++)
        row[i] = first + i;
    for (int64_t i = 0; i < mine; i++)
        for (int j = 0; j < V; j++)
            x[i * V + j] = pattern(first + at + i, j);
    odd_rbm_learner_step(l, BATCH, row, turn, error);
}

static double mean_log_likelihood(const odd_rbm *rbm)
{
    double sum = 0;
    for (int64_t row = 0; row < ROWS; row++) {
        float v[V];
        for (int i = 0; i < V; i++)
            v[i] = pattern(row, i);
        sum -= counted_free_energy(rbm, v);
    }
    return sum / ROWS - counted_log_z(rbm);
}

/* Learns by these options; another learner goes on in the middle. */
static odd_rbm learn(MPI_Comm comm, int threads, const odd_rbm_options *options, int epochs,
                     bool break_off, double *error)
{
    odd_rbm rbm;
    odd_rbm_learner *l;
    odd_threads_setup(threads, 1);
    ODD_CHECK(odd_rbm_new(V, H, ODD_VISIBLE_BERNOULLI, 5, &rbm) == ODD_OK);
    ODD_CHECK(odd_rbm_learner_new(comm, &rbm, options, BATCH, 9, &l) == ODD_OK);
    for (int e = 0; e < epochs; e++) {
        if (break_off && e == epochs / 2) {
            float *state = odd_alloc(odd_rbm_learner_state_size(l), sizeof *state);
            odd_rbm_learner_save(l, state);
            odd_rbm_learner_free(&l);
            ODD_CHECK(odd_rbm_learner_new(comm, &rbm, options, BATCH, 9, &l) == ODD_OK);
            odd_rbm_learner_load(l, state);
            odd_free(state);
        }
        for (int64_t first = 0; first < ROWS; first += BATCH)
            one_step(l, first, (uint64_t)(e * ROWS + first), error);
    }
    odd_rbm_learner_free(&l);
    odd_threads_setup(1, 1);
    return rbm;
}

static const odd_rbm_options ways[] = {
    {.rate = 0.1, .momentum = 0.5, .weight_decay = 1e-4, .steps = 1},
    {.rate = 0.1, .momentum = 0.5, .weight_decay = 1e-4, .steps = 5},
    {.rate = 0.05, .momentum = 0.5, .weight_decay = 1e-4, .steps = 1, .persistent = true},
    {.rate = 0.1, .momentum = 0.5, .sparsity = 0.2, .sparsity_cost = 0.1, .steps = 1},
};
enum { WAYS = sizeof ways / sizeof *ways };

/* Two patterns of a half each with 5 % of 7 units wrong: entropy log 2 + 7 x 0.1985. Without an
 * idea of them a row has log(1/2) x 7 = -4.85. */
static void test_learns(void)
{
    for (int w = 0; w < WAYS - 1; w++) {
        double error = 0;
        odd_rbm rbm = learn(SELF, 1, &ways[w], 150, false, &error);
        const double found = mean_log_likelihood(&rbm);
        if (!check_all(WORLD, found > -2.4 && found < -1.8 && error / BATCH < 0.9))
            fprintf(stderr, "way %d: log likelihood %.4f, error %.4f\n", w, found, error / BATCH);
        odd_rbm_free(&rbm);
    }
}

static void test_ranks_and_breaks(void)
{
    for (int w = 0; w < WAYS; w++) {
        double error[3] = {0};
        odd_rbm self = learn(SELF, 1, &ways[w], 6, false, error);
        odd_rbm world = learn(WORLD, 2, &ways[w], 6, false, error + 1);
        odd_rbm broken = learn(WORLD, 1, &ways[w], 6, true, error + 2);
        const size_t bytes = V * H * sizeof(float);
        check_all(WORLD,
                  memcmp(self.weight, world.weight, bytes) == 0 &&
                      memcmp(self.weight, broken.weight, bytes) == 0 &&
                      memcmp(self.hidden_bias, world.hidden_bias, H * sizeof(float)) == 0 &&
                      memcmp(self.visible_bias, broken.visible_bias, V * sizeof(float)) == 0 &&
                      error[0] == error[1] && error[0] == error[2]);
        odd_rbm_free(&self);
        odd_rbm_free(&world);
        odd_rbm_free(&broken);
    }
}

/* So large that all ranks and threads have something to do: groups of rows, slices of units. A step
 * of which no error is asked for learns the same. */
enum { LARGE_V = 70, LARGE_H = 150, LARGE_BATCH = 130 };

static odd_rbm learn_large(MPI_Comm comm, int threads, bool persistent, bool measured)
{
    const odd_rbm_options o = {.rate = 0.1, .momentum = 0.5, .steps = 1, .persistent = persistent};
    odd_rbm rbm;
    odd_rbm_learner *l;
    odd_threads_setup(threads, 1);
    ODD_CHECK(odd_rbm_new(LARGE_V, LARGE_H, ODD_VISIBLE_BERNOULLI, 5, &rbm) == ODD_OK);
    ODD_CHECK(odd_rbm_learner_new(comm, &rbm, &o, LARGE_BATCH, 9, &l) == ODD_OK);
    for (int turn = 0; turn < 4; turn++) {
        const int64_t count = LARGE_BATCH - 50 * turn / 2;
        int64_t row[LARGE_BATCH], at, mine;
        float *x = odd_rbm_learner_rows(l, count, &at, &mine);
        double error;
        for (int64_t i = 0; i < count; i++)
            row[i] = i;
        for (int64_t i = 0; i < mine * LARGE_V; i++)
            x[i] = pattern(at + i / LARGE_V, (int)(i % LARGE_V));
        odd_rbm_learner_step(l, count, row, (uint64_t)turn, measured ? &error : NULL);
    }
    odd_rbm_learner_free(&l);
    odd_threads_setup(1, 1);
    return rbm;
}

static void test_large(void)
{
    for (int persistent = 0; persistent < 2; persistent++) {
        odd_rbm self = learn_large(SELF, 1, persistent, true);
        odd_rbm world = learn_large(WORLD, 3, persistent, false);
        check_all(WORLD,
                  memcmp(self.weight, world.weight, LARGE_V * LARGE_H * sizeof(float)) == 0 &&
                      memcmp(self.hidden_bias, world.hidden_bias, LARGE_H * sizeof(float)) == 0 &&
                      memcmp(self.visible_bias, world.visible_bias, LARGE_V * sizeof(float)) == 0);
        odd_rbm_free(&self);
        odd_rbm_free(&world);
    }
}

/* The target of sparsity is kept. */
static void test_sparsity(void)
{
    double active[2], error;
    for (int w = 0; w < 2; w++) {
        odd_rbm_options o = ways[WAYS - 1];
        o.sparsity_cost = w ? 1 : 0;
        odd_rbm rbm = learn(SELF, 1, &o, 150, false, &error);
        active[w] = 0;
        for (int64_t row = 0; row < ROWS; row++) {
            float v[V], h[H];
            for (int i = 0; i < V; i++)
                v[i] = pattern(row, i);
            odd_rbm_hidden(&rbm, 1, v, h);
            for (int j = 0; j < H; j++)
                active[w] += (double)h[j] / (ROWS * H);
        }
        odd_rbm_free(&rbm);
    }
    if (!check_all(WORLD, fabs(active[1] - 0.2) < 0.06 && fabs(active[0] - 0.2) > 0.1))
        fprintf(stderr, "active: %.4f, with a target %.4f\n", active[0], active[1]);
}

CU_TestInfo odd_tests[] = {
    {"passes and free energies", test_passes},
    {"sigmoid and softplus", test_units},
    {"draws", test_draws},
    {"log Z by annealing", test_annealing},
    {"learning raises the exact likelihood", test_learns},
    {"the same bits on any ranks, and after a break", test_ranks_and_breaks},
    {"the same bits of large batches, measured or not", test_large},
    {"sparsity", test_sparsity},
    CU_TEST_INFO_NULL,
};
