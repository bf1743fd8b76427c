/* CSV rows: the file in lines, so that errors can name them, and by libcsv in fields. */
#include "oddlot/image/csv_rows.h"
#include "image/csv_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/minmax.h"

#include <csv.h>
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MOST_BYTES    (1 << 20)      /* of a row, unless the taker says more */
#define NO_BREAK_MARK "\xEF\xBB\xBF" /* UTF-8's byte order mark */

/* What can stand between fields: the first one that makes the first line have the key. */
static const char separators[] = ",;\t|";

typedef struct {
    const char *file;
    const odd_csv_taker *taker;
    struct csv_parser parser;
    odd_status st;
    int64_t line;      /* of the bytes at hand, from 1 */
    int64_t row_line;  /* where the row at hand began */
    int64_t row_bytes; /* of the row at hand so far; 0: between two rows */
    int64_t rows;      /* that ended */
    bool returned;     /* the last byte was a CR: an LF belongs to it */
    bool header;       /* the header line alone is wanted */
    bool quiet;        /* what is found of the file was told before */
} csv;

/* The parser's callbacks cannot fail: the first fault is kept, the rest of the file passed over. */
static void note_failure(csv *c, odd_status st)
{
    c->st = odd_fail_prefix(st, "%s:%lld: ", c->file, (long long)c->row_line);
}

static void take_field(void *bytes, size_t length, void *context)
{
    csv *c = context;
    const char *field = bytes; /* with a 0 after it */
    if (c->st != ODD_OK) return;
    odd_status st =
        memchr(field, '\0', length)
            ? odd_fail(ODD_FORMAT, "a byte 0 in the text; is it UTF-16? Save it as UTF-8")
            : c->taker->field(c->taker->context, field);
    if (st != ODD_OK) note_failure(c, st);
}

static void take_row(int terminator, void *context)
{
    csv *c = context;
    (void)terminator;
    c->row_bytes = 0;
    if (c->st != ODD_OK) return;
    odd_status st = c->taker->row(c->taker->context, c->row_line);
    if (st != ODD_OK) note_failure(c, st);
    c->rows++;
}

/* Why the parser stopped at this byte. */
static odd_status fail_at_byte(const csv *c, char at)
{
    const int error = csv_error((struct csv_parser *)&c->parser);
    if (error != CSV_EPARSE) return odd_fail(ODD_NOMEM, "not read: %s", csv_strerror(error));
    if (at == '"')
        return odd_fail(ODD_FORMAT, "not valid CSV: a quote (\") in a field that does not begin "
                                    "with one: put the whole field in quotes, with nothing before "
                                    "them, and write each quote in it twice");
    return odd_fail(
        ODD_FORMAT,
        "not valid CSV: '%c' after the quote (\") that ends a field: write a quote in a "
        "field twice, and the separator right after the last one",
        at);
}

/* A line with its end, or as much of it as a block has. */
static void parse_line(csv *c, const char *text, size_t length)
{
    const char last = text[length - 1];
    const bool blank = strspn(text, "\r\n") >= length;
    const bool rest_of_end = c->returned && *text == '\n';
    const int64_t most = c->taker->most > 0 ? c->taker->most : MOST_BYTES;
    if (c->row_bytes == 0) c->row_line = c->line;
    if (!blank || c->row_bytes > 0) {
        c->row_bytes += (int64_t)length;
        size_t done = csv_parse(&c->parser, text, length, take_field, take_row, c);
        if (c->st == ODD_OK && done != length) note_failure(c, fail_at_byte(c, text[done]));
        if (c->st == ODD_OK && c->row_bytes > most)
            note_failure(c, odd_fail(ODD_FORMAT, "this row has no end; a quote may be open"));
    }
    c->line += last == '\r' || (last == '\n' && !rest_of_end);
    c->returned = last == '\r';
}

/* To the end of the first line in the block, or all of it. */
static size_t line_length(const char *block, size_t length)
{
    const char *lf = memchr(block, '\n', length);
    if (lf) length = (size_t)(lf - block) + 1;
    const char *cr = memchr(block, '\r', length);
    return cr ? (size_t)(cr - block) + 1 : length;
}

static bool is_at_end(const csv *c)
{
    return c->st != ODD_OK || (c->header && c->rows > 0);
}

static void parse_block(csv *c, const char *block, size_t length)
{
    while (length > 0 && !is_at_end(c)) {
        const size_t line = line_length(block, length);
        parse_line(c, block, line);
        block += line;
        length -= line;
    }
}

/* ---- how the file begins ---- */

static bool is_trim(char c)
{
    return c == ' ' || c == '\t' || c == '"';
}

/* Has the line a field that is the key, if fields are separated so? */
static bool has_field(const char *line, size_t length, char separator, const char *key)
{
    for (const char *end = line + length; line <= end;) {
        const char *next = memchr(line, separator, (size_t)(end - line));
        const char *stop = next ? next : end, *after = stop + 1;
        while (line < stop && is_trim(*line))
            line++;
        while (stop > line && is_trim(stop[-1]))
            stop--;
        if ((size_t)(stop - line) == strlen(key) && strncasecmp(line, key, strlen(key)) == 0)
            return true;
        line = after;
    }
    return false;
}

