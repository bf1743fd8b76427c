/**
 * Categories: how well each image fits the category that it is filed under and each other one, by
 * what has not seen the image; and which categories are taken for one another.
 *
 * Kinds of evidence are joined: the categories of the nearest images in the space of features
 * (votes), which follow any shape; linear discriminants, which see the whole category; and, where
 * the job trains one (train.task: classify), a classifier. None has seen the image or a copy of it:
 * nearest images that are copies do not vote, copies are in one fold, and a network that has learnt
 * from a copy is not asked. How sharp scores are, and how much each kind counts, is what makes the
 * given categories most likely.
 *
 * Letters: n rows of features, k categories.
 */
#ifndef ODDLOT_STAGE_CATEGORIES_CATEGORIES_INTERNAL_H
#define ODDLOT_STAGE_CATEGORIES_CATEGORIES_INTERNAL_H

#include "oddlot/eval/confident.h"
#include "oddlot/linalg/discriminant.h"
#include "oddlot/par/rows.h"
#include "oddlot/run/filing.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/store/file.h"

#include <stdbool.h>

typedef struct {
    char *from;
    int64_t least, neighbours, folds;
    bool probabilities, classifier;
} odd_categories_options;

extern const odd_section odd_categories_section;

/* -- category_rows.c: which image is filed where -- */

/* A row that has copies. */
typedef struct {
    int64_t row;
    int64_t stands; /* the image that stands for all copies of it */
} odd_copied_row;

/* Categories with images enough, and the rows of features. Each rank has its own rows; what may be
 * near to them it must know of all: 4 bytes a row, and 16 for each that has copies. */
typedef struct {
    int64_t images;     /* of the catalogue */
    odd_partition part; /* rows of features */
    int64_t *image;     /* (part.n_local) the image of each row, rising */
    int64_t *copy_of;   /* (part.n_local) an image that stands for all copies of it */
    uint8_t *fold;      /* (part.n_local) */
    int32_t *of;        /* (part.n) the category of each row of all ranks; -1: none, or one with too
                           few images */
    const int32_t *mine;    /* (part.n_local) those of my rows */
    odd_copied_row *copied; /* (copied_rows) by rising rows of all ranks */
    int64_t copied_rows;
    int32_t count;     /* k */
    const char **name; /* (k) borrowed from the filing */
    int64_t *size;     /* (k) rows of each */
    int64_t small;     /* images of categories that have too few */
    odd_filing filing; /* of all images */
} odd_category_rows;

/** copies: copies.h5, NULL: none are known. @collective; ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_rows_open(odd_run *run, const odd_categories_options *options,
                                  const odd_file *copies, const odd_file *features,
                                  odd_category_rows *out);
/** The image that stands for all copies of a row of any rank; -1: it has none. @local */
int64_t odd_category_copies(const odd_category_rows *rows, int64_t row);
/** Rows that have a category. @local */
int64_t odd_category_filed(const odd_category_rows *rows);
void odd_category_rows_close(odd_category_rows *rows);

/* -- category_votes.c: the categories of the nearest images -- */

enum { ODD_CATEGORY_VOTES = 8 }; /* categories of a row that are kept */

typedef struct {
    int32_t category[ODD_CATEGORY_VOTES]; /* most votes first; -1: there are no more */
    float weight[ODD_CATEGORY_VOTES];
    float own, all; /* votes for its own category, and for any */
} odd_category_votes;

/** votes (n_local of the rows of features). @collective; ODD_NUMERIC, ODD_NOMEM */
odd_status odd_category_votes_count(const odd_category_rows *c, const odd_rows *rows,
                                    int64_t neighbours, odd_category_votes votes[]);

/* -- category_logits.c: what a trained classifier says -- */

/* Of my rows. */
typedef struct {
    float *score;   /* (n_local, k) logits; -INFINITY: of categories that are not learnt. NULL: no
                       classifier is asked */
    uint8_t *known; /* (n_local) 1: by a network that has learnt from no copy of the image */
} odd_category_logits;

