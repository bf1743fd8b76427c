/**
 * Text rows: the names of enumerations, and reading strings of variable length within bounds.
 */
#ifndef ODDLOT_STORE_TEXT_ROWS_INTERNAL_H
#define ODDLOT_STORE_TEXT_ROWS_INTERNAL_H

#include "oddlot/store/text_rows.h"
#include "store/file_internal.h"

/* enumeration.c */

typedef struct odd_enumeration odd_enumeration;

/** The names and values of an enumeration type. @local @return ODD_FORMAT, ODD_NOMEM. */
odd_status odd_enumeration_read(hid_t type, odd_enumeration **out);
void odd_enumeration_free(odd_enumeration **e);
/** Borrowed; NULL: no such value. */
const char *odd_enumeration_name(const odd_enumeration *e, int64_t value);
/** Is it what h5py makes of numpy's bool? */
bool odd_enumeration_is_bool(const odd_enumeration *e);

/* text_arena.c */

/** Memory that HDF5 fills with strings of variable length: a file may say anything of their sizes,
 *  and a read that stops halfway must leave nothing behind. */
typedef struct {
    char *bytes;
    size_t used, room;
} odd_text_arena;

/** Room for the strings of `rows` rows; let go by odd_free(arena->bytes). */
odd_status odd_text_arena_new(int64_t rows, odd_text_arena *arena);
/** Make reads with this property list take their strings from the arena. */
bool odd_text_arena_use(hid_t transfer, odd_text_arena *arena);

#endif
