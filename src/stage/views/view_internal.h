/**
 * View: a way to look at images, as rows of numbers. A view is one table of functions in one file
 * and one line in ODD_VIEWS; the stage `views` knows nothing else of it.
 */
#ifndef ODDLOT_STAGE_VIEWS_VIEW_INTERNAL_H
#define ODDLOT_STAGE_VIEWS_VIEW_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/job.h"
#include "oddlot/par/rows.h"
#include "oddlot/run/run.h"
#include "oddlot/run/speakers.h"
#include "oddlot/stage/views.h"
#include "oddlot/store/file.h"

#include <stdbool.h>
#include <stdint.h>

enum { ODD_VIEW_LEADING = 2 }; /* measures that are noted of each image, the least usual */

/* What views are made of: the images that could be read, in the order of features.h5. */
typedef struct {
    odd_run *run;
    const odd_file *ingest, *features; /* open on all ranks */
    const odd_file *train;             /* NULL: no view reads it */
} odd_view_inputs;

/* Some of the images, cut by odd_partition_rows(). */
typedef struct {
    odd_partition part;
    const odd_looked_at *at; /* (part.n_local) rising */
} odd_view_images;

typedef struct {
    const char *name; /* "layout": also a column of scores */
    const char *summary;
    const char *seen;  /* what of an image is unusual: "its layout" */
    bool anchors;      /* others are weighed by how they agree with it; the first of ODD_VIEWS */
    bool isotropic;    /* beside another view, its directions share one variance: they are so many
                          that those of odd images would be among those with one of their own */
    bool scores;       /* its one column is a score, larger for odder ones, and ranks as it is: no
                          core is learnt */
    bool trained;      /* it reads train.h5 */
    bool standardised; /* columns have units of their own, or gaps: each is put on one scale */
    const odd_option *options; /* as of a section; NULL: none */
    size_t options_size;
    /** Can the job have it? NULL: every job can. @local */
    bool (*applies)(const odd_job *job);
    const char *needs; /* what one that cannot would need */
    /** Values of a row, where features have so many, before any are read; NULL: `width`. @local */
    int64_t (*plan)(const odd_job *job, int64_t features);
    /** Begin to read; *width values a row. The inputs are kept. @local; ODD_FORMAT, ODD_NOMEM */
    odd_status (*open)(const odd_view_inputs *inputs, void **state, int *width);
    /** The values of these images, which rise: x (count, width). By one thread at a time, uses all.
     *  @local */
    odd_status (*read)(void *state, int64_t count, const odd_looked_at at[], float x[]);
    void (*close)(void **state);
    /** The measure (image/measure.h) that column i is; NULL: columns mean nothing alone. There
     *  are ODD_VIEW_LEADING columns at least. @local */
    int (*measure)(int i);
    int width; /* where there are such; else open() says it */
} odd_image_view;

#define ODD_VIEWS(X)                                                                               \
    X(odd_view_meaning)                                                                            \
    X(odd_view_layout)                                                                             \
    X(odd_view_measured)                                                                           \
    X(odd_view_classifier)

