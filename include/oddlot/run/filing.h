/**
 * Filing: the category that each image is filed under, which is its label, or the folder that it
 * lies in.
 */
#ifndef ODDLOT_RUN_FILING_H
#define ODDLOT_RUN_FILING_H

#include "oddlot/run/labels.h"
#include "oddlot/run/selection.h"

#include <stdbool.h>

/** What a setting may say of it, NULL-terminated: "auto" is labels, or folders where no image has a
 *  label; "labels"; "folders". */
extern const char *const odd_filing_sources[];

typedef struct {
    odd_labels labels;  /* of all images; folders less what the names of all begin with */
    char *folder_names; /* theirs; NULL: they are the selection's, borrowed */
    bool folders;       /* they are names of folders */
} odd_filing;

/** By one of odd_filing_sources. Owned by caller: odd_filing_free(), before the selection. 16 bytes
 *  an image. @local; ODD_NOMEM */
odd_status odd_filing_read(const odd_selection *selection, const char *from, odd_filing *out);
void odd_filing_free(odd_filing *filing);

#endif
