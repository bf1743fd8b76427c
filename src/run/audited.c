/* Audited: what is known of the images of a run, row by row. */
#include "run/audited_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

void odd_audited_free(odd_audited **audited)
{
    if (!*audited) return;
    odd_catalogue_free(&(*audited)->list);
    odd_free((*audited)->item);
    odd_free((*audited)->truth);
    odd_free((*audited)->verified);
    odd_free((*audited)->held_out);
    odd_free(*audited);
    *audited = NULL;
}

/* -- the list -- */

int64_t odd_audited_rows(const odd_audited *audited)
{
    return audited->rows;
}

int64_t odd_audited_listed(const odd_audited *audited)
{
    return audited->list.count;
}

int64_t odd_audited_list_bytes(const odd_audited *audited)
{
    const odd_catalogue *list = &audited->list;
    return list->pool_size + list->count * (int64_t)sizeof *list->item;
}

odd_hash odd_audited_digest(const odd_audited *audited)
{
    return audited->list.digest;
}

/* -- a row of it -- */

static const odd_item *item_of(const odd_audited *audited, int64_t row)
{
    return &audited->list.item[audited->item[row]];
}

const char *odd_audited_name(const odd_audited *audited, int64_t row)
{
    return odd_catalogue_text(&audited->list, item_of(audited, row)->name);
}

const char *odd_audited_label(const odd_audited *audited, int64_t row)
{
    return odd_catalogue_text(&audited->list, item_of(audited, row)->label);
}

const char *odd_audited_split(const odd_audited *audited, int64_t row)
{
    return odd_catalogue_text(&audited->list, item_of(audited, row)->split);
}

const char *odd_audited_group(const odd_audited *audited, int64_t row)
{
    return odd_catalogue_text(&audited->list, item_of(audited, row)->group);
}

int64_t odd_audited_item(const odd_audited *audited, int64_t row)
{
    return audited->item[row];
}

int8_t odd_audited_truth(const odd_audited *audited, int64_t row)
{
    return audited->truth[row];
}

bool odd_audited_held_out(const odd_audited *audited, int64_t row)
{
    return audited->held_out[row];
}

bool odd_audited_holds_out(const odd_audited *audited)
{
    return memchr(audited->held_out, 1, (size_t)audited->rows) != NULL;
}

const uint8_t *odd_audited_verified(const odd_audited *audited)
{
    return audited->verified;
}

/* -- its images -- */

odd_status odd_audited_open(const odd_audited *audited, const odd_job *job, odd_reader **out)
{
    return audited->kind->open(odd_job_section(job, "catalogue"), &audited->list, out);
}

odd_status odd_audited_read(const odd_audited *audited, odd_reader *reader, int64_t row,
                            int64_t limit, uint8_t **bytes, size_t *size, odd_image *raw,
                            odd_verdict *verdict)
{
    return audited->kind->read(reader, audited->item[row], limit, bytes, size, raw, verdict);
}

void odd_audited_close(const odd_audited *audited, odd_reader **reader)
{
    if (*reader) audited->kind->close(reader);
}
