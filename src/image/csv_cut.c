/* CSV files cut into pieces: rows end where a line does outside of quotes, which are counted. */
#include "image/csv_internal.h"
#include "oddlot/image/csv_rows.h"

#include <stdbool.h>

typedef struct {
    int64_t each;
    odd_csv_piece piece; /* at hand; `to` is the byte at hand */
    int64_t line;        /* of the byte at hand */
    bool header;         /* its line has ended */
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
    return c->ended && !inside_end && c->header && c->piece.to - c->piece.from >= c->each;
}

static void pass_byte(cutter *c, char byte)
{
    const bool end = byte == '\n' || byte == '\r';
    c->line += byte == '\r' || (byte == '\n' && !c->returned);
    c->quoted ^= byte == '"';
    c->ended = end && !c->quoted;
    c->header = c->header || (c->ended && c->text);
    c->text = !c->ended && (c->text || !end);
    c->returned = byte == '\r';
    c->piece.to++;
}

static odd_status pass_block(cutter *c, const char *block, int64_t n)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < n; i++) {
        if (may_cut(c, block[i])) ODD_TRY(cut_before(c));
        pass_byte(c, block[i]);
    }
done:
    return st;
}

/* What stands before the rows has no quotes that count. */
static int64_t pass_lead(cutter *c, const char *block)
{
    int64_t lines;
    const int64_t lead = (int64_t)odd_csv_lead(block, &lines);
    c->piece.to += lead;
    c->line += lines;
    return lead;
}

odd_status odd_csv_cut(int fd, const char *file, int64_t each, void *context,
                       odd_status (*take)(void *context, const odd_csv_piece *piece))
{
    cutter c = {.each = each, .piece = {.line = 1}, .line = 1, .context = context, .take = take};
    char block[ODD_CSV_BLOCK + 1];
    int64_t n;
    odd_status st;
    for (;;) {
        ODD_TRY(odd_csv_read(fd, file, c.piece.to, ODD_CSV_BLOCK, block, &n));
        if (n == 0) break;
        const int64_t lead = c.piece.to == 0 ? pass_lead(&c, block) : 0;
        ODD_TRY(pass_block(&c, block + lead, n - lead));
    }
    ODD_TRY(take(context, &c.piece));
done:
    return st;
}
