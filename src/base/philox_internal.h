/* Philox: the bare generator, for the known answers of its authors in the tests. */
#ifndef ODDLOT_BASE_PHILOX_INTERNAL_H
#define ODDLOT_BASE_PHILOX_INTERNAL_H

#include <stdint.h>

/** Philox4x32-10 of one counter under one key. */
void odd_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);

#endif
