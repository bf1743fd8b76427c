/* The list of a catalogue: strings, order, digest, copies, and hostile bytes. */
#include "scratch_folder.h"

#include "oddlot/base/random.h"

static odd_catalogue example(void)
{
    odd_catalogue c = ODD_CATALOGUE_EMPTY;
    odd_item *item;
    const char *name[] = {"b/2.jpg", "a-1.jpg", "a/1.jpg", "\xff\x01\n\".jpg"};
    for (int i = 0; i < 4; i++) {
        char source[64];
        snprintf(source, sizeof source, "photos/%s", name[i]);
        CU_ASSERT_EQUAL(odd_catalogue_add(&c, name[i], source, &item), ODD_OK);
        item->size = 100 + i;
        item->verified = i % 3;
        CU_ASSERT_EQUAL(odd_catalogue_string(&c, i % 2 ? "odd" : "even", &item->label), ODD_OK);
    }
    return c;
}

static void strings_are_kept_once(void)
{
    odd_catalogue c = example();
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 3), "\xff\x01\n\".jpg");
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[1].source), "photos/a-1.jpg");
    CU_ASSERT_EQUAL(c.item[0].name - c.item[0].source, 7); /* the tail of its source */
    CU_ASSERT_EQUAL(c.item[0].label, c.item[2].label);
    CU_ASSERT_NOT_EQUAL(c.item[0].label, c.item[1].label);
    CU_ASSERT_EQUAL(c.item[0].split, 0);
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[0].split), "");
    odd_catalogue_free(&c);
    CU_ASSERT_PTR_NULL(c.item);
}

/* Whatever labels come between: readers open a source once, not for each image. */
static void neighbours_share_their_source(void)
{
    odd_catalogue c = ODD_CATALOGUE_EMPTY;
    odd_item *item;
    char name[32], label[32];
    for (int i = 0; i < 4 * ODD_CATALOGUE_RECENT; i++) {
        snprintf(name, sizeof name, "[%d]", i);
        snprintf(label, sizeof label, "class %d", i);
        CU_ASSERT_EQUAL(odd_catalogue_add(&c, name, "images.gz", &item), ODD_OK);
        CU_ASSERT_EQUAL(odd_catalogue_string(&c, label, &item->label), ODD_OK);
        CU_ASSERT_EQUAL(item->source, c.item[0].source);
    }
    odd_catalogue_free(&c);
}

static bool has_digest(const odd_catalogue *c, odd_hash digest)
{
    return odd_hash_compare(odd_catalogue_digest(c), digest) == 0;
}

static void order_is_bytewise(void)
{
    odd_catalogue c = example();
    const odd_hash before = odd_catalogue_digest(&c);
    odd_catalogue_sort(&c);
    const char *expected[] = {"a-1.jpg", "a/1.jpg", "b/2.jpg", "\xff\x01\n\".jpg"};
    for (int i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(name_of(&c, i), expected[i]);
    CU_ASSERT_EQUAL(c.item[0].size, 101);
    CU_ASSERT(!has_digest(&c, before));
    odd_catalogue_free(&c);
}

/* The digest notices each of the fields that it is said to be of. */
static void digest_notices_changes(void)
{
    odd_catalogue c = example();
    const odd_hash first = odd_catalogue_digest(&c);
    CU_ASSERT(has_digest(&c, first));
    int64_t *number[] = {&c.item[2].size, &c.item[2].time, &c.item[2].label, &c.item[2].name};
    for (int k = 0; k < 4; k++) {
        int64_t kept = *number[k];
        *number[k] = kept == 0 ? 1 : kept + 1; /* of a string: its tail */
        CU_ASSERT(!has_digest(&c, first));
        *number[k] = kept;
    }
    c.item[0].verified = 2;
    CU_ASSERT(!has_digest(&c, first));
    odd_catalogue_free(&c);
}

/* Parts of a list have digests that add up to that of the whole, wherever it is cut; swapped, they
 * do not. */
static void digests_add_up(void)
{
    odd_catalogue c = example();
    const odd_hash whole = odd_catalogue_digest(&c);
    for (int cut = 0; cut <= 4; cut++) {
        const odd_catalogue first = {.item = c.item, .count = cut, .pool = c.pool};
        const odd_catalogue rest = {
            .item = c.item + cut, .count = 4 - cut, .pool = c.pool, .first = cut};
        const odd_catalogue swapped = {.item = c.item + cut, .count = 4 - cut, .pool = c.pool};
        const odd_hash a = odd_catalogue_digest(&first), b = odd_catalogue_digest(&rest);
        CU_ASSERT(a.low + b.low == whole.low && a.high + b.high == whole.high);
        CU_ASSERT(cut == 0 || cut == 4 || odd_catalogue_digest(&swapped).low != b.low);
    }
    odd_catalogue_free(&c);
}

static void many_items_grow(void)
{
    odd_catalogue c = ODD_CATALOGUE_EMPTY;
    odd_item *item;
    char name[32];
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%d.jpg", i * 7919 % 5000);
        CU_ASSERT_EQUAL(odd_catalogue_add(&c, name, "shard.tar", &item), ODD_OK);
    }
    odd_catalogue_sort(&c);
    for (int i = 1; i < 5000; i++)
        CU_ASSERT(strcmp(name_of(&c, i - 1), name_of(&c, i)) < 0);
    CU_ASSERT_EQUAL(c.item[0].source, c.item[4999].source);
    CU_ASSERT(c.pool_size < 5000 * 9 + 16);
    odd_catalogue_free(&c);
}

