/**
 * Image facts: what ingest.h5 knows of any image, whichever rank read it: its name, label, split,
 * group, and whether it is odd.
 *
 * A rank reads what it asks for, some rows of the file at a time, which are kept until it asks for
 * others: rising rows cost little, others some 30 us each.
 */
#ifndef ODDLOT_RUN_IMAGE_FACTS_H
#define ODDLOT_RUN_IMAGE_FACTS_H

#include "oddlot/store/file.h"

#include <stdint.h>

typedef enum {
    ODD_IMAGE_NAME,
    ODD_IMAGE_LABEL,
    ODD_IMAGE_SPLIT,
    ODD_IMAGE_GROUP,
    ODD_IMAGE_TEXTS
} odd_image_fact;

typedef struct odd_image_facts odd_image_facts;

/** Columns of ingest.h5, of so many `images`, are opened when they are first asked for. ingest:
 *  kept. Owned by caller: odd_image_facts_close(), before the file is. @local; ODD_NOMEM */
odd_status odd_image_facts_open(const odd_file *ingest, int64_t images, odd_image_facts **out);
void odd_image_facts_close(odd_image_facts **facts); /* @local; NULL is fine */

int64_t odd_image_facts_images(const odd_image_facts *facts);

/** What the catalogue says of an image, "" where it is not known. Borrowed until the next call for
 *  the same kind of text. One thread at a time. @local; ODD_FORMAT for a file that does not have
 *  the column, or not of all images, and for an image that is not one of them; ODD_IO, ODD_NOMEM */
odd_status odd_image_text_of(odd_image_facts *facts, odd_image_fact which, int64_t image,
                             const char **text);
/** Its name, for those who take a function and its context: odd_image_namer of run/findings.h. */
odd_status odd_image_name_of(void *facts, int64_t image, const char **name);
/** ODD_TRUTH_... of run/selection.h. @local; errors as above */
odd_status odd_image_truth_of(odd_image_facts *facts, int64_t image, int8_t *truth);

#endif
