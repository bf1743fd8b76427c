/* Catalogue, for another process: the head of its list, and every check of items and strings. */
#include "oddlot/image/catalogue.h"

#define MAGIC UINT64_C(0x3267746C63646F6F) /* "oodcltg2" */

odd_catalogue_head odd_catalogue_head_of(const odd_catalogue *c)
{
    return (odd_catalogue_head){MAGIC, c->count, c->pool_size, c->digest};
}

odd_status odd_catalogue_take_head(const odd_catalogue_head *head, odd_catalogue *out)
{
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    if (head->magic != MAGIC || head->count < 0 || head->pool_size < 0)
        return odd_fail(ODD_FORMAT, "this is no list of a catalogue");
    out->count = head->count;
    out->pool_size = head->pool_size;
    out->digest = head->digest;
    return ODD_OK;
}

static bool in_pool(const odd_catalogue *c, int64_t offset)
{
    return offset == 0 || (offset > 0 && offset < c->pool_size);
}

static bool is_valid_item(const odd_catalogue *c, const odd_item *item)
{
    return in_pool(c, item->name) && in_pool(c, item->label) && in_pool(c, item->split) &&
           in_pool(c, item->group) && in_pool(c, item->source) && in_pool(c, item->reason) &&
           item->offset >= 0 && item->size >= -1 && item->verified >= 0 && item->verified <= 2 &&
           item->problem >= 0 && item->problem < ODD_IMAGE_STATUS_COUNT;
}

/* Every string ends in the pool, because the pool ends with a 0. */
odd_status odd_catalogue_check(const odd_catalogue *c)
{
    if (c->pool_size > 0 && (c->pool[0] != '\0' || c->pool[c->pool_size - 1] != '\0'))
        return odd_fail(ODD_FORMAT, "strings of the list of a catalogue do not end");
    for (int64_t i = 0; i < c->count; i++)
        if (!is_valid_item(c, &c->item[i]))
            return odd_fail(ODD_FORMAT, "item %lld of the list of a catalogue is not valid",
                            (long long)i);
    return ODD_OK;
}
