/* Catalogue, a manifest: a CSV file (RFC 4180) with a header line, one image a row. */
#include "image/manifest_internal.h"
#include "oddlot/image/csv_rows.h"

#include "oddlot/base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

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
    odd_manifest_rows *rows;
    int64_t number;
    char *folder; /* where relative paths start */
    bool header;  /* the header line is still to come */
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
    if (m->ignored.length > 0)
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
    ODD_TRY(odd_manifest_rows_add(m->rows, path, m->fields, m->number, line));
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

/* ---- a file ---- */

static odd_status folder_of_path(const char *path, char **folder)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash == path ? 1 : (size_t)(slash ? slash - path : 0);
    *folder = strndup(path, length);
    return *folder ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a path");
}

static odd_status read_manifest(struct manifest *m, int fd)
{
    const int64_t before = m->out->count;
    const odd_csv_taker taker = {m, take_field, take_row, 0};
    odd_status st = odd_csv_parse(fd, m->file, known_names[PATH], &taker);
    if (st != ODD_OK) return st;
    if (m->header) return odd_fail(ODD_FORMAT, "'%s' is empty", m->file);
    return m->out->count > before ? ODD_OK : odd_fail(ODD_FORMAT, "no images in '%s'", m->file);
}

static odd_status list_manifest(const char *folder, const char *given, int64_t number,
                                odd_manifest_rows *rows, odd_catalogue *out)
{
    struct manifest m = {.out = out, .rows = rows, .number = number, .header = true};
    struct stat info;
    const char *why;
    char *path = NULL;
    int fd = -1;
    odd_status st;
    ODD_TRY(odd_path_under(folder, given, &path));
    ODD_TRY(folder_of_path(path, &m.folder));
    m.file = path;
    fd = odd_regular_open(path, &info, &why);
    ODD_TRY(fd >= 0 ? ODD_OK : odd_fail(ODD_IO, "cannot open manifest '%s': %s", path, why));
    ODD_TRY(read_manifest(&m, fd));
done:
    if (fd >= 0) close(fd);
    for (int k = 0; k < KNOWN; k++)
        odd_text_free(&m.value[k]);
    odd_text_free(&m.text);
    odd_text_free(&m.ignored);
    free(m.folder);
    free(path);
    return st;
}

static odd_status list_manifests(const odd_catalogue_options *options, const char *folder,
                                 const odd_catalogue_outline *outline, int64_t from, int64_t to,
                                 odd_catalogue *out, odd_passed *passed)
{
    odd_manifest_rows rows = {0};
    odd_status st;
    (void)outline, (void)from, (void)to, (void)passed;
    ODD_TRY(odd_paths_check(options, folder));
    for (int64_t i = 0; i < options->path.count; i++)
        ODD_TRY(list_manifest(folder, options->path.item[i], i, &rows, out));
    ODD_TRY(odd_manifest_rows_check(&rows, &options->path, out));
done:
    odd_manifest_rows_free(&rows);
    return st;
}

/* ---- the files ---- */

static odd_status stat_file(odd_catalogue *c, odd_item *item)
{
    struct stat info;
    if (stat(odd_catalogue_text(c, item->source), &info) != 0)
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, strerrordesc_np(errno));
    if (!S_ISREG(info.st_mode))
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, "not a regular file");
    item->size = info.st_size;
    item->time = odd_modified(&info);
    return ODD_OK;
}

/* One rank reads the rows, all look at the files: on a file system of many machines that takes
 * longer. */
static odd_status stat_files(odd_catalogue *part)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < part->count; i++)
        ODD_TRY(stat_file(part, &part->item[i]));
done:
    return st;
}

const odd_catalogue_kind odd_catalogue_manifest = {
    .name = "manifest",
    .summary = "images named by a CSV file: path and any of label, split, verified, group",
    .recognises = odd_is_csv,
    .list = list_manifests,
    .complete = stat_files,
    .open = odd_files_open,
    .read = odd_files_read,
    .close = odd_files_close,
};
