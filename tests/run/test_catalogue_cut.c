/* Catalogues cut by ranks: listed in parts, cut anew, and the same whatever the parts are. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "run/catalogue_cut_internal.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "catalogue_cut";

#define WORLD MPI_COMM_WORLD

/* Item i: its name, of a source that some neighbours share, or whose end it is; every seventh with
 * a problem. */
static odd_status add(int64_t i, odd_catalogue *c)
{
    char name[64], source[64], label[32];
    odd_item *item;
    int64_t group, reason = 0;
    odd_status st;
    snprintf(name, sizeof name, "%lld/%lld.png", (long long)i % 3, (long long)i);
    snprintf(source, sizeof source, i % 2 ? "photos/%s" : "shard-%s.tar",
             i % 2    ? name
             : i < 50 ? "a"
                      : "b");
    snprintf(label, sizeof label, "class %lld", (long long)i % 5);
    ODD_TRY(odd_catalogue_add(c, name, source, &item));
    ODD_TRY(odd_catalogue_string(c, i % 5 ? label : "", &item->label));
    ODD_TRY(odd_catalogue_string(c, i % 4 ? "" : "test", &item->split));
    ODD_TRY(odd_catalogue_string(c, "all", &group));
    if (i % 7 == 0) ODD_TRY(odd_catalogue_string(c, "it is not there", &reason));
    item->group = group;
    item->reason = reason;
    item->problem = i % 7 == 0 ? ODD_IMAGE_MISSING : ODD_IMAGE_OK;
    item->offset = i;
    item->size = 1000 - i;
    item->white = (double)i / 4;
done:
    return st;
}

static bool same_text(const odd_catalogue *a, int64_t x, const odd_catalogue *b, int64_t y)
{
    return strcmp(odd_catalogue_text(a, x), odd_catalogue_text(b, y)) == 0;
}

/* Is the i-th of mine the item of this number? */
static bool is_item(const odd_catalogue *c, int64_t i, int64_t number)
{
    odd_catalogue one = ODD_CATALOGUE_EMPTY;
    ODD_CHECK(add(number, &one) == ODD_OK);
    const odd_item *p = &c->item[i], *q = &one.item[0];
    bool same = same_text(c, p->name, &one, q->name) && same_text(c, p->source, &one, q->source) &&
                same_text(c, p->label, &one, q->label) && same_text(c, p->split, &one, q->split) &&
                same_text(c, p->group, &one, q->group) &&
                same_text(c, p->reason, &one, q->reason) && p->problem == q->problem &&
                p->offset == q->offset && p->size == q->size && p->white == q->white;
    odd_catalogue_free(&one);
    return same;
}

/* Parts of n items as they were listed: all on one rank, or some on each, or few on the first. */
static void list_badly(int64_t n, int way, odd_catalogue *c)
{
    const int rank = odd_rank(WORLD), size = odd_size(WORLD);
    int64_t from = n * rank / size, to = n * (rank + 1) / size;
    if (way == 0) from = rank == 0 ? 0 : n, to = n;
    if (way == 1) from = rank == size - 1 ? 0 : n, to = n;
    if (way == 2)
        from = rank == 0 ? 0 : n * rank / size / 2,
        to = rank == size - 1 ? n : n * (rank + 1) / size / 2;
    *c = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    for (int64_t i = from; i < to; i++)
        ODD_CHECK(add(i, c) == ODD_OK);
    odd_catalogue_number(WORLD, c);
}

static void test_cut(void)
{
    static const int64_t counts[] = {0, 1, 5, 17, 100, 1000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        const odd_partition part = odd_partition_images(WORLD, counts[k]);
        for (int way = 0; way < 4; way++) {
            odd_catalogue c;
            list_badly(counts[k], way, &c);
            bool good = odd_catalogue_cut(WORLD, &c) == ODD_OK && c.count == part.n_local &&
                        c.all == counts[k] && (c.count == 0 || c.first == part.row0) &&
                        odd_catalogue_check(&c) == ODD_OK;
            for (int64_t i = 0; good && i < c.count; i++)
                good = is_item(&c, i, part.row0 + i);
            check_all(WORLD, good);
            odd_catalogue_free(&c);
        }
    }
}