static void choose_separator(csv *c, const char *line, size_t length, const char *key)
{
    for (const char *s = separators; *s; s++) {
        if (!has_field(line, length, *s, key)) continue;
        csv_set_delim(&c->parser, (unsigned char)*s);
        if (s > separators && !c->quiet)
            odd_log(ODD_LOG_INFO, "%s: fields are separated by %s", c->file,
                    *s == '\t'  ? "tabs"
                    : *s == ';' ? "semicolons"
                                : "bars");
        return;
    }
}

/* Bytes of a line "sep=;"; the header line shows the separator, too. */
static size_t separator_line(const char *block)
{
    if (strncasecmp(block, "sep=", 4) != 0 || strcspn(block, "\r\n") != 5 || !block[5]) return 0;
    return 6 + (block[5] == '\r' && block[6] == '\n');
}

size_t odd_csv_lead(const char *block, int64_t *lines)
{
    const size_t mark =
        strncmp(block, NO_BREAK_MARK, strlen(NO_BREAK_MARK)) == 0 ? strlen(NO_BREAK_MARK) : 0;
    const size_t line = separator_line(block + mark);
    *lines = line > 0;
    return mark + line;
}

/* Bytes of the first block that are no rows; the first line that is not empty names the columns. */
static odd_status read_begin(csv *c, const char *block, int64_t n, const char *key, size_t *skip)
{
    int64_t lines;
    if (n >= 2 && (memcmp(block, "\xFF\xFE", 2) == 0 || memcmp(block, "\xFE\xFF", 2) == 0))
        return odd_fail(ODD_FORMAT,
                        "'%s' is text in UTF-16: Save it as UTF-8 (in spreadsheets: 'CSV UTF-8')",
                        c->file);
    *skip = odd_csv_lead(block, &lines);
    c->line += lines;
    const char *line = block + *skip + strspn(block + *skip, "\r\n");
    choose_separator(c, line, strcspn(line, "\r\n"), key);
    return ODD_OK;
}

/* ---- all of it ---- */

odd_status odd_csv_read(int fd, const char *file, int64_t at, int64_t most,
                        char block[ODD_CSV_BLOCK + 1], int64_t *n)
{
    do
        *n = pread(fd, block, (size_t)odd_min(ODD_CSV_BLOCK, most), at);
    while (*n < 0 && errno == EINTR);
    if (*n < 0) return odd_fail(ODD_IO, "cannot read '%s': %s", file, strerrordesc_np(errno));
    block[*n] = '\0';
    return ODD_OK;
}

/* Bytes [from, to), or up to the end of the file; key: they begin it. */
static odd_status parse_span(csv *c, int fd, const char *key, int64_t from, int64_t to)
{
    char block[ODD_CSV_BLOCK + 1];
    int64_t n;
    odd_status st = ODD_OK;
    for (; from < to && !is_at_end(c); from += n, key = NULL) {
        size_t skip = 0;
        ODD_TRY(odd_csv_read(fd, c->file, from, to - from, block, &n));
        if (n == 0 && to < INT64_MAX)
            ODD_TRY(odd_fail(ODD_IO, "'%s' became shorter while it was read", c->file));
        if (n == 0) break;
        if (key) ODD_TRY(read_begin(c, block, n, key, &skip));
        parse_block(c, block + skip, (size_t)n - skip);
    }
done:
    return st;
}

/* The header line alone, and then rows from this line on may follow. */
static odd_status parse_header(csv *c, int fd, const char *key, int64_t line)
{
    c->header = true;
    const odd_status st = parse_span(c, fd, key, 0, INT64_MAX);
    c->header = c->returned = false;
    c->line = line;
    c->row_bytes = 0;
    return st;
}

static odd_status parse_rows(csv *c, int fd, const char *key, const odd_csv_piece *piece)
{
    odd_status st;
    if (piece->from > 0) {
        ODD_TRY(parse_header(c, fd, key, piece->line));
        key = NULL;
    }
    ODD_TRY(parse_span(c, fd, key, piece->from, piece->to));
    if (c->st == ODD_OK && csv_fini(&c->parser, take_field, take_row, c) != 0)
        note_failure(c, odd_fail(ODD_FORMAT, "a quote that opens in this row is never closed"));
done:
    return st == ODD_OK ? c->st : st;
}

static int keep_spaces(unsigned char c)
{
    (void)c;
    return 0; /* RFC 4180: spaces are part of a field */
}

static odd_status start(csv *c)
{
    if (csv_init(&c->parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return odd_fail(ODD_NOMEM, "cannot make a CSV parser");
    csv_set_space_func(&c->parser, keep_spaces);
    csv_set_blk_size(&c->parser, ODD_CSV_BLOCK); /* its step of growth; 128 bytes by default */
    return ODD_OK;
}

odd_status odd_csv_parse(int fd, const char *file, const char *key, const odd_csv_piece *piece,
                         const odd_csv_taker *taker)
{
    static const odd_csv_piece all = {0, INT64_MAX, 1};
    csv c = {.file = file, .taker = taker, .line = 1, .quiet = piece != NULL};
    odd_status st = start(&c);
    if (st != ODD_OK) return st;
    st = parse_rows(&c, fd, key, piece ? piece : &all);
    csv_free(&c.parser);
    return st;
}

odd_status odd_csv_header(int fd, const char *file, const char *key, const odd_csv_taker *taker)
{
    csv c = {.file = file, .taker = taker, .line = 1};
    odd_status st = start(&c);
    if (st != ODD_OK) return st;
    st = parse_header(&c, fd, key, 1);
    csv_free(&c.parser);
    return st == ODD_OK ? c.st : st;
}