/* With bytes of its own. */
static odd_status copy_list(const odd_catalogue *c, odd_catalogue *out)
{
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    out->count = c->count;
    out->pool_size = c->pool_size;
    out->item = odd_alloc(c->count, sizeof *out->item);
    out->pool = odd_alloc(c->pool_size, 1);
    CU_ASSERT_FATAL(out->item && out->pool);
    memcpy(out->item, c->item, (size_t)c->count * sizeof *c->item);
    memcpy(out->pool, c->pool, (size_t)c->pool_size);
    return odd_catalogue_check(out);
}

/* Item by item: the same, with strings of the new list, which can go on. */
static void copies(void)
{
    odd_catalogue c = example(), d = ODD_CATALOGUE_EMPTY;
    odd_item *item;
    c.item[1].white = 7;
    CU_ASSERT_EQUAL(odd_catalogue_string(&c, "why", &c.item[1].reason), ODD_OK);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(odd_catalogue_copy(&c, &c.item[i], &d), ODD_OK);
    CU_ASSERT(same_list(&c, &d));
    CU_ASSERT_EQUAL(d.item[1].white, 7);
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&d, d.item[1].reason), "why");
    CU_ASSERT_EQUAL(d.item[0].label, d.item[2].label);
    CU_ASSERT_EQUAL(odd_catalogue_add(&d, "new", "new", &item), ODD_OK);
    CU_ASSERT_STRING_EQUAL(name_of(&d, 0), name_of(&c, 0));
    CU_ASSERT_EQUAL(odd_catalogue_check(&d), ODD_OK);
    odd_catalogue_free(&d);
    odd_catalogue_free(&c);
}

/* Use everything that a list points at; the sanitizers watch. */
static size_t touch(const odd_catalogue *c)
{
    size_t sum = 0;
    for (int64_t i = 0; i < c->count; i++) {
        const odd_item *item = &c->item[i];
        const int64_t text[] = {item->name,  item->label,  item->split,
                                item->group, item->source, item->reason};
        for (int k = 0; k < 6; k++)
            sum += strlen(odd_catalogue_text(c, text[k]));
    }
    return sum;
}

static void hostile_bytes(void)
{
    odd_catalogue c = example(), d;
    const int64_t items = c.count * (int64_t)sizeof *c.item, rounds = 20000;
    int64_t refused = 0;
    for (int64_t k = 0; k < rounds; k++) {
        const int64_t at =
            (int64_t)odd_below((uint64_t)(items + c.pool_size), 7, ODD_STREAM_TEST, (uint64_t)k, 0);
        char *byte = at < items ? (char *)c.item + at : c.pool + (at - items), kept = *byte;
        *byte = (char)odd_below(256, 7, ODD_STREAM_TEST, (uint64_t)k, 1);
        if (copy_list(&c, &d) == ODD_OK)
            touch(&d);
        else
            refused++;
        odd_catalogue_free(&d);
        *byte = kept;
    }
    CU_ASSERT(refused > rounds / 10);
    odd_catalogue_free(&c);
}

static void options_table(void)
{
    const char *expected[] = {"path",    "labels", "dataset",    "label_dataset",
                              "black",   "white",  "extensions", "label_from",
                              "pattern", "images", "side",       "seed"};
    const int options = sizeof expected / sizeof *expected;
    int k = 0;
    for (const odd_option *o = odd_catalogue_option_table; o->key && k < options; o++, k++) {
        CU_ASSERT_STRING_EQUAL(o->key, expected[k]);
        CU_ASSERT(strlen(o->help) > 20);
        CU_ASSERT_PTR_NOT_NULL(o->value);
    }
    CU_ASSERT_EQUAL(k, options);
    CU_ASSERT_PTR_NULL(odd_catalogue_option_table[k].key);
}

const char *odd_test_name = "catalogue";
CU_TestInfo odd_tests[] = {
    {"strings are kept once", strings_are_kept_once},
    {"neighbours share their source", neighbours_share_their_source},
    {"the order is bytewise", order_is_bytewise},
    {"the digest notices changes", digest_notices_changes},
    {"digests add up", digests_add_up},
    {"many items", many_items_grow},
    {"copies", copies},
    {"hostile bytes", hostile_bytes},
    {"table of options", options_table},
    CU_TEST_INFO_NULL,
};
