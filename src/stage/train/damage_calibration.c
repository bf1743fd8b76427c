/* Calibration: log odds of networks become calibrated probabilities.
 *
 * Each network gets maps of Platt's from the images of its own fold, which it has not seen and
 * whose damage is known: the fold is cut into parts, and the map of each part is fitted to the
 * others, so that no image calibrates itself. The share of damaged images is taken out of the maps:
 * in a catalogue it differs from that in training. */
#include "stage/train/damage_calibration_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/eval/platt.h"
#include "oddlot/eval/roc.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PARTS = 5 };

/* Images as the task damages them, or not. */
typedef struct {
    int64_t n;
    double *score; /* (n) log odds */
    uint8_t *truth;
} sample;

static void draw_parts(const odd_training *t, int32_t part[])
{
    const uint64_t seed = (uint64_t)t->run->options->seed;
    for (int64_t i = 0; i < odd_damage_of(t)->n; i++)
        part[i] = -1;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        part[row] = (int32_t)odd_below(PARTS, seed, ODD_STREAM_PLATT, (uint64_t)row, 0);
    }
}

/* The number of the map for an image. */
static int64_t map_of(const odd_training *t, const odd_damage_calibration *c, int64_t row)
{
    return odd_damage_of(t)->fold[row] * PARTS + c->part[row];
}

/* Probability from log odds, and back. */
static double probability_of(double odds)
{
    return odds >= 0 ? 1 / (1 + exp(-odds)) : exp(odds) / (1 + exp(odds));
}

static double odds_of(double probability)
{
    return log(probability / (1 - probability));
}

/* -- maps -- */

static odd_status sample_new(const odd_training *t, sample *s)
{
    odd_status st;
    ODD_TRY(ODD_NEW(s->score, t->images.readable));
    ODD_TRY(ODD_NEW(s->truth, t->images.readable));
done:
    return st;
}

static void sample_free(sample *s)
{
    odd_free(s->score);
    odd_free(s->truth);
}

/* The images that the map of one part of a fold is fitted to: those of the fold's other parts. */
static void collect_sample(const odd_training *t, const int32_t part[], int64_t map, sample *s)
{
    const odd_damage_result *r = t->state;
    s->n = 0;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (r->fold[row] != map / PARTS || part[row] == map % PARTS) continue;
        s->score[s->n] = r->odds_in_task[row];
        s->truth[s->n++] = r->kind[row] >= 0;
    }
}

/* Where one kind of image is missing, the network's log odds are left as they are. */
static odd_status learn_map(const odd_training *t, int64_t number, const sample *s, odd_platt *map)
{
    odd_status st = odd_platt_fit(s->n, s->score, s->truth, map);
    if (st != ODD_ARG) return st;
    *map =
        (odd_platt){.slope = 1, .offset = 0, .prior = odds_of(odd_damage_of(t)->task.probability)};
    odd_log(ODD_LOG_INFO, "train: too few images to calibrate the network of fold %lld",
            (long long)number / PARTS + 1);
    return ODD_OK;
}

/* map: (folds, PARTS). */
static odd_status learn_maps(const odd_training *t, const int32_t part[], odd_platt map[])
{
    sample s = {0};
    odd_status st;
    ODD_TRY(sample_new(t, &s));
    for (int64_t i = 0; i < t->options->folds * PARTS; i++) {
        collect_sample(t, part, i, &s);
        ODD_TRY(learn_map(t, i, &s, &map[i]));
    }
done:
    sample_free(&s);
    return st;
}

/* -- reliability -- */

static odd_status measure_reliability(const odd_training *t, const odd_platt map[],
                                      odd_damage_calibration *c)
{
    const odd_damage_result *r = t->state;
    const int64_t n = t->images.readable;
    double *raw = NULL, *calibrated = NULL;
    sample s = {0};
    odd_roc roc = {0};
    odd_status st;
    c->auc = NAN;
    ODD_TRY(sample_new(t, &s));
    ODD_TRY(ODD_NEW(raw, n));
    ODD_TRY(ODD_NEW(calibrated, n));
    for (int64_t i = 0; i < n; i++) {
        const int64_t row = t->images.row[i];
        const odd_platt *m = &map[map_of(t, c, row)];
        s.score[i] = odd_platt_evidence(m, r->odds_in_task[row]);
        s.truth[i] = r->kind[row] >= 0;
        s.n += s.truth[i];
        raw[i] = probability_of(r->odds_in_task[row]);
        calibrated[i] = probability_of(s.score[i] + m->prior);
    }
    ODD_TRY(odd_reliability_of(n, raw, s.truth, &c->before));
    ODD_TRY(odd_reliability_of(n, calibrated, s.truth, &c->after));
    if (s.n == 0 || s.n == n) goto done;
    ODD_TRY(odd_roc_curve(n, s.score, s.truth, &roc));
    c->auc = roc.auc;
done:
    odd_roc_free(&roc);
    sample_free(&s);
    odd_free(raw);
    odd_free(calibrated);
    return st;
}

/* -- the catalogue -- */

/* The share of damaged images in the catalogue, from the evidence of all images, by EM: Saerens,
 * Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities",
 * Neural Computation 14, 2002. Fills the probabilities with it. */
