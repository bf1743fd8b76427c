/* Ignored: is a finding one of those on the list? By digests of names, in the order of the first.
 *
 * Names are compared as odd_text_json() writes them: findings.csv has the further members so, where
 * bytes that are not UTF-8 are all alike. */
#include "run/ignored_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>

odd_status odd_ignored_digest(const char *name, odd_hash *digest)
{
    odd_text json = ODD_TEXT_EMPTY;
    odd_status st;
    odd_text_json(&json, name);
    ODD_TRY(odd_text_status(&json));
    *digest = odd_hash_add_text(ODD_HASH_START, json.s);
done:
    odd_text_free(&json);
    return st;
}

void odd_ignored_free(odd_ignored **ignored)
{
    if (!*ignored) return;
    odd_free((*ignored)->line);
    odd_free((*ignored)->name);
    odd_free(*ignored);
    *ignored = NULL;
}

int64_t odd_ignored_lines(const odd_ignored *ignored)
{
    return ignored->lines;
}

int odd_ignored_compare(const void *a, const void *b)
{
    const odd_ignored_name *p = a, *q = b;
    const int order = odd_hash_compare(p->name, q->name);
    return order != 0 ? order : (p->line > q->line) - (p->line < q->line);
}

/* Does this line name the image? */
static bool line_has(const odd_ignored *ignored, int64_t line, odd_hash name)
{
    const odd_ignored_name key = {name, line};
    return bsearch(&key, ignored->name, (size_t)ignored->names, sizeof key, odd_ignored_compare) !=
           NULL;
}

/* The first of the names that are this one. */
static int64_t first_of(const odd_ignored *ignored, odd_hash name)
{
    const odd_ignored_name key = {name, -1};
    int64_t from = 0, to = ignored->names;
    while (from < to) {
        const int64_t middle = from + (to - from) / 2;
        if (odd_ignored_compare(&ignored->name[middle], &key) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* @local */
static odd_status digest_image(odd_image_facts *facts, int64_t image, odd_hash *digest)
{
    const char *name;
    odd_status st;
    ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_NAME, image, &name));
    ODD_TRY(odd_ignored_digest(name, digest));
done:
    return st;
}

/* And all the others? @local */
static odd_status line_has_all(const odd_ignored *ignored, int64_t line, odd_image_facts *facts,
                               int64_t rows, const int64_t row[], bool *has)
{
    odd_status st = ODD_OK;
    *has = true;
    for (int64_t i = 1; i < rows && *has; i++) {
        odd_hash name;
        ODD_TRY(digest_image(facts, row[i], &name));
        *has = line_has(ignored, line, name);
    }
done:
    return st;
}

static bool is_about(const odd_ignored_line *line, int kind, const char *check)
{
    return (line->kind == ODD_FINDING_KIND_COUNT || line->kind == kind) &&
           (!*line->check || strcmp(line->check, check) == 0);
}

odd_status odd_ignored_has(const odd_ignored *ignored, odd_image_facts *facts, int kind,
                           const char *check, int64_t rows, const int64_t row[], bool *has)
{
    odd_hash name;
    odd_status st;
    *has = false;
    ODD_TRY(digest_image(facts, row[0], &name));
    for (int64_t i = first_of(ignored, name); i < ignored->names && !*has; i++) {
        const odd_ignored_name *n = &ignored->name[i];
        if (odd_hash_compare(n->name, name) != 0) break;
        if (is_about(&ignored->line[n->line], kind, check))
            ODD_TRY(line_has_all(ignored, n->line, facts, rows, row, has));
    }
done:
    return st;
}
