/* The list of a catalogue: strings, order, digest, packing and unpacking of hostile bytes. */
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
    odd_catalogue_seal(&c);
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

static void order_is_bytewise(void)
{
    odd_catalogue c = example();
    odd_hash before = c.digest;
    odd_catalogue_sort(&c);
    const char *expected[] = {"a-1.jpg", "a/1.jpg", "b/2.jpg", "\xff\x01\n\".jpg"};
    for (int i = 0; i < 4; i++)
        CU_ASSERT_STRING_EQUAL(name_of(&c, i), expected[i]);
    CU_ASSERT_EQUAL(c.item[0].size, 101);
    odd_catalogue_seal(&c);
    CU_ASSERT_NOT_EQUAL(memcmp(&c.digest, &before, sizeof before), 0);
    odd_catalogue_free(&c);
}

/* The digest notices each of the fields that it is said to be of. */
static void digest_notices_changes(void)
{
    odd_catalogue c = example();
    odd_hash first = c.digest;
    odd_catalogue_seal(&c);
    CU_ASSERT_EQUAL(memcmp(&c.digest, &first, sizeof first), 0);
    int64_t *number[] = {&c.item[2].size, &c.item[2].time, &c.item[2].label, &c.item[2].name};
    for (int k = 0; k < 4; k++) {
        int64_t kept = *number[k];
        *number[k] = kept == 0 ? 1 : kept + 1; /* of a string: its tail */
        odd_catalogue_seal(&c);
        CU_ASSERT_NOT_EQUAL(memcmp(&c.digest, &first, sizeof first), 0);
        *number[k] = kept;
    }
    c.item[0].verified = 2;
    odd_catalogue_seal(&c);
    CU_ASSERT_NOT_EQUAL(memcmp(&c.digest, &first, sizeof first), 0);
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

/* As it arrives in another process. */
static odd_status copy_list(const odd_catalogue *c, const odd_catalogue_head *head,
                            odd_catalogue *out)
{
    odd_status st = odd_catalogue_take_head(head, out);
    if (st != ODD_OK) return st;
    out->item = odd_alloc(head->count, sizeof *out->item);
    out->pool = odd_alloc(head->pool_size, 1);
    CU_ASSERT_FATAL(out->item && out->pool);
    if (c->count > 0) memcpy(out->item, c->item, (size_t)c->count * sizeof *c->item);
    if (c->pool_size > 0) memcpy(out->pool, c->pool, (size_t)c->pool_size);
    return odd_catalogue_check(out);
}

static void copies(void)
{
    odd_catalogue c = example(), d;
    odd_catalogue empty = ODD_CATALOGUE_EMPTY;
    odd_catalogue_head head = odd_catalogue_head_of(&c);
    CU_ASSERT_EQUAL(copy_list(&c, &head, &d), ODD_OK);
    CU_ASSERT_EQUAL(d.count, c.count);
    CU_ASSERT_EQUAL(memcmp(d.item, c.item, sizeof *c.item * 4), 0);
    CU_ASSERT_EQUAL(memcmp(d.pool, c.pool, (size_t)c.pool_size), 0);
    CU_ASSERT_EQUAL(memcmp(&d.digest, &c.digest, sizeof c.digest), 0);
    odd_item *item;
    CU_ASSERT_EQUAL(odd_catalogue_add(&d, "new", "new", &item), ODD_OK); /* it can go on */
    CU_ASSERT_STRING_EQUAL(name_of(&d, 0), name_of(&c, 0));
    odd_catalogue_free(&d);
    odd_catalogue_free(&c);
    head = odd_catalogue_head_of(&empty);
    CU_ASSERT_EQUAL(copy_list(&empty, &head, &d), ODD_OK);
    CU_ASSERT_EQUAL(d.count, 0);
    odd_catalogue_free(&d);
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

static void wrong_heads(void)
{
    const odd_catalogue_head right = odd_catalogue_head_of(&(odd_catalogue)ODD_CATALOGUE_EMPTY);
    const odd_catalogue_head wrong[] = {
        {0, 0, 0, {0, 0}}, {right.magic, -1, 0, {0, 0}}, {right.magic, 0, -1, {0, 0}}};
    odd_catalogue d;
    for (int i = 0; i < 3; i++) {
        CU_ASSERT_EQUAL(odd_catalogue_take_head(&wrong[i], &d), ODD_FORMAT);
        CU_ASSERT(!d.item && d.count == 0);
    }
}

static void hostile_bytes(void)
{
    odd_catalogue c = example(), d;
    const odd_catalogue_head head = odd_catalogue_head_of(&c);
    const int64_t items = c.count * (int64_t)sizeof *c.item, rounds = 20000;
    int64_t refused = 0;
    for (int64_t k = 0; k < rounds; k++) {
        const int64_t at =
            (int64_t)odd_below((uint64_t)(items + c.pool_size), 7, ODD_STREAM_TEST, (uint64_t)k, 0);
        char *byte = at < items ? (char *)c.item + at : c.pool + (at - items), kept = *byte;
        *byte = (char)odd_below(256, 7, ODD_STREAM_TEST, (uint64_t)k, 1);
        if (copy_list(&c, &head, &d) == ODD_OK)
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
    {"many items", many_items_grow},
    {"copies", copies},
    {"heads of no list", wrong_heads},
    {"hostile bytes", hostile_bytes},
    {"table of options", options_table},
    CU_TEST_INFO_NULL,
};
