/* Catalogue, a manifest: a CSV file (RFC 4180) with a header line, one image a row. */
#include "image/catalogue_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/text.h"

#include <csv.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define MAX_COLUMNS   1024
#define MAX_ROW_BYTES (1 << 20) /* more is a quote that nobody closed */
#define BLOCK_BYTES   (1 << 16)
#define NO_BREAK_MARK "\xEF\xBB\xBF" /* UTF-8's byte order mark */

enum { PATH, LABEL, SPLIT, VERIFIED, GROUP, KNOWN };
static const char *const known_names[KNOWN] = {"path", "label", "split", "verified", "group"};

struct manifest {
    const char *file; /* for people */
    odd_catalogue *out;
    char *folder; /* where relative paths start */
    odd_status st;
    int64_t line;      /* of the bytes at hand, from 1 */
    int64_t row_line;  /* where the row at hand began */
    int64_t row_bytes; /* of the row at hand so far; 0: between two rows */
    bool header;       /* the header line is still to come */
    int columns;
    int meaning[MAX_COLUMNS]; /* of each column, KNOWN: ignored */
    int column;               /* the next of the row at hand */
    odd_text value[KNOWN];
    odd_text ignored; /* names of the columns that are */
};

/* The parser's callbacks cannot fail: the first fault is kept, the rest of the file passed over. */
#define FAIL(m, ...)                                                                               \
    ((m)->st = odd_fail(ODD_FORMAT, __VA_ARGS__),                                                  \
     (void)odd_fail_prefix((m)->st, "%s:%lld: ", (m)->file, (long long)(m)->row_line))

static int meaning_of(const char *name)
{
    int k = 0;
    while (k < KNOWN && strcasecmp(name, known_names[k]) != 0)
        k++;
    return k;
}

static void name_column(struct manifest *m, const char *name)
{
    if (m->column == MAX_COLUMNS) {
        FAIL(m, "more than %d columns", MAX_COLUMNS);
        return;
    }
    int meaning = meaning_of(name);
    for (int i = 0; meaning < KNOWN && i < m->column; i++)
        if (m->meaning[i] == meaning) FAIL(m, "column '%s' is there twice", name);
    if (meaning == KNOWN)
        odd_text_format(&m->ignored, "%s'%s'", m->ignored.length > 0 ? ", " : "", name);
    m->meaning[m->column] = meaning;
}

static void take_field(void *bytes, size_t length, void *data)
{
    struct manifest *m = data;
    const char *field = bytes; /* with a 0 after it */
    if (m->st != ODD_OK) return;
    if (memchr(field, '\0', length))
        FAIL(m, "a byte 0 in the text; is it UTF-16? Save it as UTF-8");
    else if (m->header)
        name_column(m, field);
    else if (m->column < m->columns && m->meaning[m->column] < KNOWN)
        odd_text_add(&m->value[m->meaning[m->column]], field);
    m->column++;
}

static void end_header(struct manifest *m)
{
    bool has_path = false;
    for (int i = 0; i < m->column; i++)
        has_path = has_path || m->meaning[i] == PATH;
    if (!has_path)
        FAIL(m, "the header line has no column 'path', only %s", odd_text_string(&m->ignored));
    else if (m->ignored.length > 0)
        odd_log(ODD_LOG_INFO, "%s: columns not used: %s", m->file, odd_text_string(&m->ignored));
    m->columns = m->column;
    m->header = false;
}

static bool verified_of(const char *text, int32_t *verified)
{
    static const char *const words[3][3] = {
        {"", "0", "no"}, {"1", "theme", "yes"}, {"2", "odd", "anomaly"}};
    for (int32_t value = 0; value < 3; value++)
        for (int k = 0; k < 3; k++)
            if (strcasecmp(text, words[value][k]) == 0) {
                *verified = value;
                return true;
            }
    return false;
}

static odd_status look_at_file(odd_catalogue *c, const char *path, odd_item *item)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, strerrordesc_np(errno));
    if (!S_ISREG(info.st_mode))
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, "not a regular file");
    item->size = info.st_size;
    item->time = odd_modified(&info);
    return ODD_OK;
}

static odd_status add_row(struct manifest *m, int32_t verified)
{
    odd_catalogue *c = m->out;
    const char *name = odd_text_string(&m->value[PATH]);
    char *path = NULL;
    odd_item *item;
    odd_status st;
    ODD_TRY(odd_path_under(m->folder, name, &path));
    ODD_TRY(odd_catalogue_add(c, name, path, &item));
    item->verified = verified;
    ODD_TRY(odd_catalogue_string(c, odd_text_string(&m->value[LABEL]), &item->label));
    ODD_TRY(odd_catalogue_string(c, odd_text_string(&m->value[SPLIT]), &item->split));
    ODD_TRY(odd_catalogue_string(c, odd_text_string(&m->value[GROUP]), &item->group));
    ODD_TRY(look_at_file(c, path, item));
done:
    free(path);
    return st;
}

static odd_status check_memory(const struct manifest *m)
{
    odd_status st = odd_text_status(&m->ignored);
    for (int k = 0; k < KNOWN && st == ODD_OK; k++)
        st = odd_text_status(&m->value[k]);
    return st;
}

static void empty_row(struct manifest *m)
{
    for (int k = 0; k < KNOWN; k++)
        if (m->value[k].length > 0) m->value[k].s[m->value[k].length = 0] = '\0';
    m->column = 0;
    m->row_bytes = 0;
}

