/**
 * Flagging: where the ranking is cut, by the settings of section `score`, and the verified images
 * that a threshold is calibrated with.
 */
#ifndef ODDLOT_STAGE_FLAGGING_H
#define ODDLOT_STAGE_FLAGGING_H

#include "oddlot/base/job.h"
#include "oddlot/eval/conformal.h"
#include "oddlot/par/order.h"

#include <stdbool.h>

typedef struct {
    char *rank_by;
    char *flag_by; /* of the choices in flagging.c */
    double flag_threshold, flag_share, rarity, false_alarm, confidence, damage_share;
} odd_score_options;

extern const odd_section odd_score_section;

/* Rows of all ranks with what they are ranked by; NaN scores stand for unreadable images. */
typedef struct {
    MPI_Comm comm;             /* whose rows these are; MPI_COMM_SELF: I have all */
    int64_t images;            /* of all ranks, also those that have no row */
    int64_t n;                 /* my rows */
    const double *score;       /* (n) larger is odder */
    const double *probability; /* (n) of being odd; NULL: the detector gives none */
    const uint8_t *calibrates; /* (n) 1: verified theme, hidden from the fit; NULL: none */
    bool rarity; /* the score is the -log10 of the share of usual images that are as odd */
    double cut;  /* the detector's own rule: odd from this score on; 0: it has none */
    const odd_order *order; /* of the scores; NULL: it is made where it is needed */
} odd_ranked;

typedef struct {
    int64_t flagged;   /* rows flagged: the first ones of the ranking */
    double threshold;  /* rows with at least this score, or probability, are flagged */
    bool by_chance;    /* the threshold is one of the probability */
    odd_conformal cut; /* where a false-alarm rate was asked for; else above = 0 */
} odd_flagging;

/** Decide. @collective on rows->comm, the same on all ranks of it; ODD_USAGE naming the setting
 * that cannot be had. */
odd_status odd_flagging_decide(const odd_job *job, const odd_ranked *rows, odd_flagging *out);

/** Is a row flagged that was not among those decided on? @local */
bool odd_flagging_flags(const odd_flagging *f, double score, double probability);

/** What a ranking without (or with) probabilities, rarities, or a rule of its own, cannot do, and
 *  what needs verified images. @local; ODD_USAGE */
odd_status odd_flagging_check(const odd_job *job, bool has_probability, bool has_rarity,
                              bool has_cut);

#endif