/** train: train.h5 of task classify. Empty, which the log says, where its classes are not the
 *  categories or logits are not there. @collective; ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_logits_read(const odd_run *run, const odd_file *train,
                                    const odd_category_rows *c, odd_category_logits *out);
void odd_category_logits_free(odd_category_logits *logits);

/* -- category_model.c: all kinds of evidence as probabilities -- */

enum {
    ODD_CATEGORY_VOTING,
    ODD_CATEGORY_DISCRIMINANT,
    ODD_CATEGORY_CLASSIFIER,
    ODD_CATEGORY_SOURCES
};

typedef struct {
    const odd_category_rows *of;
    const odd_rows *rows;                   /* features */
    odd_category_votes *votes;              /* (n_local) */
    odd_discriminant discriminant;          /* empty: it would be too large */
    odd_category_logits logits;             /* empty: there is no classifier */
    double sharpness[ODD_CATEGORY_SOURCES]; /* the scores of each are multiplied by it */
    double weight[ODD_CATEGORY_SOURCES];    /* of each, 0 ... 1 together; 0: it is not there */
    double skill;                           /* what is known more than by sizes alone, 0 ... 1 */
    double *own;                            /* (n_local) probability of its own category */
} odd_category_model;

/** Learn it. rows: kept. train: train.h5 of task classify; NULL: no classifier is asked.
 *  @collective; ODD_NUMERIC, ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_model_fit(const odd_run *run, const odd_category_rows *c,
                                  const odd_rows *rows, const odd_file *train,
                                  const odd_categories_options *options, odd_category_model *out);
void odd_category_model_free(odd_category_model *model);

/** Probabilities of all categories of the block's rows: p (block->count, k). Any thread. @local;
 *  ODD_NOMEM */
odd_status odd_category_probabilities(const odd_category_model *model, const odd_block *block,
                                      double p[]);
/** Rows that fit into a reasonable p at a time. @local */
int64_t odd_category_step(const odd_category_model *model);

/* -- category_weights.c: how much each source counts -- */

/** Find the weights by EM, and with them own, which is there (n_local), and skill. p[s] (n_local):
 *  of the own category of each row by source s, NaN where it does not know it or it has none; NULL:
 *  the source is not there. Sums are in the order of all rows. @collective; ODD_NOMEM */
odd_status odd_category_weigh(odd_category_model *model, const double *const p[]);

/* -- category_judge.c: what that says of images and categories -- */

enum { ODD_CATEGORY_OTHERS = 3 }; /* other categories of an image that are kept */

typedef struct {
    int32_t other[ODD_CATEGORY_OTHERS]; /* the most probable but its own; -1: there are no more */
    float chance[ODD_CATEGORY_OTHERS];
    int32_t confident; /* the confident category, see eval/confident.h; -1: none */
    float own;
} odd_category_verdict;

/* Two categories that are taken for one another. */
typedef struct {
    int32_t first, second; /* first < second */
    double likeness; /* 0: never, 1: they cannot be told apart: how probable each is among images of
                        the other, as a share of how probable it is among its own */
} odd_category_pair;

typedef struct {
    double *threshold;          /* (k) mean probability of its own images; all ranks */
    odd_category_verdict *mine; /* (n_local) */
    odd_confident_joint joint;  /* on rank 0 */
    odd_category_pair *pair;    /* (pairs) most alike first; on rank 0 */
    int64_t pairs;
} odd_category_judgement;

/** @collective; ODD_NOMEM */
odd_status odd_category_judge(const odd_category_model *model, odd_category_judgement *out);
void odd_category_judgement_free(odd_category_judgement *judgement);

/* -- category_output.c -- */

/** Write categories.h5; model and judgement NULL: there are too few categories. probabilities: also
 * of all categories. @collective */
odd_status odd_categories_write(const odd_run *run, odd_file *file, const odd_category_rows *c,
                                const odd_category_model *model,
                                const odd_category_judgement *judgement, bool probabilities);

#endif
