/**
 * CSV rows: a file as fields and rows.
 */
#ifndef ODDLOT_IMAGE_CSV_ROWS_H
#define ODDLOT_IMAGE_CSV_ROWS_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* Who takes them. A fault of theirs ends the parsing. */
typedef struct {
    void *context;
    /** A field with a 0 after it; no 0 is in it. */
    odd_status (*field)(void *context, const char *field);
    /** The end of a row that began on this line. */
    odd_status (*row)(void *context, int64_t line);
    int64_t most; /* bytes of a row: in more, a quote is open that nobody closes; 0: 1 MB */
} odd_csv_taker;

/* Whole rows of a file: bytes [from, to), of which the first is in this line, from 1 on. */
typedef struct {
    int64_t from, to, line;
} odd_csv_piece;

/** Parse an open CSV file (RFC 4180): line ends LF, CR LF or CR, UTF-8 with or without a mark,
 * fields separated by what its first line has around the name `key`: comma, semicolon, tab or bar.
 *  piece: of this alone, after the header line, which is the file's first row, and without telling
 *  which separator it has; NULL: all of it.
 *  `file` is for people. @local; ODD_IO; ODD_FORMAT, naming file and line; what the taker returns,
 *  with them before its reason. */
odd_status odd_csv_parse(int fd, const char *file, const char *key, const odd_csv_piece *piece,
                         const odd_csv_taker *taker);

/** The same of the header line alone. */
odd_status odd_csv_header(int fd, const char *file, const char *key, const odd_csv_taker *taker);

/** Cut an open CSV file into pieces of about `each` bytes, one at least; the header line is in the
 *  first. Parsed one after the other they are the file: a fault is found in the piece where it is,
 *  and whatever is cut wrongly behind it. @local; ODD_IO; what `take` returns. */
odd_status odd_csv_cut(int fd, const char *file, int64_t each, void *context,
                       odd_status (*take)(void *context, const odd_csv_piece *piece));

#endif
