/**
 * Ignored: the list in memory, shared by who reads it and who asks it.
 */
#ifndef ODDLOT_RUN_IGNORED_INTERNAL_H
#define ODDLOT_RUN_IGNORED_INTERNAL_H

#include "oddlot/base/hash.h"
#include "oddlot/run/findings.h"
#include "oddlot/run/ignored.h"

typedef struct {
    int kind;                      /* odd_finding_kind; ODD_FINDING_KIND_COUNT: of any */
    char check[ODD_FINDING_CHECK]; /* "": of any */
} odd_ignored_line;

/* An image that a line names. */
typedef struct {
    odd_hash name;
    int64_t line;
} odd_ignored_name;

struct odd_ignored {
    odd_ignored_line *line;
    odd_ignored_name *name; /* sorted */
    int64_t lines, names, line_room, name_room;
};

/** Of a name as it is in the catalogue. @local; ODD_NOMEM */
odd_status odd_ignored_digest(const char *name, odd_hash *digest);
/** Orders odd_ignored_name by name, then by line; for qsort(). @local */
int odd_ignored_compare(const void *a, const void *b);

#endif
