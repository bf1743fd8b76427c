/* Selection: what is known of the images of a run, row by row. They are listed and shared in
 * selection_list.c. */
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <string.h>

/* Where it lies, or else the array itself. */
static void free_array(odd_node_memory *shared, void *array)
{
    if (shared->data)
        odd_node_memory_free(shared);
    else
        odd_free(array);
}

void odd_selection_free(odd_selection **selection)
{
    odd_selection *s = *selection;
    if (!s) return;
    if (!s->borrows) {
        free_array(&s->shared[ODD_SELECTION_ITEMS], s->list.item);
        free_array(&s->shared[ODD_SELECTION_STRINGS], s->list.pool);
    }
    free_array(&s->shared[ODD_SELECTION_ITEM], s->item);
    free_array(&s->shared[ODD_SELECTION_TRUTH], s->truth);
    free_array(&s->shared[ODD_SELECTION_VERIFIED], s->verified);
    free_array(&s->shared[ODD_SELECTION_HELD_OUT], s->held_out);
    odd_free(s);
    *selection = NULL;
}

static odd_status allocate_rows(odd_selection *s)
{
    odd_status st;
    ODD_TRY(ODD_NEW(s->item, s->rows));
    ODD_TRY(ODD_NEW(s->truth, s->rows));
    ODD_TRY(ODD_NEW(s->verified, s->rows));
    ODD_TRY(ODD_NEW(s->held_out, s->rows));
done:
    return st;
}

odd_status odd_selection_sample(const odd_selection *whole, int64_t rows, odd_selection **out)
{
    odd_selection *s = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(s, 1));
    s->kind = whole->kind;
    s->list = whole->list;
    s->borrows = true;
    s->rows = odd_min(rows, whole->rows);
    ODD_TRY(allocate_rows(s));
    for (int64_t i = 0; i < s->rows; i++) {
        const int64_t from = (int64_t)((double)i * (double)whole->rows / (double)s->rows);
        s->item[i] = whole->item[from];
        s->truth[i] = whole->truth[from];
        s->verified[i] = whole->verified[from];
        s->held_out[i] = whole->held_out[from];
    }
    *out = s;
    s = NULL;
done:
    odd_selection_free(&s);
    return st;
}

/* -- the list -- */

int64_t odd_selection_rows(const odd_selection *selection)
{
    return selection->rows;
}

int64_t odd_selection_listed(const odd_selection *selection)
{
    return selection->list.count;
}

int64_t odd_selection_list_bytes(const odd_selection *selection)
{
    const odd_catalogue *list = &selection->list;
    return list->pool_size + list->count * (int64_t)sizeof *list->item;
}

odd_hash odd_selection_digest(const odd_selection *selection)
{
    return selection->list.digest;
}

/* -- a row of it -- */

static const odd_item *item_of(const odd_selection *selection, int64_t row)
{
    return &selection->list.item[selection->item[row]];
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
    return selection->item[row];
}

int8_t odd_selection_truth(const odd_selection *selection, int64_t row)
{
    return selection->truth[row];
}

bool odd_selection_held_out(const odd_selection *selection, int64_t row)
{
    return selection->held_out[row];
}

bool odd_selection_holds_out(const odd_selection *selection)
{
    return memchr(selection->held_out, 1, (size_t)selection->rows) != NULL;
}

const uint8_t *odd_selection_verified(const odd_selection *selection)
{
    return selection->verified;
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
    return selection->kind->read(reader, selection->item[row], limit, bytes, size, raw, result);
}

void odd_selection_close(const odd_selection *selection, odd_reader **reader)
{
    if (*reader) selection->kind->close(reader);
}
