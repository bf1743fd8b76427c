/**
 * Groups: images that belong together and are apart from all others, found in each view of the
 * catalogue by who is among whose nearest.
 *
 * Two images are linked where each is among the nearest k of the other. So a group that is far from
 * all others has hardly a link to them, however loose it is in itself: its members' nearest are
 * members, or they are not the nearest of those that they lean to. Copies count once.
 *
 *   kinds  linked more with one another than chance would: what the catalogue is made of
 *   parts  kinds joined as long as there are at least `apart` times as many links between them as
 *          chance would make; what is left is apart
 *   splits categories whose own images, by the links among them alone, are of two such parts
 */
#ifndef ODDLOT_STAGE_GROUPS_GROUPS_INTERNAL_H
#define ODDLOT_STAGE_GROUPS_GROUPS_INTERNAL_H

#include "oddlot/base/text.h"
#include "oddlot/linalg/communities.h"
#include "oddlot/run/filing.h"
#include "oddlot/run/speakers.h"
#include "stage/views/view_internal.h"

typedef struct {
    int64_t neighbours, least;
    double apart;
} odd_groups_options;

/* An image that is looked at, of all copies. */
typedef struct {
    int64_t image;    /* of the catalogue */
    int64_t shown;    /* images that show its picture */
    int64_t category; /* among those of the filing; -1: none */
} odd_grouped;

/* The images that are looked at: one of all copies. */
typedef struct {
    odd_view_inputs inputs;
    odd_speakers speakers;  /* they are looked at, those that speak */
    odd_image_facts *facts; /* of all images, */
    odd_filing filing;      /* and what they are filed under */
    int64_t count;          /* of those that speak */
    odd_grouped *of;        /* (count) on rank 0, which works on links alone */
} odd_group_rows;

/* One group. */
typedef struct {
    int64_t images; /* with all copies */
    int64_t medoid; /* image of the catalogue that has most links within */
    int64_t at;     /* its number among those that are looked at */
    double links;   /* to the one that it has most to, of what chance would make; 0: none at all */
    int32_t part;   /* of a kind: which it is in */
} odd_image_group;

/* A category of two groups, or more: the two largest. */
typedef struct {
    const char *category; /* its name; borrowed from the filing */
    int64_t pictures;     /* of it; copies count once, here and below */
    int64_t size[2];      /* of the groups, the largest first */
    int64_t medoid[2];    /* images of the catalogue */
    double links;         /* between them, of what chance would make */
} odd_category_split;

/* All groups of one view. Numbered with the largest first; -1: in none that is large enough. */
typedef struct {
    int32_t kinds, parts; /* of at least `least` images */
    int64_t splits;
    /* on rank 0 */
    int32_t *kind, *part; /* (count) of each image that is looked at */
    odd_image_group *of_kind, *of_part;
    odd_category_split *split;
    /* on each rank */
    int32_t *my_kind, *my_part; /* (speakers.images.n_local) of my images; -1 also: not read */
} odd_view_groups;

/** Pick them, of so many images of the catalogue; rows->inputs is given. copies: copies.h5, or
 *  NULL. @collective; ODD_FORMAT, ODD_NOMEM (group_rows.c) */
odd_status odd_group_rows_pick(const odd_file *copies, int64_t images, odd_group_rows *rows);
void odd_group_rows_free(odd_group_rows *rows);

/** How many nearest images are looked at, of so many. @local */
int64_t odd_group_neighbours(const odd_groups_options *options, int64_t count);

/** The nearest of all, by their numbers: *near (count, keep) on rank 0, -1 at the end where there
 *  are fewer. @collective; ODD_NUMERIC, ODD_NOMEM (group_rows.c) */
odd_status odd_group_nearest(const odd_image_view *view, const odd_group_rows *rows, int64_t keep,
                             int32_t **near);

/** The groups of these links. near is sorted. @local: rank 0; ODD_NOMEM (group_find.c) */
odd_status odd_groups_find(const odd_groups_options *options, const odd_group_rows *rows,
                           int64_t keep, int32_t near[], odd_view_groups *out);
/** Join what is together further, step by step, until less than `apart` of the links that chance
 *  would make are between any two. @local; ODD_NOMEM (group_parts.c) */
odd_status odd_group_parts(const odd_links *links, double apart, int32_t community[],
                           int32_t *count);
/** The categories that are split, into out->split. @local: rank 0; ODD_NOMEM (group_split.c) */
odd_status odd_group_splits_find(const odd_groups_options *options, const odd_group_rows *rows,
                                 const odd_links *links, odd_view_groups *out);
/** From rank 0 to all: how many there are, and the kind and part of each rank's images.
 *  @collective; ODD_NOMEM (group_spread.c) */
odd_status odd_groups_spread(MPI_Comm comm, const odd_group_rows *rows, odd_view_groups *groups);
void odd_view_groups_free(odd_view_groups *groups);

/** Write those of a view: NAME/kind, NAME/part of each image, and of each kind and part images,
 *  medoid, links; NAME/split of categories. @collective (groups_output.c) */
odd_status odd_groups_write(MPI_Comm comm, odd_file *file, const char *view,
                            const odd_partition *images, const odd_view_groups *groups);

/* -- groups.csv (groups_table.c) -- */

/** Heads, and the file. @local: rank 0; ODD_IO, ODD_NOMEM */
void odd_groups_table_begin(odd_text *csv);
/** The groups of a view, on rank 0; all look for what sets them apart. @collective; ODD_FORMAT,
 *  ODD_NOMEM */
odd_status odd_groups_table_add(const odd_run *run, const odd_group_rows *rows, const char *view,
                                const odd_view_groups *groups, odd_text *csv);
odd_status odd_groups_table_write(const odd_run *run, const odd_text *csv);

#endif
