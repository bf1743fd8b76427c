/**
 * Twice: rows of lists, such as manifests, that name the same file.
 *
 * Two that say the same of it are a mistake of whoever made the list. Those that tell it apart, by
 * a label, say, are two images: one picture of two products. All @local: rows of one file must have
 * come together.
 */
#ifndef ODDLOT_IMAGE_TWICE_H
#define ODDLOT_IMAGE_TWICE_H

#include "oddlot/image/catalogue.h"

/* Rows that follow each other once sorted, and of these the pair whose second is the first of the
 * catalogue. */
typedef struct {
    int64_t count;
    odd_catalogue_row first, again;
} odd_row_pairs;

typedef struct {
    odd_row_pairs same;   /* they say the same */
    odd_row_pairs shared; /* they name the same file */
} odd_rows_twice;

/** Find them among rows, which are sorted; *out begins zeroed. */
void odd_rows_find_twice(int64_t count, odd_catalogue_row row[], odd_rows_twice *out);

/** Add what was found among others. */
void odd_rows_join_twice(const odd_rows_twice *part, odd_rows_twice *all);

/** ODD_FORMAT for rows that say the same; `name`: of the image of same.again. `list`: the files in
 *  which rows are. */
odd_status odd_rows_fail_twice(const odd_rows_twice *twice, const odd_list *list, const char *name);

/** Log that rows share files, where some do. */
void odd_rows_tell_shared(const odd_rows_twice *twice, const odd_list *list);

#endif