static double adjust_share(const odd_training *t, const double evidence[], double probability[])
{
    enum { MOST_ROUNDS = 10000 };
    const double least = 1e-9, good_enough = 1e-12;
    double share = 0.5, moved = 1;
    for (int64_t i = 0; i < odd_damage_of(t)->n; i++)
        probability[i] = NAN;
    for (int round = 0; round < MOST_ROUNDS && moved > good_enough; round++) {
        const double by = odds_of(share);
        double sum = 0;
        for (int64_t i = 0; i < t->images.readable; i++) {
            const int64_t row = t->images.row[i];
            sum += probability[row] = probability_of(evidence[row] + by);
        }
        const double next = fmin(fmax(sum / (double)t->images.readable, least), 1 - least);
        moved = fabs(next - share);
        share = next;
    }
    return share;
}

static void calibrate_images(const odd_training *t, const odd_platt map[],
                             odd_damage_calibration *c)
{
    for (int64_t i = 0; i < odd_damage_of(t)->n; i++)
        c->evidence[i] = NAN;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        c->evidence[row] =
            odd_platt_evidence(&map[map_of(t, c, row)], odd_damage_of(t)->odds_as_is[row]);
    }
}

odd_status odd_damage_calibrate(const odd_training *t, odd_damage_calibration *out)
{
    const int64_t maps = t->options->folds * PARTS;
    odd_platt *map = NULL;
    odd_status st;
    *out = (odd_damage_calibration){0};
    ODD_TRY(ODD_NEW(map, maps));
    ODD_TRY(ODD_NEW(out->part, odd_damage_of(t)->n));
    ODD_TRY(ODD_NEW(out->slope, maps));
    ODD_TRY(ODD_NEW(out->offset, maps));
    ODD_TRY(ODD_NEW(out->evidence, odd_damage_of(t)->n));
    ODD_TRY(ODD_NEW(out->probability, odd_damage_of(t)->n));
    draw_parts(t, out->part);
    ODD_TRY(learn_maps(t, out->part, map));
    for (int64_t i = 0; i < maps; i++) {
        out->slope[i] = map[i].slope;
        out->offset[i] = map[i].offset - map[i].prior;
    }
    ODD_TRY(measure_reliability(t, map, out));
    calibrate_images(t, map, out);
    out->share = adjust_share(t, out->evidence, out->probability);
done:
    odd_free(map);
    return st;
}

void odd_damage_calibration_free(odd_damage_calibration *c)
{
    odd_free(c->part);
    odd_free(c->slope);
    odd_free(c->offset);
    odd_free(c->evidence);
    odd_free(c->probability);
    *c = (odd_damage_calibration){0};
}

/* -- results -- */

static odd_status add_maps(const odd_training *t, const odd_damage_calibration *c, odd_bundle *out)
{
    const size_t bytes = (size_t)(t->options->folds * PARTS) * sizeof(double);
    double *slope, *offset;
    odd_status st;
    ODD_TRY(odd_bundle_add(out, "calibration/slope", ODD_F64,
                           "(fold, part): calibrated = slope log_odds + offset", &slope, 2,
                           t->options->folds, (int64_t)PARTS));
    ODD_TRY(odd_bundle_add(out, "calibration/offset", ODD_F64, "see slope", &offset, 2,
                           t->options->folds, (int64_t)PARTS));
    memcpy(slope, c->slope, bytes);
    memcpy(offset, c->offset, bytes);
done:
    return st;
}

static odd_status add_reliability(const odd_reliability *r, const char *group, odd_bundle *out)
{
    const struct {
        const char *name, *about;
        const double *value;
    } column[] = {
        {"expected", "mean probability in each tenth of 0 ... 1, NaN: none is there", r->expected},
        {"happened", "share of them that were damaged", r->happened},
    };
    char name[64];
    int64_t *count;
    double *value;
    odd_status st;
    snprintf(name, sizeof name, "reliability/%s/count", group);
    ODD_TRY(odd_bundle_add(out, name, ODD_I64, "images in each tenth", &count, 1,
                           (int64_t)ODD_RELIABILITY_BINS));
    memcpy(count, r->count, sizeof r->count);
    for (size_t k = 0; k < sizeof column / sizeof *column; k++) {
        snprintf(name, sizeof name, "reliability/%s/%s", group, column[k].name);
        ODD_TRY(odd_bundle_add(out, name, ODD_F64, column[k].about, &value, 1,
                               (int64_t)ODD_RELIABILITY_BINS));
        memcpy(value, column[k].value, sizeof r->expected);
    }
    snprintf(name, sizeof name, "reliability/%s/error", group);
    ODD_TRY(odd_bundle_add_f64(out, name, "expected calibration error", r->error));
    snprintf(name, sizeof name, "reliability/%s/brier", group);
    ODD_TRY(odd_bundle_add_f64(out, name, "Brier score", r->brier));
done:
    return st;
}

odd_status odd_damage_calibration_add(const odd_training *t, const odd_damage_calibration *c,
                                      odd_bundle *out)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_f64(
        out, "share", "of damaged images in the catalogue, as `calibrated` suggests", c->share));
    ODD_TRY(odd_bundle_add_f64(out, "auc_calibrated",
                               "area under the ROC curve of damage, as shown, once calibrated",
                               c->auc));
    ODD_TRY(add_maps(t, c, out));
    ODD_TRY(add_reliability(&c->before, "raw", out));
    ODD_TRY(add_reliability(&c->after, "calibrated", out));
    odd_log(ODD_LOG_STAGE,
            "train     calibrated: error of probabilities %.4f, before %.4f; Brier score %.4f, "
            "before %.4f",
            c->after.error, c->before.error, c->after.brier, c->before.brier);
done:
    return st;
}
