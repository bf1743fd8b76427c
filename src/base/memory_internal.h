/* Memory: the check before an allocation, and the limits of the machine, read from a file tree
 * that a test can make up. */
#ifndef ODDLOT_BASE_MEMORY_INTERNAL_H
#define ODDLOT_BASE_MEMORY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/** Does the check of odd_memory_set_check() allow an allocation? True without a check. */
bool odd_memory_allowed(void);

/** odd_memory_available() with `root` in front of /proc and /sys; INT64_MAX if there is no limit to
 * read. */
int64_t odd_memory_available_under(const char *root);

#endif
