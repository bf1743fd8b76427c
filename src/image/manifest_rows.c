/* Manifest, its rows: a CSV file (RFC 4180) with a header line, one image a row. */
#include "image/manifest_internal.h"

#include "oddlot/base/log.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_COLUMNS 1024

enum { PATH, LABEL, SPLIT, VERIFIED, GROUP, KNOWN };
static const char *const known_names[KNOWN] = {"path", "label", "split", "verified", "group"};

/* As the header line says. Blanks around a name in it are around the values, too. */
struct column {
    int meaning; /* KNOWN: ignored */
    bool blank_before, blank_after;
    uint64_t name; /* digest */
};

struct manifest {
    const char *file; /* for people */
    odd_catalogue *out;
    odd_folder_seen *seen;
    const odd_manifest_piece *piece;
    char *folder; /* where relative paths start */
    bool header;  /* the header line is still to come */
    bool tells;   /* log what it says */
    int columns;
    struct column column[MAX_COLUMNS];
    int at;          /* column of the next field of the row at hand */
    odd_hash fields; /* of the row at hand, but its path */
    odd_text value[KNOWN];
    odd_text text;    /* of the field at hand */
    odd_text ignored; /* names of the columns that are */
};

static void set_text(odd_text *text, const char *s, size_t length)
{
    text->length = 0;
    odd_text_bytes(text, s, length);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Take a field into m->text without the blanks that are around its column. */
static void trim_field(struct manifest *m, const char *field, struct column *column)
{
    size_t length = strlen(field);
    while (column->blank_before && is_blank(*field)) {
        field++;
        length--;
    }
    while (column->blank_after && length > 0 && is_blank(field[length - 1]))
        length--;
    set_text(&m->text, field, length);
}

/* ---- the header line ---- */

static int column_meaning(const char *name)
{
    int k = 0;
    while (k < KNOWN && strcasecmp(name, known_names[k]) != 0)
        k++;
    return k;
}

static odd_status name_column(struct manifest *m, const char *name)
{
    const size_t length = strlen(name);
    if (m->at == MAX_COLUMNS) return odd_fail(ODD_FORMAT, "more than %d columns", MAX_COLUMNS);
    struct column *c = &m->column[m->at];
    c->blank_before = is_blank(*name);
    c->blank_after = length > 0 && is_blank(name[length - 1]);
    trim_field(m, name, c);
    odd_status st = odd_text_status(&m->text);
    if (st != ODD_OK) return st;
    c->meaning = column_meaning(m->text.s);
    c->name = odd_hash_add_text(ODD_HASH_START, m->text.s).low;
    for (int i = 0; c->meaning < KNOWN && i < m->at; i++)
        if (m->column[i].meaning == c->meaning)
            return odd_fail(ODD_FORMAT, "column '%s' is there twice", m->text.s);
    if (c->meaning == KNOWN)
        odd_text_format(&m->ignored, "%s'%s'", m->ignored.length > 0 ? ", " : "", m->text.s);
    return ODD_OK;
}

static odd_status end_header(struct manifest *m)
{
    bool has_path = false;
    for (int i = 0; i < m->at; i++)
        has_path = has_path || m->column[i].meaning == PATH;
    if (!has_path)
        return odd_fail(ODD_FORMAT,
                        "the header line has no column 'path', only %s; the first line names the "
                        "columns",
                        odd_text_string(&m->ignored));
    if (m->ignored.length > 0 && m->tells)
        odd_log(ODD_LOG_INFO, "%s: columns not used: %s", m->file, odd_text_string(&m->ignored));
    m->columns = m->at;
    m->header = false;
    return ODD_OK;
}

/* ---- rows ---- */

static odd_status take_value(struct manifest *m, const char *field)
{
    if (m->at >= m->columns) return ODD_OK; /* the row is refused when it ends */
    struct column *c = &m->column[m->at];
    trim_field(m, field, c);
    odd_status st = odd_text_status(&m->text);
    if (st != ODD_OK) return st;
    if (c->meaning < KNOWN) set_text(&m->value[c->meaning], m->text.s, m->text.length);
    if (c->meaning == PATH) return odd_text_status(&m->value[PATH]);
    m->fields = odd_hash_add(m->fields, &c->name, sizeof c->name);
    m->fields = odd_hash_add_text(m->fields, m->text.s);
    return c->meaning < KNOWN ? odd_text_status(&m->value[c->meaning]) : ODD_OK;
}

static odd_status take_field(void *context, const char *field)
{
    struct manifest *m = context;
    odd_status st = m->header ? name_column(m, field) : take_value(m, field);
    m->at++;
    return st;
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

static odd_status add_row(struct manifest *m, int32_t verified, int64_t line)
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
    ODD_TRY(odd_manifest_note(c, m->seen, path, m->fields, m->piece->list, line));
done:
    free(path);
    return st;
}

static odd_status end_row(struct manifest *m, int64_t line)
{
    const char *text = odd_text_string(&m->value[VERIFIED]);
    int32_t verified = 0;
    if (m->at != m->columns)
        return odd_fail(ODD_FORMAT, "%d fields, the header has %d", m->at, m->columns);
    if (m->value[PATH].length == 0) return odd_fail(ODD_FORMAT, "the path is empty");
    if (!verified_of(text, &verified))
        return odd_fail(ODD_FORMAT, "verified is '%s'; it may be 0 or no, 1 or theme, 2 or odd",
                        text);
    return add_row(m, verified, line);
}

static odd_status take_row(void *context, int64_t line)
{
    struct manifest *m = context;
    odd_status st = m->header ? end_header(m) : end_row(m, line);
    for (int k = 0; k < KNOWN; k++)
        set_text(&m->value[k], "", 0);
    m->fields = ODD_HASH_START;
    m->at = 0;
    return st;
}

/* ---- a piece ---- */

static odd_status folder_of_path(const char *path, char **folder)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : (size_t)(slash ? slash - path : 0);
    *folder = strndup(path, length);
    return *folder ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
}

static odd_status read_rows(struct manifest *m, int fd)
{
    const odd_csv_taker taker = {m, take_field, take_row, 0};
    const odd_status st = odd_csv_parse(fd, m->file, known_names[PATH], &m->piece->rows, &taker);
    if (st != ODD_OK) return st;
    return m->header ? odd_fail(ODD_FORMAT, "'%s' is empty", m->file) : ODD_OK;
}

static void manifest_free(struct manifest *m)
{
    for (int k = 0; k < KNOWN; k++)
        odd_text_free(&m->value[k]);
    odd_text_free(&m->text);
    odd_text_free(&m->ignored);
    free(m->folder);
}

odd_status odd_manifest_read(int fd, const char *path, const odd_manifest_piece *piece, bool whole,
                             odd_folder_seen *seen, odd_catalogue *out)
{
    const int64_t before = out->count;
    struct manifest m = {.file = path, .out = out, .seen = seen, .piece = piece, .header = true};
    odd_status st;
    ODD_TRY(folder_of_path(path, &m.folder));
    ODD_TRY(read_rows(&m, fd));
    if (whole && out->count == before) ODD_TRY(odd_fail(ODD_FORMAT, "no images in '%s'", path));
done:
    manifest_free(&m);
    return st;
}

odd_status odd_manifest_tell(int fd, const char *path)
{
    struct manifest m = {.file = path, .header = true, .tells = true};
    const odd_csv_taker taker = {&m, take_field, take_row, 0};
    const odd_status st = odd_csv_header(fd, path, known_names[PATH], &taker);
    manifest_free(&m);
    return st;
}
