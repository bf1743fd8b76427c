/**
 * Design words: the small texts in which a job file writes what an experiment or a study varies,
 * "NAME | ... | ...".
 */
#ifndef ODDLOT_STUDY_DESIGN_WORDS_INTERNAL_H
#define ODDLOT_STUDY_DESIGN_WORDS_INTERNAL_H

#include "oddlot/base/job.h"

#include <stddef.h>
#include <stdint.h>

/** The part-th piece between '|', without blanks around it; length 0 where there is none. Borrowed.
 *  @local */
const char *odd_piece(const char *text, int part, size_t *length);

/** The words between any of the separators, blanks around them and empty ones dropped. Owned by
 *  caller: odd_texts_free(). @local; ODD_NOMEM */
odd_status odd_split(const char *text, size_t length, const char *separators, odd_list *out);

/** The words "key=value" between blanks; blanks inside the brackets and quotes of YAML do not
 *  count: train.network=['conv 8 5x5', relu]. Owned by caller: odd_texts_free(). @local; ODD_USAGE
 *  where a bracket or a quote is not closed, ODD_NOMEM */
odd_status odd_split_settings(const char *text, size_t length, odd_list *out);

#endif
