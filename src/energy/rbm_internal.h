/**
 * RBM: what its files share. B rows of a batch, V visible and H hidden units.
 */
#ifndef ODDLOT_ENERGY_RBM_INTERNAL_H
#define ODDLOT_ENERGY_RBM_INTERNAL_H

#include "oddlot/energy/rbm.h"

/* ---- rbm_units.c ---- */

/** x := 1 / (1 + exp(-x)), to 2e-7. */
void odd_units_sigmoid(int64_t count, float x[]);
/** Sum of log(1 + exp(scale x)). */
double odd_units_softplus(int64_t count, double scale, const float x[]);

/* Draws of one row: numbers of it and of the stretch of draws. */
typedef struct {
    uint64_t seed, row;
    uint32_t stretch; /* each has draws for 2^20 units */
} odd_units_key;
enum { ODD_UNITS_MOST = 1 << 20 };

/** state: 1 with probability p, else 0. p and state may be the same. */
void odd_units_draw(const odd_units_key *key, int64_t count, const float p[], float state[]);
/** x += a standard normal draw. */
void odd_units_add_noise(const odd_units_key *key, int64_t count, float x[]);

/* ---- rbm_pass.c ---- */

/** input (count, H) = visible W' + c. */
void odd_rbm_hidden_input(const odd_rbm *rbm, int count, const float visible[], float input[]);
/** input (count, V) = scale hidden W + bias (V). */
void odd_rbm_visible_input(const odd_rbm *rbm, int count, float scale, const float bias[],
                           const float hidden[], float input[]);

/* ---- rbm_share.c ---- */

/** Groups of rows, or slices of units, of a rank: [first, last). */
typedef struct {
    int64_t first, last;
} odd_rbm_range;
odd_rbm_range odd_rbm_range_of(int64_t count, int64_t each, int rank, int size);
/** Each rank's part of rows (count, width), cut as above by `each`, becomes everybody's.
 *  @collective */
void odd_rbm_share(MPI_Comm comm, int64_t count, int64_t each, int64_t width, float value[]);

#endif
