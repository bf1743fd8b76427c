/* CSV files cut into pieces: whatever their size, rows and faults are those of the whole file. */
#include "scratch_folder.h"

#include "oddlot/base/text.h"
#include "oddlot/image/csv_rows.h"

/* What a taker was given: "LINE:field|field|\n" for each row. */
typedef struct {
    odd_text rows, row;
    int64_t skip; /* rows that others have told */
} log_of_rows;

static odd_status take_field(void *context, const char *field)
{
    log_of_rows *l = context;
    odd_text_format(&l->row, "%s|", field);
    return ODD_OK;
}

static odd_status take_row(void *context, int64_t line)
{
    log_of_rows *l = context;
    if (l->skip-- <= 0)
        odd_text_format(&l->rows, "%lld:%s\n", (long long)line, odd_text_string(&l->row));
    l->row.length = 0;
    return ODD_OK;
}

typedef struct {
    int fd;
    log_of_rows *log;
    int64_t pieces, to;
    bool together; /* pieces follow each other */
} by_pieces;

static odd_status parse_piece(void *context, const odd_csv_piece *piece)
{
    by_pieces *b = context;
    const odd_csv_taker taker = {b->log, take_field, take_row, 0};
    b->together = b->together && piece->from == b->to;
    b->to = piece->to;
    b->log->skip = b->pieces++ > 0;
    return odd_csv_parse(b->fd, "m.csv", "path", piece, &taker);
}

static int open_scratch(const char *name)
{
    const int fd = open(scratch_path(name), O_RDONLY);
    if (fd < 0) abort();
    return fd;
}

/* Cut so small, the text gives what it gives whole; returns into how many pieces. */
static int64_t check_cut(int fd, int64_t size, int64_t each, odd_status whole, const char *reason,
                         const char *rows)
{
    log_of_rows log = {.rows = ODD_TEXT_EMPTY, .row = ODD_TEXT_EMPTY};
    by_pieces b = {.fd = fd, .log = &log, .together = true};
    const odd_status st = odd_csv_cut(fd, "m.csv", each, &b, parse_piece);
    bool good = st == whole && b.together && strcmp(odd_text_string(&log.rows), rows) == 0;
    if (st == ODD_OK) good = good && b.to == size;
    if (st != ODD_OK) good = good && strcmp(odd_fail_reason(), reason) == 0;
    if (!good) fprintf(stderr, "each %lld: %s\n", (long long)each, odd_text_string(&log.rows));
    CU_ASSERT(good);
    odd_text_free(&log.rows);
    odd_text_free(&log.row);
    return b.pieces;
}

/* Into as many pieces as wanted at least, where it is cut as small as may be. */
static void check_text(const char *text, int64_t wanted)
{
    log_of_rows log = {.rows = ODD_TEXT_EMPTY, .row = ODD_TEXT_EMPTY};
    const odd_csv_taker taker = {&log, take_field, take_row, 0};
    const int64_t size = (int64_t)strlen(text);
    char reason[1024] = "";
    scratch_file("m.csv", text);
    const int fd = open_scratch("m.csv");
    const odd_status whole = odd_csv_parse(fd, "m.csv", "path", NULL, &taker);
    if (whole != ODD_OK) snprintf(reason, sizeof reason, "%s", odd_fail_reason());
    for (int64_t each = 0; each <= size + 1; each++) {
        const int64_t pieces = check_cut(fd, size, each, whole, reason, odd_text_string(&log.rows));
        if (each == 0) CU_ASSERT(pieces >= wanted);
        if (each > size) CU_ASSERT_EQUAL(pieces, 1);
    }
    close(fd);
    odd_text_free(&log.rows);
    odd_text_free(&log.row);
}

static void valid_files(void)
{
    scratch_new();
    check_text("path,label\na,1\nb,2\nc,3\n", 3);
    check_text("path,label\r\na,1\r\nb,2\r\nc,3", 3);
    check_text("path,label\ra,1\rb,2\r\rc,3\r", 3);
    check_text("\n\npath;label\n\n\na;1\n\r\nb;2\n\n", 2);
    check_text("sep=\"\npath\"label\na\"b\n", 1);
    check_text("sep=;\r\npath;label\r\na;1\r\nb;2\r\n", 3);
    check_text("\xEF\xBB\xBF\"path\",label\n\"a\nb\",\"1\"\n\"c\r\nd\",2\ne,\"f\"\"g\"\nh,3\n", 4);
    check_text("label,path\n\"say \"\"\n\"\", then\",a\n\"\",b\n\"\"\"\",c\n", 3);
    check_text("path\n", 1);
    check_text("", 1);
    check_text("\n\r\n", 1);
}

/* Quotes that stand wrongly turn inside and outside round for all that follows: still the first
 * fault is told, with its line. */
static void faults(void)
{
    scratch_new();
    check_text("path,label\na,1\nb\"c,2\nd,3\ne,\"f\"\ng,4\n", 2);
    check_text("path,label\na,1\n\"b\"c,2\nd,3\n\"e\",4\ng,4\n", 2);
    check_text("path,label\na,1\nb,2\n\"c,3\nd,4\ne,5\n", 3);
    check_text("path\na\nb\nc\"\n\"\nd\ne\n", 3);
}

/* Whatever stands at the end of a block that is read at a time. */
static void borders(void)
{
    enum { BLOCK = 1 << 16, AROUND = 12 };
    static char text[2 * BLOCK];
    scratch_new();
    for (int before = 0; before < AROUND; before++) {
        const int pad = BLOCK - 8 - before;
        snprintf(text, sizeof text, "path,label\r\n%*d,1\r\n\"a\r\nb\"\"c\",2\r\nd,3\r\ne,4\r\n",
                 pad - 16, 0);
        const int64_t size = (int64_t)strlen(text);
        log_of_rows log = {.rows = ODD_TEXT_EMPTY, .row = ODD_TEXT_EMPTY};
        const odd_csv_taker taker = {&log, take_field, take_row, 0};
        scratch_file("m.csv", text);
        const int fd = open_scratch("m.csv");
        CU_ASSERT_EQUAL(odd_csv_parse(fd, "m.csv", "path", NULL, &taker), ODD_OK);
        for (int64_t each = 0; each < 30; each++)
            CU_ASSERT(check_cut(fd, size, each, ODD_OK, "", odd_text_string(&log.rows)) > 1);
        close(fd);
        odd_text_free(&log.rows);
        odd_text_free(&log.row);
    }
}

/* What was a piece when it was cut is not there any more. */
static void a_file_that_shrinks(void)
{
    const odd_csv_piece piece = {10, 100, 2};
    log_of_rows log = {.rows = ODD_TEXT_EMPTY, .row = ODD_TEXT_EMPTY};
    const odd_csv_taker taker = {&log, take_field, take_row, 0};
    scratch_new();
    scratch_file("m.csv", "path\na\nb\nc\nd\n");
    const int fd = open_scratch("m.csv");
    CU_ASSERT_EQUAL(odd_csv_parse(fd, "m.csv", "path", &piece, &taker), ODD_IO);
    CU_ASSERT(failed_with("'m.csv' became shorter while it was read"));
    close(fd);
    odd_text_free(&log.rows);
    odd_text_free(&log.row);
}

const char *odd_test_name = "image/csv_cut";
CU_TestInfo odd_tests[] = {
    {"valid files", valid_files},
    {"faults", faults},
    {"borders of blocks", borders},
    {"a file that shrinks", a_file_that_shrinks},
    CU_TEST_INFO_NULL,
};
