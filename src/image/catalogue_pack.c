/* Catalogue, packed: the list as one run of bytes, for other ranks, and back with every check. */
#include "oddlot/image/catalogue.h"

#include "oddlot/base/memory.h"

#include <string.h>

#define MAGIC UINT64_C(0x3167746C63646F6F) /* "oodcltg1", which also tells the byte order */

/* header, items, pool */
typedef struct {
    uint64_t magic;
    int64_t count, pool_size;
    odd_hash digest;
} header;

static bool total_size(const header *h, int64_t *size)
{
    int64_t items;
    return h->count >= 0 && h->pool_size >= 0 &&
           !__builtin_mul_overflow(h->count, (int64_t)sizeof(odd_item), &items) &&
           !__builtin_add_overflow(items, (int64_t)sizeof *h, size) &&
           !__builtin_add_overflow(*size, h->pool_size, size);
}

odd_status odd_catalogue_pack(const odd_catalogue *c, char **bytes, int64_t *size)
{
    const header h = {MAGIC, c->count, c->pool_size, c->digest};
    char *packed = NULL;
    *bytes = NULL;
    *size = 0;
    ODD_CHECK(total_size(&h, size)); /* the list is in memory, so its size is a number */
    odd_status st = ODD_NEW(packed, *size);
    if (st != ODD_OK) return st;
    size_t items = (size_t)c->count * sizeof *c->item;
    memcpy(packed, &h, sizeof h);
    if (items > 0) memcpy(packed + sizeof h, c->item, items);
    if (c->pool_size > 0) memcpy(packed + sizeof h + items, c->pool, (size_t)c->pool_size);
    *bytes = packed;
    return ODD_OK;
}

static odd_status read_header(const char *bytes, int64_t size, header *h)
{
    int64_t wanted = 0;
    if (size < (int64_t)sizeof *h)
        return odd_fail(ODD_FORMAT, "packed catalogue of %lld bytes is too short", (long long)size);
    memcpy(h, bytes, sizeof *h);
    if (h->magic != MAGIC) return odd_fail(ODD_FORMAT, "these bytes are not a packed catalogue");
    if (!total_size(h, &wanted) || wanted != size)
        return odd_fail(ODD_FORMAT, "packed catalogue of %lld bytes has the wrong size",
                        (long long)size);
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
static odd_status check_items(const odd_catalogue *c)
{
    if (c->pool_size > 0 && (c->pool[0] != '\0' || c->pool[c->pool_size - 1] != '\0'))
        return odd_fail(ODD_FORMAT, "strings of a packed catalogue do not end");
    for (int64_t i = 0; i < c->count; i++)
        if (!is_valid_item(c, &c->item[i]))
            return odd_fail(ODD_FORMAT, "item %lld of a packed catalogue is not valid",
                            (long long)i);
    return ODD_OK;
}

odd_status odd_catalogue_unpack(const char *bytes, int64_t size, odd_catalogue *out)
{
    odd_catalogue c = ODD_CATALOGUE_EMPTY;
    header h = {0};
    odd_status st;
    *out = c;
    ODD_TRY(read_header(bytes, size, &h));
    ODD_TRY(ODD_NEW(c.item, h.count));
    ODD_TRY(ODD_NEW(c.pool, h.pool_size));
    size_t items = (size_t)h.count * sizeof *c.item;
    memcpy(c.item, bytes + sizeof h, items);
    memcpy(c.pool, bytes + sizeof h + items, (size_t)h.pool_size);
    c.count = c.item_room = h.count;
    c.pool_size = c.pool_room = h.pool_size;
    c.digest = h.digest;
    ODD_TRY(check_items(&c));
    *out = c;
    return ODD_OK;
done:
    odd_catalogue_free(&c);
    return st;
}
