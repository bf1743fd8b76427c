/* Ignored, read from its CSV file. */
#include "run/findings_internal.h"
#include "run/ignored_internal.h"

#include "oddlot/base/json_list.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/csv_rows.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { PATH, KIND, CHECK, OTHERS, COLUMNS, OTHER = COLUMNS };
static const char *const column_name[COLUMNS] = {"path", "kind", "check", "others"};

enum {
    MOST_FIELDS = 64,
    MOST_BYTES = 1 << 30 /* of a row: the further members of a finding are one field */
};

/* The row at hand. */
typedef struct {
    odd_ignored *list;
    int column[MOST_FIELDS]; /* which each field is, by the first row */
    int field;               /* the next one */
    bool named;              /* the first row is over */
    odd_text value[COLUMNS];
} row_reader;

static int column_of(const char *name)
{
    for (int c = 0; c < COLUMNS; c++)
        if (strcasecmp(name, column_name[c]) == 0) return c;
    return OTHER;
}

/* What odd_text_csv() puts before a field that a spreadsheet would calculate. */
static const char *without_guard(const char *field)
{
    return field[0] == '\'' && field[1] && strchr("=+-@\t\r", field[1]) ? field + 1 : field;
}

static odd_status take_field(void *context, const char *field)
{
    row_reader *r = context;
    const int at = r->field++;
    if (at >= MOST_FIELDS) return odd_fail(ODD_FORMAT, "more than %d fields", (int)MOST_FIELDS);
    if (!r->named) {
        r->column[at] = column_of(field);
    } else if (r->column[at] != OTHER) {
        odd_text *value = &r->value[r->column[at]];
        value->length = 0;
        odd_text_add(value, without_guard(field));
        return odd_text_status(value);
    }
    return ODD_OK;
}

static odd_status begin_rows(row_reader *r)
{
    bool has_path = false;
    for (int i = 0; i < r->field; i++)
        has_path = has_path || r->column[i] == PATH;
    for (int i = r->field; i < MOST_FIELDS; i++)
        r->column[i] = OTHER;
    r->named = true;
    return has_path ? ODD_OK
                    : odd_fail(ODD_FORMAT, "the first line names no column 'path'; those of a list "
                                           "of findings to ignore are kind, check, path, others");
}

/* Room for one more. */
static odd_status grow_list(void **data, int64_t count, int64_t *room, size_t element)
{
    if (count < *room) return ODD_OK;
    const int64_t wanted = *room > 0 ? 2 * *room : 64;
    void *more = odd_alloc(wanted, element);
    if (!more) return ODD_NOMEM;
    if (count > 0) memcpy(more, *data, (size_t)count * element);
    odd_free(*data);
    *data = more;
    *room = wanted;
    return ODD_OK;
}

static odd_status add_name(odd_ignored *list, const char *name)
{
    odd_ignored_name one = {.line = list->lines};
    odd_status st;
    ODD_TRY(odd_ignored_digest(name, &one.name));
    ODD_TRY(grow_list((void **)&list->name, list->names, &list->name_room, sizeof one));
    list->name[list->names++] = one;
done:
    return st;
}

static odd_status add_line(odd_ignored *list, const odd_text value[COLUMNS])
{
    const char *kind = odd_text_string(&value[KIND]), *check = odd_text_string(&value[CHECK]);
    odd_ignored_line line = {.kind = ODD_FINDING_KIND_COUNT};
    odd_list further = {0};
    odd_status st;
    if (*kind && !odd_finding_kind_find(kind, &line.kind)) return ODD_OK; /* no finding is of it */
    if (strlen(check) >= ODD_FINDING_CHECK) return ODD_OK; /* no check has such a name */
    memcpy(line.check, check, strlen(check) + 1);
    ODD_TRY(odd_json_list(odd_text_string(&value[OTHERS]), &further));
    ODD_TRY(add_name(list, odd_text_string(&value[PATH])));
    for (int64_t i = 0; i < further.count; i++)
        ODD_TRY(add_name(list, further.item[i]));
    ODD_TRY(grow_list((void **)&list->line, list->lines, &list->line_room, sizeof *list->line));
    list->line[list->lines++] = line;
done:
    odd_texts_free(&further);
    return st;
}

static odd_status take_row(void *context, int64_t line)
{
    row_reader *r = context;
    odd_status st = ODD_OK;
    (void)line;
    if (!r->named)
        st = begin_rows(r);
    else if (r->value[PATH].length > 0)
        st = add_line(r->list, r->value);
    r->field = 0;
    for (int c = 0; c < COLUMNS; c++) {
        r->value[c].length = 0;
        if (r->value[c].s) *r->value[c].s = '\0';
    }
    return st;
}

/* @local: rank 0 */
static odd_status read_lines(const char *path, odd_ignored *list)
{
    row_reader r = {.list = list};
    const odd_csv_taker taker = {&r, take_field, take_row, MOST_BYTES};
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return odd_fail(ODD_IO, "cannot read '%s': %s", path, strerrordesc_np(errno));
    const odd_status st = odd_csv_parse(fd, path, column_name[PATH], NULL, &taker);
    for (int c = 0; c < COLUMNS; c++)
        odd_text_free(&r.value[c]);
    close(fd);
    if (st == ODD_OK && list->names > 0)
        qsort(list->name, (size_t)list->names, sizeof *list->name, odd_ignored_compare);
    return st;
}

/* What rank 0 has, on every rank. @collective */
static odd_status share_lines(MPI_Comm comm, odd_ignored *list)
{
    odd_ignored all = {0};
    odd_status st;
    ODD_TRY(odd_share_rows(comm, list->line, list->lines, sizeof *list->line, (void **)&all.line,
                           &all.lines));
    ODD_TRY(odd_share_rows(comm, list->name, list->names, sizeof *list->name, (void **)&all.name,
                           &all.names));
    odd_free(list->line);
    odd_free(list->name);
    *list = all;
    all = (odd_ignored){0};
done:
    odd_free(all.line);
    odd_free(all.name);
    return st;
}

odd_status odd_ignored_read(MPI_Comm comm, const char *path, odd_ignored **out)
{
    odd_ignored *list = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, ODD_NEW(list, 1));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? read_lines(path, list) : ODD_OK);
    ODD_TRY(share_lines(comm, list));
    *out = list;
    list = NULL;
done:
    odd_ignored_free(&list);
    return st;
}
