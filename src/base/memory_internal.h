/* Memory: who is asked before it is taken, and the limits of the machine, read from a file tree
 * that a test can make up. */
#ifndef ODDLOT_BASE_MEMORY_INTERNAL_H
#define ODDLOT_BASE_MEMORY_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

/** Does whom odd_memory_ask() named allow an allocation? True if nobody is asked. */
bool odd_memory_allowed(void);

/** odd_memory_available() with `root` in front of /proc and /sys; INT64_MAX if nothing is told. */
int64_t odd_memory_available_under(const char *root);

#endif
