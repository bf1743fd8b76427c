/**
 * Machine: what this computer is called.
 */
#ifndef ODDLOT_BASE_MACHINE_H
#define ODDLOT_BASE_MACHINE_H

#include <stddef.h>

/** Model name of the first CPU, "unknown" where the system has no name; returns buffer. @local */
const char *odd_cpu_name(char *buffer, size_t size);

#endif
