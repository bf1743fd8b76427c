/**
 * Category files: what categories.h5 says, as the checks of categories read it.
 */
#ifndef ODDLOT_STAGE_CHECK_CATEGORY_FILES_INTERNAL_H
#define ODDLOT_STAGE_CHECK_CATEGORY_FILES_INTERNAL_H

#include "stage/check/check_internal.h"

/* The categories; those that a file names are in it. */
typedef struct {
    int64_t count; /* less than 2: there is nothing more to read */
    char *name;    /* (count, width + 1) */
    size_t width;
    int64_t *images; /* (count) */
    double *own;     /* (count) mean probability of its own images; NULL where there are too few */
    double skill;    /* see categories.h5; NaN where there are too few */
} odd_category_list;

/* Images of a rank. */
typedef struct {
    int64_t first, n;
    int32_t *category, *other; /* (n) */
    float *own, *chance;       /* (n) */
} odd_category_images;

/** @local; ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_list_read(const odd_check_context *context, odd_category_list *out);
void odd_category_list_free(odd_category_list *list);
const char *odd_category_name(const odd_category_list *list, int64_t i);

/** Do pictures tell categories apart at all? Not where folders or labels are something else, such
 *  as numbers or dates of delivery: then nothing can be said of one image. @local */
bool odd_categories_are_seen(const odd_category_list *list);

/** Images [first, first + n) of the catalogue. @local; ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_images_read(const odd_check_context *context, const odd_category_list *list,
                                    int64_t first, int64_t n, odd_category_images *out);
void odd_category_images_free(odd_category_images *images);

/* Images in the order of their categories, for what is done category by category: those of category
 * c are image[first[c]] and on. */
typedef struct {
    int64_t *first; /* (categories + 1) */
    int64_t *image; /* by number among those that were read, rising in each */
    int64_t *count; /* (categories) zeros, to count in */
} odd_images_by_category;

/** @local; ODD_NOMEM. Free also after a failure. */
odd_status odd_category_images_sort(const odd_category_list *list,
                                    const odd_category_images *images, odd_images_by_category *out);
void odd_images_by_category_free(odd_images_by_category *by);

/* The images that show best what two categories are, or one: the surest first. */
enum { ODD_CATEGORY_SHOWN = 6 };
typedef struct {
    int64_t row[ODD_CATEGORY_SHOWN];
    double chance[ODD_CATEGORY_SHOWN];
    int64_t count;
} odd_category_shown;

/** Take an image in where it is surer than others there. Of equal ones the first comes first.
 *  @local */
void odd_category_show(odd_category_shown *shown, int64_t row, double chance);
/** Those of all ranks, whose images follow one another. @collective; ODD_NOMEM */
odd_status odd_category_shown_join(MPI_Comm comm, odd_category_shown *shown);
/** Those of my part of the catalogue, by category. Free both also after a failure. @local;
 *  ODD_FORMAT, ODD_NOMEM */
odd_status odd_category_images_mine(const odd_check_context *context, const odd_category_list *list,
                                    odd_category_images *images, odd_images_by_category *by);

extern const char *const odd_category_reads[]; /* stages, for odd_check.reads */

#endif