static void take_row(int terminator, void *data)
{
    struct manifest *m = data;
    const char *text = odd_text_string(&m->value[VERIFIED]);
    int32_t verified = 0;
    (void)terminator;
    if (m->st == ODD_OK) m->st = check_memory(m);
    if (m->st != ODD_OK) return;
    if (m->header)
        end_header(m);
    else if (m->column != m->columns)
        FAIL(m, "%d fields, the header has %d", m->column, m->columns);
    else if (m->value[PATH].length == 0)
        FAIL(m, "the path is empty");
    else if (!verified_of(text, &verified))
        FAIL(m, "verified is '%s'; it may be 0 or no, 1 or theme, 2 or odd", text);
    else
        m->st = add_row(m, verified);
    empty_row(m);
}

/* A piece of the file that ends with a line or in the middle of one. */
static void parse_piece(struct manifest *m, struct csv_parser *parser, const char *piece,
                        size_t length)
{
    bool blank = strspn(piece, "\r\n") >= length;
    if (m->row_bytes == 0) m->row_line = m->line;
    if (!blank || m->row_bytes > 0) {
        m->row_bytes += (int64_t)length;
        size_t done = csv_parse(parser, piece, length, take_field, take_row, m);
        if (m->st == ODD_OK && done != length)
            FAIL(m, "not valid CSV: %s", csv_strerror(csv_error(parser)));
        if (m->st == ODD_OK && m->row_bytes > MAX_ROW_BYTES)
            FAIL(m, "this row has no end; a quote may be open");
    }
    if (piece[length - 1] == '\n') m->line++;
}

static void parse_block(struct manifest *m, struct csv_parser *parser, const char *block,
                        size_t length)
{
    while (length > 0 && m->st == ODD_OK) {
        const char *end = memchr(block, '\n', length);
        size_t piece = end ? (size_t)(end - block) + 1 : length;
        parse_piece(m, parser, block, piece);
        block += piece;
        length -= piece;
    }
}

static ssize_t read_block(int fd, char *block, size_t size)
{
    ssize_t n;
    do
        n = read(fd, block, size);
    while (n < 0 && errno == EINTR);
    return n;
}

static odd_status parse_file(struct manifest *m, struct csv_parser *parser, int fd)
{
    char block[BLOCK_BYTES + 1]; /* with a 0 after what was read */
    const size_t mark = strlen(NO_BREAK_MARK);
    bool start = true;
    ssize_t n;
    while (m->st == ODD_OK && (n = read_block(fd, block, BLOCK_BYTES)) != 0) {
        if (n < 0) return odd_fail(ODD_IO, "cannot read '%s': %s", m->file, strerrordesc_np(errno));
        block[n] = '\0';
        bool marked = start && strncmp(block, NO_BREAK_MARK, mark) == 0;
        size_t skip = marked ? mark : 0;
        parse_block(m, parser, block + skip, (size_t)n - skip);
        start = false;
    }
    if (m->st == ODD_OK && csv_fini(parser, take_field, take_row, m) != 0)
        FAIL(m, "a quote that opens in this row is never closed");
    return m->st;
}

static int keep_spaces(unsigned char c)
{
    (void)c;
    return 0; /* RFC 4180: spaces are part of a field */
}

static odd_status parse(struct manifest *m, int fd)
{
    struct csv_parser parser;
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL) != 0)
        return odd_fail(ODD_NOMEM, "cannot make a CSV parser");
    csv_set_space_func(&parser, keep_spaces);
    csv_set_blk_size(&parser, BLOCK_BYTES); /* its step of growth; 128 bytes unless told */
    odd_status st = parse_file(m, &parser, fd);
    csv_free(&parser);
    if (st == ODD_OK && m->header) st = odd_fail(ODD_FORMAT, "'%s' is empty", m->file);
    return st;
}

static odd_status folder_of(const char *path, char **folder)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : (size_t)(slash ? slash - path : 0);
    *folder = strndup(path, length);
    return *folder ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
}

static odd_status list_manifest(const char *folder, const char *given, odd_catalogue *out)
{
    struct manifest m = {.out = out, .line = 1, .header = true};
    struct stat info;
    const char *why;
    int64_t before = out->count;
    char *path = NULL;
    int fd = -1;
    odd_status st;
    ODD_TRY(odd_path_under(folder, given, &path));
    ODD_TRY(folder_of(path, &m.folder));
    m.file = path;
    fd = odd_regular_open(path, &info, &why);
    ODD_TRY(fd >= 0 ? ODD_OK : odd_fail(ODD_IO, "cannot open manifest '%s': %s", path, why));
    ODD_TRY(parse(&m, fd));
    ODD_TRY(out->count > before ? ODD_OK : odd_fail(ODD_FORMAT, "no images in '%s'", path));
done:
    if (fd >= 0) close(fd);
    for (int k = 0; k < KNOWN; k++)
        odd_text_free(&m.value[k]);
    odd_text_free(&m.ignored);
    free(m.folder);
    free(path);
    return st;
}

static odd_status list_manifests(const odd_catalogue_options *options, const char *folder,
                                 odd_catalogue *out)
{
    odd_status st;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY(odd_paths_check(options, folder));
    for (int64_t i = 0; i < options->path.count; i++)
        ODD_TRY(list_manifest(folder, options->path.item[i], out));
    odd_catalogue_seal(out);
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    return st;
}

const odd_catalogue_kind odd_catalogue_manifest = {
    "manifest",     "images named by a CSV file: path and any of label, split, verified, group",
    list_manifests, odd_files_open,
    odd_files_read, odd_files_close,
};
