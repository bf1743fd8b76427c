/* Catalogue, what is to be said of a list: its digest, and every check of items and strings. */
#include "image/catalogue_internal.h"

#include "oddlot/base/log.h"

static odd_hash digest_item(const odd_catalogue *c, const odd_item *item, int64_t number)
{
    const int64_t numbers[] = {number,     item->offset,   item->size,
                               item->time, item->verified, item->problem};
    odd_hash h = odd_hash_add(ODD_HASH_START, numbers, sizeof numbers);
    h = odd_hash_add_text(h, odd_catalogue_text(c, item->name));
    h = odd_hash_add_text(h, odd_catalogue_text(c, item->label));
    h = odd_hash_add_text(h, odd_catalogue_text(c, item->split));
    return odd_hash_add_text(h, odd_catalogue_text(c, item->group));
}

/* Each half on its own. */
odd_hash odd_catalogue_digest(const odd_catalogue *c)
{
    odd_hash sum = ODD_HASH_START;
    for (int64_t i = 0; i < c->count; i++) {
        const odd_hash h = digest_item(c, &c->item[i], c->first + i);
        sum.low += h.low;
        sum.high += h.high;
    }
    return sum;
}

/* Of several folders, one without images may be a slip. */
static void warn_of_empty(const odd_catalogue_options *options, const odd_passed *passed)
{
    for (int64_t i = 0; i < passed->paths; i++)
        if (passed->found[i] == 0)
            odd_log(ODD_LOG_WARN, "no images in '%s'", options->path.item[i]);
}

odd_status odd_catalogue_tell(const odd_catalogue_options *options, int64_t images,
                              const odd_passed *passed)
{
    odd_passed_log_notes(passed);
    if (images == 0) return odd_catalogue_none(options, passed);
    warn_of_empty(options, passed);
    odd_passed_log(passed, odd_content_wanted(options));
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
