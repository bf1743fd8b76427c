/* A fuzz target: one function that takes any bytes, and may neither crash nor hang on them.
 * libFuzzer calls it with bytes of its own making, replay.c with those of files. */
#ifndef ODDLOT_FUZZ_H
#define ODDLOT_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size); /* always 0 */

/* Bytes as a file without a name, for what reads paths: the path goes to `path`. The descriptor to
 * close; ends the program where there is no memory for it. */
#define FUZZ_PATH 64
int fuzz_file(const uint8_t *bytes, size_t size, char path[FUZZ_PATH]);

#endif
