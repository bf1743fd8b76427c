/**
 * For tests of catalogues: a temporary folder with files in it, gone at the end, and short ways to
 * list a catalogue and to look at its items.
 */
#ifndef SCRATCH_FOLDER_H
#define SCRATCH_FOLDER_H

#include "oddlot/base/memory.h"
#include "oddlot/image/twice.h"
#include "oddlot_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENOUGH (1 << 20) /* limit that no item of these tests reaches */

static char scratch[512];

static inline int remove_entry(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
    (void)info, (void)type, (void)ftw;
    return remove(path);
}

static inline void scratch_remove(void)
{
    if (*scratch) nftw(scratch, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    *scratch = '\0';
}

/* Start with an empty folder. */
static inline void scratch_new(void)
{
    const char *place = getenv("TMPDIR");
    if (!*scratch) atexit(scratch_remove);
    scratch_remove();
    snprintf(scratch, sizeof scratch, "%s/oddlot-test-XXXXXX", place ? place : "/tmp");
    if (!mkdtemp(scratch)) abort();
}

/* A path in it; good until eight more were asked for. */
static inline const char *scratch_path(const char *name)
{
    static char paths[8][4096];
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", scratch, name);
    return path;
}

static inline void scratch_folder(const char *name)
{
    if (mkdir(scratch_path(name), 0777) != 0) abort();
}

static inline void scratch_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(scratch_path(name), "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) abort();
}

static inline void scratch_file(const char *name, const char *text)
{
    scratch_bytes(name, text, strlen(text));
}

static inline void scratch_link(const char *target, const char *name)
{
    if (symlink(target, scratch_path(name)) != 0) abort();
}

static inline const char *name_of(const odd_catalogue *c, int64_t i)
{
    return i < c->count ? odd_catalogue_text(c, c->item[i].name) : "(no such item)";
}

static inline int64_t item_named(const odd_catalogue *c, const char *name)
{
    int64_t i = 0;
    while (i < c->count && strcmp(name_of(c, i), name) != 0)
        i++;
    return i < c->count ? i : -1;
}

static inline bool failed_with(const char *words)
{
    bool found = strstr(odd_fail_reason(), words) != NULL;
    if (!found) fprintf(stderr, "the reason is: %s\n", odd_fail_reason());
    return found;
}

/* True if item i, read through `reader`, has this status and (unless NULL) these bytes. */
static inline bool reads(const odd_catalogue_kind *kind, odd_reader *reader, int64_t i,
                         int64_t limit, odd_image_status status, const void *expected,
                         size_t length)
{
    uint8_t *bytes;
    size_t size;
    odd_image raw;
    odd_read_result result;
    if (kind->read(reader, i, limit, &bytes, &size, &raw, &result) != ODD_OK) return false;
    const uint8_t *found = raw.pixels ? raw.pixels : bytes;
    size_t n = raw.pixels ? (size_t)raw.width * (size_t)raw.height * (size_t)raw.channels : size;
    bool same = result.status == status && (status == ODD_IMAGE_OK) == (found != NULL) &&
                (result.reason[0] == '\0') == (status == ODD_IMAGE_OK) &&
                (!expected || (n == length && memcmp(found, expected, n) == 0));
    if (!same)
        fprintf(stderr, "item %lld: status %d, %s\n", (long long)i, result.status, result.reason);
    odd_free(bytes);
    odd_image_free(&raw);
    return same;
}

static inline int open_files(void)
{
    int count = 0;
    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

/* The same items, whatever strings lie where. */
static inline bool same_list(const odd_catalogue *a, const odd_catalogue *b)
{
    const odd_hash p = odd_catalogue_digest(a), q = odd_catalogue_digest(b);
    bool same = a->count == b->count && odd_hash_compare(p, q) == 0;
    for (int64_t i = 0; same && i < a->count; i++)
        same = strcmp(odd_catalogue_text(a, a->item[i].source),
                      odd_catalogue_text(b, b->item[i].source)) == 0;
    return same;
}

/* What a part has passed over goes to others as bytes. */
static inline odd_status join_passed(const odd_passed *part, odd_passed *passed)
{
    odd_text packed = ODD_TEXT_EMPTY;
    size_t size = 0;
    odd_status st;
    ODD_TRY(odd_passed_pack(part, &packed));
    ODD_TRY(odd_passed_join(passed, packed.s, &size));
    CU_ASSERT_EQUAL(size, packed.length);
done:
    odd_text_free(&packed);
    return st;
}

/* The rows of a part join those before, as items do. */
static inline void join_rows(const odd_catalogue *part, odd_catalogue *out)
{
    const int64_t before = out->count - part->count;
    out->row = realloc(out->row, (size_t)(out->rows + part->rows + 1) * sizeof *out->row);
    if (!out->row) abort();
    for (int64_t i = 0; i < part->rows; i++) {
        out->row[out->rows] = part->row[i];
        out->row[out->rows++].item += before;
    }
}

static inline odd_status check_rows(const odd_list *list, odd_catalogue *c)
{
    odd_rows_twice twice = {0};
    odd_status st = ODD_OK;
    odd_rows_find_twice(c->rows, c->row, &twice);
    odd_catalogue_drop_rows(c);
    if (twice.same.count > 0)
        st = odd_rows_fail_twice(&twice, list, name_of(c, twice.same.again.item));
    else
        odd_rows_tell_shared(&twice, list);
    return st;
}

/* List a catalogue as ranks do, in so many parts, which are joined. */
static inline odd_status list_parts(const odd_catalogue_kind *kind,
                                    const odd_catalogue_options *options, const char *folder,
                                    int64_t parts, odd_catalogue *out, odd_passed *passed)
{
    odd_catalogue_outline outline = {0};
    odd_status st = ODD_OK;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY(kind->look(options, folder, &outline, passed));
    const char *line = odd_text_string(&outline.lines);
    for (int64_t p = 0; p < parts; p++) {
        const int64_t from = outline.units * p / parts, to = outline.units * (p + 1) / parts;
        odd_catalogue_outline mine = outline;
        odd_catalogue part = ODD_CATALOGUE_EMPTY;
        odd_passed over = {0};
        mine.lines.s = (char *)line;
        for (int64_t i = from; i < to && outline.lines.length > 0; i++)
            line += strlen(line) + 1;
        if (from < to) st = kind->list(options, folder, &mine, from, to, &part, &over);
        for (int64_t i = 0; st == ODD_OK && i < part.count; i++)
            st = odd_catalogue_copy(&part, &part.item[i], out);
        if (st == ODD_OK) join_rows(&part, out);
        if (st == ODD_OK) st = join_passed(&over, passed);
        odd_catalogue_free(&part);
        odd_passed_free(&over);
        if (st != ODD_OK) goto done;
    }
    ODD_TRY(check_rows(&options->path, out));
    if (kind->by_name) odd_catalogue_sort(out);
    if (kind->complete) ODD_TRY(kind->complete(out));
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    odd_free(outline.bytes);
    odd_text_free(&outline.lines);
    return st;
}

/* As one rank lists it, which is as two or three do. */
static inline odd_status list_whole(const odd_catalogue_kind *kind,
                                    const odd_catalogue_options *options, const char *folder,
                                    odd_catalogue *out)
{
    odd_passed passed = {0};
    odd_status st = list_parts(kind, options, folder, 1, out, &passed);
    if (st == ODD_OK) st = odd_catalogue_tell(options, out->count, &passed);
    for (int parts = 2; st == ODD_OK && parts < 4; parts++) {
        odd_passed over = {0};
        odd_catalogue again;
        CU_ASSERT_EQUAL(list_parts(kind, options, folder, parts, &again, &over), ODD_OK);
        CU_ASSERT(same_list(out, &again));
        CU_ASSERT(passed.files == over.files && passed.endings == over.endings &&
                  passed.kept.count == over.kept.count && passed.runs.count == over.runs.count &&
                  passed.again.count == over.again.count && passed.slots == over.slots);
        odd_catalogue_free(&again);
        odd_passed_free(&over);
    }
    if (st != ODD_OK) odd_catalogue_free(out);
    odd_passed_free(&passed);
    return st;
}

/* Options of one path in the scratch folder. */
static inline odd_catalogue_options options_for(char **path, int64_t count)
{
    static char *extensions[] = {"jpg", ".png"};
    return (odd_catalogue_options){.kind = "test",
                                   .path = {path, count},
                                   .dataset = "images",
                                   .label_dataset = "",
                                   .extensions = {extensions, 2},
                                   .label_from = "none"};
}

#endif
