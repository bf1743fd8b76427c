/**
 * Walk: visit the datasets of a file in the order of their names.
 */
#ifndef ODDLOT_STORE_WALK_INTERNAL_H
#define ODDLOT_STORE_WALK_INTERNAL_H

#include "store/file_internal.h"

/** `name` is the dataset's path below the group that was asked for; borrowed. */
typedef odd_status (*odd_walk_visitor)(const odd_file *file, const char *name, void *context);

/** Call visit for every dataset below `group`; each once, however many names it has; links into
 *  other files are not followed. Stops at the first failure. @local */
odd_status odd_walk_datasets(const odd_file *file, const char *group, odd_walk_visitor visit,
                             void *context);

#endif