/* Strings that neighbours share are shared behind the cut, too. */
static void test_strings_are_shared(void)
{
    odd_catalogue c;
    list_badly(1000, 0, &c);
    check_all(WORLD, odd_catalogue_cut(WORLD, &c) == ODD_OK);
    int64_t bytes = c.pool_size;
    odd_sum_i64(WORLD, &bytes, 1);
    check_all(WORLD, bytes < 1000 * 30); /* a name each, and half of them a path */
    for (int64_t i = 1; i < c.count; i++)
        CU_ASSERT(c.item[i].group == c.item[0].group);
    odd_catalogue_free(&c);
}

/* Every third. */
static void test_keep(void)
{
    int64_t place[400], kept = 0;
    bool good = true;
    odd_catalogue c;
    list_badly(400, 2, &c);
    for (int64_t i = 0; i < c.count; i++)
        if ((c.first + i) % 3 == 0) place[kept++] = i;
    odd_catalogue_keep(WORLD, kept, place, &c);
    check_all(WORLD, c.all == 134 && c.count == kept);
    check_all(WORLD, odd_catalogue_cut(WORLD, &c) == ODD_OK);
    for (int64_t i = 0; i < c.count; i++)
        good = good && is_item(&c, i, 3 * (c.first + i));
    check_all(WORLD, good);
    odd_catalogue_free(&c);
}

/* ---- kinds ---- */

enum { ITEMS = 300 };
static int64_t units;    /* of the kind below */
static int failing_unit; /* -1: none */
static odd_status failing_look;

static odd_status look(const odd_catalogue_options *options, const char *folder,
                       odd_catalogue_outline *out, odd_passed *passed)
{
    (void)options, (void)folder, (void)passed;
    out->units = units;
    out->bytes = odd_alloc(3, 1);
    out->size = 3;
    memcpy(out->bytes, "ab", 3);
    for (int64_t i = 0; i < units && units < ITEMS; i++) {
        odd_text_format(&out->lines, "unit %lld", (long long)i);
        odd_text_bytes(&out->lines, "", 1);
    }
    return failing_look == ODD_OK ? ODD_OK : odd_fail(failing_look, "it cannot be looked at");
}

static odd_status list(const odd_catalogue_options *options, const char *folder,
                       const odd_catalogue_outline *outline, int64_t from, int64_t to,
                       odd_catalogue *out, odd_passed *passed)
{
    odd_status st = ODD_OK;
    (void)options, (void)folder, (void)passed;
    const char *line = odd_text_string(&outline->lines);
    ODD_CHECK(from < to && (!outline->bytes || strcmp(outline->bytes, "ab") == 0));
    for (int64_t i = from; i < to && outline->lines.length > 0; i++, line += strlen(line) + 1) {
        char expected[32];
        snprintf(expected, sizeof expected, "unit %lld", (long long)i);
        ODD_CHECK(strcmp(line, expected) == 0); /* those of my units */
    }
    if (from <= failing_unit && failing_unit < to)
        return odd_fail(ODD_FORMAT, "unit %d is broken", failing_unit);
    for (int64_t i = ITEMS * from / outline->units; i < ITEMS * to / outline->units; i++)
        ODD_TRY(add(i, out));
done:
    return st;
}

static const odd_catalogue_kind in_units = {.name = "units", .look = look, .list = list};
static const odd_catalogue_kind in_images = {
    .name = "images", .in_images = true, .look = look, .list = list};
static char *path[] = {"somewhere"};
static const odd_catalogue_options options = {.kind = "units", .path = {path, 1}};

