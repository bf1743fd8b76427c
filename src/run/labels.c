/* Labels as numbers, see run/labels.h. */
#include "oddlot/run/labels.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_address(const void *a, const void *b)
{
    const char *x = *(const char *const *)a, *y = *(const char *const *)b;
    return (x > y) - (x < y);
}

/* Sort, and remove all but one of those that are equal. Returns the count. */
static int64_t remove_duplicates(int64_t count, const char *name[],
                                 int (*compare)(const void *, const void *))
{
    int64_t kept = 0;
    if (count > 0) qsort((void *)name, (size_t)count, sizeof *name, compare);
    for (int64_t i = 0; i < count; i++)
        if (kept == 0 || compare(&name[kept - 1], &name[i]) != 0) name[kept++] = name[i];
    return kept;
}

static int64_t number_of(const odd_labels *l, const char *label)
{
    if (l->count == 0) return -1;
    const char **found = bsearch(&label, (void *)l->name, (size_t)l->count, sizeof label, by_text);
    return found ? found - l->name : -1;
}

/* Few are left to compare as text once those at one address are one. */
odd_status odd_labels_number(int64_t rows, const char *const label[], odd_labels *out)
{
    odd_status st;
    *out = (odd_labels){0};
    ODD_TRY(ODD_NEW(out->name, rows));
    ODD_TRY(ODD_NEW(out->of, rows));
    for (int64_t i = 0; i < rows; i++)
        if (*label[i]) out->name[out->count++] = label[i];
    out->count = remove_duplicates(out->count, out->name, by_address);
    out->count = remove_duplicates(out->count, out->name, by_text);
    for (int64_t i = 0; i < rows; i++)
        out->of[i] = number_of(out, label[i]);
done:
    if (st != ODD_OK) odd_labels_free(out);
    return st;
}

void odd_labels_free(odd_labels *labels)
{
    odd_free((void *)labels->name);
    odd_free(labels->of);
    odd_free(labels->text);
    *labels = (odd_labels){0};
}
