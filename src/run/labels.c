/* Labels as numbers, see run/labels.h. */
#include "oddlot/run/labels.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 }; /* a power of two, as all their counts are */

void odd_labels_free(odd_labels *labels)
{
    odd_free(labels->of);
    odd_free((void *)labels->name);
    odd_text_free(&labels->texts);
    odd_free(labels->slot);
    *labels = (odd_labels){0};
}

/* ---- a table of texts ---- */

/* Texts lie one behind the other, each with its 0; the number of one is where it begins, until all
 * are sorted. `slot` has these numbers, at most half of it. */

static odd_status new_slots(int64_t slots, odd_labels *l)
{
    odd_free(l->slot);
    l->slots = slots;
    odd_status st = ODD_NEW(l->slot, slots);
    for (int64_t i = 0; st == ODD_OK && i < slots; i++)
        l->slot[i] = -1;
    return st;
}

/* The slot of the text, or a free one. */
static int64_t *find_slot(const odd_labels *l, const char *text)
{
    uint64_t i = odd_hash_add_text(ODD_HASH_START, text).low % (uint64_t)l->slots;
    while (l->slot[i] >= 0 && strcmp(l->texts.s + l->slot[i], text) != 0)
        i = (i + 1) % (uint64_t)l->slots;
    return &l->slot[i];
}

static odd_status grow_slots(odd_labels *l)
{
    odd_status st = new_slots(2 * l->slots, l);
    const char *text = l->texts.s;
    for (int64_t i = 0; st == ODD_OK && i < l->count; i++, text += strlen(text) + 1)
        *find_slot(l, text) = text - l->texts.s;
    return st;
}

/* Where the text begins, once it is there. */
static odd_status place_text(odd_labels *l, const char *text, int64_t *at)
{
    odd_status st = ODD_OK;
    int64_t *slot = find_slot(l, text);
    if (*slot < 0) {
        *slot = (int64_t)l->texts.length;
        odd_text_bytes(&l->texts, text, strlen(text) + 1);
        ODD_TRY(odd_text_status(&l->texts));
        *at = *slot;
        if (2 * ++l->count > l->slots) ODD_TRY(grow_slots(l));
    } else
        *at = *slot;
done:
    return st;
}

odd_status odd_labels_new(int64_t rows, odd_labels *out)
{
    odd_status st;
    *out = (odd_labels){.texts = ODD_TEXT_EMPTY};
    ODD_TRY(ODD_NEW(out->of, rows));
    ODD_TRY(new_slots(FIRST_SLOTS, out));
done:
    if (st != ODD_OK) odd_labels_free(out);
    return st;
}

odd_status odd_labels_add(odd_labels *l, const char *label)
{
    int64_t at = -1;
    odd_status st = *label ? place_text(l, label, &at) : ODD_OK;
    if (st == ODD_OK) l->of[l->rows++] = at;
    return st;
}

/* ---- over ranks ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The different ones of all, sorted: *name points into them. @local */
static odd_status sort_texts(const odd_text *texts, int64_t most, const char ***name,
                             int64_t *count)
{
    const char *const end = odd_text_string(texts) + texts->length;
    int64_t n = 0, kept = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(*name, most));
    for (const char *text = odd_text_string(texts); text < end; text += strlen(text) + 1)
        (*name)[n++] = text;
    if (n > 1) qsort((void *)*name, (size_t)n, sizeof **name, by_text);
    for (int64_t i = 0; i < n; i++)
        if (kept == 0 || strcmp((*name)[kept - 1], (*name)[i]) != 0) (*name)[kept++] = (*name)[i];
    *count = kept;
done:
    return st;
}

/* Numbers in place of where texts began. @local */
static odd_status number_rows(const odd_labels *mine, const odd_labels *all)
{
    int64_t *number = NULL; /* of the text that begins there */
    odd_status st;
    ODD_TRY(ODD_NEW(number, (int64_t)mine->texts.length));
    for (const char *text = odd_text_string(&mine->texts);
         text < odd_text_string(&mine->texts) + mine->texts.length; text += strlen(text) + 1) {
        const char **found =
            bsearch(&text, (void *)all->name, (size_t)all->count, sizeof text, by_text);
        number[text - mine->texts.s] = found - all->name;
    }
    for (int64_t i = 0; i < mine->rows; i++)
        if (mine->of[i] >= 0) mine->of[i] = number[mine->of[i]];
done:
    odd_free(number);
    return st;
}

/* The texts of all ranks, each as often as ranks have it: *most. @collective */
static odd_status share_texts(MPI_Comm comm, const odd_labels *mine, odd_labels *all, int64_t *most)
{
    char *bytes = NULL;
    int64_t size;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, mine->texts.s, (int64_t)mine->texts.length, 1, (void **)&bytes,
                           &size));
    odd_text_bytes(&all->texts, bytes, (size_t)size);
    odd_free(bytes);
    ODD_TRY_ALL(comm, odd_text_status(&all->texts));
    *most = mine->count;
    odd_sum_i64(comm, most, 1);
done:
    return st;
}

odd_status odd_labels_settle(MPI_Comm comm, odd_labels *l)
{
    odd_labels all = {.texts = ODD_TEXT_EMPTY};
    int64_t most;
    odd_status st;
    ODD_TRY(share_texts(comm, l, &all, &most));
    ODD_TRY_ALL(comm, sort_texts(&all.texts, most, &all.name, &all.count));
    ODD_TRY_ALL(comm, number_rows(l, &all));
    all.rows = l->rows;
    all.of = l->of;
    l->of = NULL;
    odd_labels_free(l);
    *l = all;
    all = (odd_labels){0};
done:
    odd_labels_free(&all);
    return st;
}

odd_status odd_labels_share(MPI_Comm comm, odd_labels *l)
{
    int64_t *of = NULL, rows;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, l->of, l->rows, sizeof *of, (void **)&of, &rows));
    odd_free(l->of);
    l->of = of;
    l->rows = rows;
done:
    return st;
}

/* ---- from the file ---- */

/* @local */
static odd_status add_labels(odd_image_facts *facts, int64_t first, int64_t count, odd_labels *out)
{
    odd_status st;
    ODD_TRY(odd_labels_new(count, out));
    for (int64_t i = first; i < first + count; i++) {
        const char *label;
        ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_LABEL, i, &label));
        ODD_TRY(odd_labels_add(out, label));
    }
done:
    return st;
}

odd_status odd_labels_read(MPI_Comm comm, odd_image_facts *facts, int64_t first, int64_t count,
                           odd_labels *out)
{
    odd_status st;
    *out = (odd_labels){0};
    ODD_TRY_ALL(comm, add_labels(facts, first, count, out));
    ODD_TRY(odd_labels_settle(comm, out));
done:
    if (st != ODD_OK) odd_labels_free(out);
    return st;
}