/* The list is the same, and its digest, of whatever units by however many ranks. */
static void test_list(void)
{
    static const int64_t counts[] = {ITEMS, 1, 2, 3, 7, 100};
    odd_hash first, digest;
    odd_catalogue c;
    failing_unit = -1;
    failing_look = ODD_OK;
    units = 1;
    check_all(WORLD,
              odd_catalogue_list(MPI_COMM_SELF, &in_units, &options, ".", &c, &first) == ODD_OK);
    check_all(WORLD, c.all == ITEMS && c.count == ITEMS);
    odd_catalogue_free(&c);
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
        units = counts[k];
        const odd_catalogue_kind *kind = units == ITEMS ? &in_images : &in_units;
        bool good = odd_catalogue_list(WORLD, kind, &options, ".", &c, &digest) == ODD_OK &&
                    c.all == ITEMS && odd_hash_compare(first, digest) == 0;
        for (int64_t i = 0; good && i < c.count; i++)
            good = is_item(&c, i, c.first + i);
        if (units == ITEMS) good = good && c.count == odd_partition_images(WORLD, ITEMS).n_local;
        check_all(WORLD, good);
        odd_catalogue_free(&c);
    }
}

/* Sorted over ranks: each a part of the order, some names twice, whoever had them. */
static void test_sort(void)
{
    static const int64_t counts[] = {0, 1, 3, 1000};
    for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
        for (int way = 0; way < 4; way++) {
            const int64_t n = counts[k];
            odd_catalogue c;
            list_badly(n, way, &c);
            for (int64_t i = 0; i + 9 < c.count; i += 10) { /* two of one name and source */
                c.item[i + 9].name = c.item[i].name;
                c.item[i + 9].source = c.item[i].source;
            }
            bool good = odd_catalogue_sort_all(WORLD, &c) == ODD_OK && c.all == n &&
                        odd_catalogue_check(&c) == ODD_OK;
            for (int64_t i = 1; good && i < c.count; i++)
                good = strcmp(odd_catalogue_text(&c, c.item[i - 1].name),
                              odd_catalogue_text(&c, c.item[i].name)) <= 0;
            good = good && c.count <= n / odd_size(WORLD) * 2 + 4; /* parts are alike */
            check_all(WORLD, good);
            odd_catalogue_free(&c);
        }
}

/* A kind that has no order gets that of names, however it was listed. */
static void test_by_name(void)
{
    static const odd_catalogue_kind unordered = {
        .name = "unordered", .by_name = true, .look = look, .list = list};
    odd_hash first, digest;
    odd_catalogue c;
    failing_unit = -1;
    failing_look = ODD_OK;
    units = 7;
    check_all(WORLD,
              odd_catalogue_list(MPI_COMM_SELF, &unordered, &options, ".", &c, &first) == ODD_OK);
    odd_catalogue_free(&c);
    for (units = 1; units < 30; units += 7) {
        bool good = odd_catalogue_list(WORLD, &unordered, &options, ".", &c, &digest) == ODD_OK &&
                    c.all == ITEMS && odd_hash_compare(first, digest) == 0;
        check_all(WORLD, good);
        odd_catalogue_free(&c);
    }
}

/* Of whatever rank: all fail, with its reason. */
static void test_failures(void)
{
    odd_hash digest;
    odd_catalogue c;
    units = 7;
    failing_look = ODD_OK;
    for (failing_unit = 0; failing_unit < 7; failing_unit++) {
        check_all(WORLD,
                  odd_catalogue_list(WORLD, &in_units, &options, ".", &c, &digest) == ODD_FORMAT);
        check_all(WORLD, strstr(odd_fail_reason(), "is broken") && !c.item && c.count == 0);
    }
    failing_unit = -1;
    failing_look = ODD_USAGE;
    check_all(WORLD, odd_catalogue_list(WORLD, &in_units, &options, ".", &c, &digest) == ODD_USAGE);
    check_all(WORLD, strstr(odd_fail_reason(), "cannot be looked at") != NULL);
    failing_look = ODD_OK;
    units = 0;
    check_all(WORLD,
              odd_catalogue_list(WORLD, &in_units, &options, ".", &c, &digest) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "no images in 'somewhere'") != NULL);
}

CU_TestInfo odd_tests[] = {
    {"cut anew", test_cut},           {"strings are shared", test_strings_are_shared},
    {"some are kept", test_keep},     {"listed by ranks", test_list},
    {"sorted over ranks", test_sort}, {"sorted by name", test_by_name},
    {"failures", test_failures},      CU_TEST_INFO_NULL,
};
