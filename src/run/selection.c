/* Selection: what is known of my images of a run, row by row. They are listed and put in their
 * place in selection_list.c. */
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"

void odd_selection_free(odd_selection **selection)
{
    odd_selection *s = *selection;
    if (!s) return;
    odd_catalogue_free(&s->list);
    odd_free(s->row);
    odd_free(s);
    *selection = NULL;
}

/* -- the list -- */

int64_t odd_selection_rows(const odd_selection *selection)
{
    return selection->part.n;
}

int64_t odd_selection_listed(const odd_selection *selection)
{
    return selection->listed;
}

int64_t odd_selection_list_bytes(const odd_selection *selection)
{
    return selection->list_bytes;
}

odd_hash odd_selection_digest(const odd_selection *selection)
{
    return selection->digest;
}

bool odd_selection_holds_out(const odd_selection *selection)
{
    return selection->holds_out;
}

/* -- a row of mine -- */

/* Its number among mine. */
static int64_t local_of(const odd_selection *s, int64_t row)
{
    ODD_CHECK(row >= s->part.row0 && row < s->part.row0 + s->part.n_local);
    return row - s->part.row0;
}

static const odd_item *item_of(const odd_selection *selection, int64_t row)
{
    return &selection->list.item[local_of(selection, row)];
}

const char *odd_selection_name(const odd_selection *selection, int64_t row)
{
    return odd_catalogue_text(&selection->list, item_of(selection, row)->name);
}

const char *odd_selection_label(const odd_selection *selection, int64_t row)
{
    return odd_catalogue_text(&selection->list, item_of(selection, row)->label);
}

const char *odd_selection_split(const odd_selection *selection, int64_t row)
{
    return odd_catalogue_text(&selection->list, item_of(selection, row)->split);
}

const char *odd_selection_group(const odd_selection *selection, int64_t row)
{
    return odd_catalogue_text(&selection->list, item_of(selection, row)->group);
}

int64_t odd_selection_item(const odd_selection *selection, int64_t row)
{
    return selection->row[local_of(selection, row)].item;
}

int8_t odd_selection_truth(const odd_selection *selection, int64_t row)
{
    return selection->row[local_of(selection, row)].truth;
}

uint8_t odd_selection_verified(const odd_selection *selection, int64_t row)
{
    return selection->row[local_of(selection, row)].verified;
}

bool odd_selection_held_out(const odd_selection *selection, int64_t row)
{
    return selection->row[local_of(selection, row)].held_out;
}

/* -- its images -- */

odd_status odd_selection_open(const odd_selection *selection, const odd_job *job, odd_reader **out)
{
    return selection->kind->open(odd_job_section(job, "catalogue"), &selection->list, out);
}

odd_status odd_selection_read(const odd_selection *selection, odd_reader *reader, int64_t row,
                              int64_t limit, uint8_t **bytes, size_t *size, odd_image *raw,
                              odd_read_result *result)
{
    return selection->kind->read(reader, local_of(selection, row), limit, bytes, size, raw, result);
}

void odd_selection_close(const odd_selection *selection, odd_reader **reader)
{
    if (*reader) selection->kind->close(reader);
}
