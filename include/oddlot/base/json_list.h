/**
 * JSON list: a list of strings, as odd_text_json() writes them.
 */
#ifndef ODDLOT_BASE_JSON_LIST_H
#define ODDLOT_BASE_JSON_LIST_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

/** The strings of `["a", "b"]`; an empty text is an empty list. A half of a surrogate pair alone
 *  becomes U+FFFD, and so does \u0000. Owned by caller: odd_texts_free(). @local; ODD_FORMAT saying
 *  where it is no list of strings, ODD_NOMEM; then *out is empty. */
odd_status odd_json_list(const char *json, odd_list *out);

#endif