#define ODD_DECLARE(record) extern const odd_image_view record;
ODD_VIEWS(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_image_view *const odd_views[]; /* NULL-terminated */

/* -- settings (views_settings.c) -- */

typedef struct {
    odd_list use;
    double core_share, neighbours, oddest;
    int64_t axes, sample, copied;
    char *model;
} odd_views_options;

/** The i-th view as a part of the stage, with its settings. @local */
odd_part odd_views_part(int i);
/** Settings of a view; NULL where it has none. Borrowed from the job. @local */
const void *odd_view_settings(const odd_job *job, const odd_image_view *view);
/** Values of a row of it, where features have so many, before any are read. @local */
int64_t odd_view_width(const odd_job *job, const odd_image_view *view, int64_t features);
/** Is it one of those that the job asks for? @local */
bool odd_view_wanted(const odd_job *job, const odd_image_view *view);
/** Does one that the job asks for read train.h5? @local */
bool odd_views_read_train(const odd_job *job);
/** Settings that make no sense together. @local; ODD_USAGE */
odd_status odd_views_check(const odd_job *job);

/* -- rows of a view (view_rows.c) -- */

/* How columns are put on one scale: (x - median) / sigma, within limits, 0 for what is not known.
 */
typedef struct {
    int d;
    double *median, *sigma; /* (d); sigma 0: the column says nothing */
} odd_view_scaling;

/* Some images in one view: in memory where my part fits the job's memory, else read as needed. */
typedef struct {
    odd_rows rows;
    const odd_image_view *view;
    void *state;
    const odd_looked_at *at;         /* (rows.part.n_local) borrowed */
    const odd_view_scaling *scaling; /* of what is read; NULL: none. Borrowed */
    float *x;                        /* my rows, where they are in memory */
} odd_view_rows;

/** The rows of these images, as the view gives them. inputs and images->at are kept. @collective */
odd_status odd_view_rows_open(const odd_image_view *view, const odd_view_inputs *inputs,
                              const odd_view_images *images, odd_view_rows *out);
/** Put them on this scale, which is kept, from now on. @local */
void odd_view_rows_scale(odd_view_rows *rows, const odd_view_scaling *scaling);
void odd_view_rows_close(odd_view_rows *rows);

/* -- the scale of columns (view_scaling.c) -- */

/** Learn the scale of rows: of each column its median and how wide it is: by its quartiles, at
 * least a quarter of its standard deviation. NaN does not count. The arrays are in the bundle.
 *  @collective; ODD_NOMEM */
odd_status odd_view_scaling_fit(const odd_rows *rows, odd_bundle *model, odd_view_scaling *out);
/** Those of a model. Borrowed. @local; ODD_FORMAT */
odd_status odd_view_scaling_find(const odd_bundle *model, int d, odd_view_scaling *out);
/** Put rows x (count, d) on the scale, in place. @local */
void odd_view_scaling_apply(const odd_view_scaling *scaling, int64_t count, float x[]);

/* -- the ranking of one view (view_ranking.c) -- */

/* What one view says of the images that are scored, my part of them. */
typedef struct {
    double *distance; /* (n_local) logarithm of the distance from the core, or the view's score */
    int32_t *leading; /* (n_local, ODD_VIEW_LEADING) measures that are least usual; NULL: the view
                         has none */
    float *measured;  /* (n_local, ODD_VIEW_LEADING) what they were measured to be */
    odd_bundle model; /* core/..., and scale/... where columns are put on one; empty: no core */
} odd_view_ranking;   /* begins as {0}, or with the model of another catalogue */

/** Learn from some images; NULL: the model is there; and score others. axes: of the core, at most.
 *  verified: (learnt->part.n_local) ODD_VERIFIED_.... Free also after a failure. @collective;
 *  ODD_FORMAT, ODD_ARG where the model does not fit */
odd_status odd_view_rank(const odd_image_view *view, const odd_view_inputs *inputs, int64_t axes,
                         const odd_view_images *learnt, const odd_view_images *scored,
                         const uint8_t verified[], odd_view_ranking *out);
void odd_view_ranking_free(odd_view_ranking *ranking);
/** Free what was said of images; the model stays. @local */
void odd_view_ranking_forget(odd_view_ranking *ranking);

/* -- the join (views_learn.c, views_join.c) -- */

/* How views are joined: learnt from the images of one catalogue, and what any others are judged by.
 * The same on every rank. */
typedef struct {
    int views;
    bool anchored;                 /* the first is an anchor */
    double median[ODD_MOST_VIEWS]; /* of distances in each view, */
    double sigma[ODD_MOST_VIEWS];  /* and their robust standard deviation; 0: it says nothing */
    double far[ODD_MOST_VIEWS];    /* such deviations beyond which images are very far out */
    double weight[ODD_MOST_VIEWS]; /* of each, 0 ... 1; of an anchor 1 */
    double middle, width;          /* of the sums of views: the width is that of the lower half */
    double cut;  /* widths beyond which images lie on a hill of their own; INFINITY: there is none
                  */
    double sure; /* 0 ... 1: of few images all is less sure, of ten and fewer nothing */
} odd_views_join;

/* What the views of images come to. */
typedef struct {
    double *z;      /* (views, n_local) robust standard deviations from the middle */
    double *joined; /* (n_local) the same of all views together */
} odd_views_joined;

/**
 * Learn how views are joined. Each is put in robust units, z, by its median and interquartile
 * range.
 *
 * Where the first is an anchor, which sees what images mean, another view weighs as much as it
 * surely tells the anchor's oddest images from the rest: twice the ROC AUC above a half and three
 * of its standard errors, nothing where it does not agree; and it speaks only for what is above its
 * middle. Without an anchor all weigh the same. The sum of them is put in the widths of its lower
 * half, which odd images do not reach. It is raised where it lies on a hill of its own. What is
 * very far out in a view, as few are, comes next, whatever others say: the anchor may be blind to a
 * group that lies in its midst; so does a picture that as many images show as the setting
 * views.copied says, the more the farther. Of few images all is less sure, of ten and fewer
 * nothing.
 *
 * The constants were chosen on clip art with planted dishes and scenes, half of the classes of two
 * sets of photographs, and fashion products with nothing planted (tests/bench/README.md).
 *
 * @param distance  (views) each (n_local), of the images that are learnt from
 * @collective; ODD_NOMEM. Some 240 bytes for each of a rank's images while views are weighed.
 */
odd_status odd_views_join_learn(MPI_Comm comm, const odd_views_options *options, int views,
                                bool anchored, int64_t n_local, const double *const distance[],
                                odd_views_join *out);

/** Join the views of any images. distance: (views) each (n_local); shown: (n_local) images that
 *  show the picture; copied: from how many on that counts. Free also after a failure. @local;
 *  ODD_NOMEM */
odd_status odd_views_join_apply(const odd_views_join *join, int64_t copied, int64_t n_local,
                                const double *const distance[], const int64_t shown[],
                                odd_views_joined *out);
void odd_views_joined_free(odd_views_joined *joined);

/* Steps of both. @local */
/** z (views, n_local) of distances. */
void odd_views_standardise(const odd_views_join *join, int64_t n_local,
                           const double *const distance[], double z[]);
/** Their sums as views weigh: sum (n_local). */
void odd_views_add_up(const odd_views_join *join, int64_t n_local, const double z[], double sum[]);
/** A sum in widths from the middle. */
double odd_views_in_widths(const odd_views_join *join, double sum);

/** -log10 of the upper tail of a standard normal distribution. @local */
double odd_normal_tail(double z);

#endif
