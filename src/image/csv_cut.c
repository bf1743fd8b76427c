/* CSV files cut into pieces: rows end where a line does outside of quotes, which are counted. */
#include "oddlot/image/csv_rows.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1 << 16)

/* Before the first cut: a line that says the separator, and the header line. */
#define ROWS_AT_BEGIN 2

typedef struct {
    int64_t each;
    odd_csv_piece piece; /* at hand; `to` is the byte at hand */
    int64_t line;        /* of the byte at hand */
    int64_t rows;        /* that ended, without empty ones */
    bool quoted;
    bool returned; /* the last byte was a CR: an LF belongs to it */
    bool ended;    /* the last byte ended a row, or a CR did to which this LF belongs */
    bool text;     /* the row at hand is not empty */
    void *context;
    odd_status (*take)(void *context, const odd_csv_piece *piece);
} cutter;

static odd_status cut_before(cutter *c)
{
    const odd_status st = c->take(c->context, &c->piece);
    c->piece.from = c->piece.to;
    c->piece.line = c->line;
    return st;
}

static bool may_cut(const cutter *c, char byte)
{
    const bool inside_end = c->returned && byte == '\n';
    return c->ended && !inside_end && c->rows >= ROWS_AT_BEGIN &&
           c->piece.to - c->piece.from >= c->each;
}

static void pass_byte(cutter *c, char byte)
{
    const bool end = byte == '\n' || byte == '\r';
    c->line += byte == '\r' || (byte == '\n' && !c->returned);
    c->quoted ^= byte == '"';
    c->ended = end && !c->quoted;
    c->rows += c->ended && c->text;
    c->text = !c->ended && (c->text || !end);
    c->returned = byte == '\r';
    c->piece.to++;
}

static odd_status pass_block(cutter *c, const char *block, ssize_t n)
{
    odd_status st = ODD_OK;
    for (ssize_t i = 0; i < n; i++) {
        if (may_cut(c, block[i])) ODD_TRY(cut_before(c));
        pass_byte(c, block[i]);
    }
done:
    return st;
}

odd_status odd_csv_cut(int fd, const char *file, int64_t each, void *context,
                       odd_status (*take)(void *context, const odd_csv_piece *piece))
{
    cutter c = {.each = each, .piece = {.line = 1}, .line = 1, .context = context, .take = take};
    char block[BLOCK_BYTES];
    ssize_t n;
    odd_status st;
    while ((n = pread(fd, block, sizeof block, c.piece.to)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) ODD_TRY(odd_fail(ODD_IO, "cannot read '%s': %s", file, strerrordesc_np(errno)));
        ODD_TRY(pass_block(&c, block, n));
    }
    ODD_TRY(take(context, &c.piece));
done:
    return st;
}
