/* Notes: words that a network carries along, as the metadata of ONNX. */
#include "oddlot/nn/graph.h"

#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

#define MOST_NOTES 4096

static odd_note *find_note(const odd_graph *g, const char *key)
{
    for (int i = 0; i < g->notes; i++)
        if (strcmp(g->note[i].key, key) == 0) return &g->note[i];
    return NULL;
}

const char *odd_graph_noted(const odd_graph *g, const char *key)
{
    const odd_note *note = find_note(g, key);
    return note ? note->value : NULL;
}

static odd_status add_note(odd_graph *g, odd_note *note)
{
    if (g->notes == MOST_NOTES)
        return odd_fail(ODD_FORMAT, "the network has more than %d notes", MOST_NOTES);
    odd_note *more = realloc(g->note, ((size_t)g->notes + 1) * sizeof *more);
    if (!more) return odd_fail(ODD_NOMEM, "cannot allocate a note");
    g->note = more;
    g->note[g->notes++] = *note;
    *note = (odd_note){NULL, NULL}; /* handed over */
    return ODD_OK;
}

static void note_free(odd_note *note)
{
    free(note->key);
    free(note->value);
}

odd_status odd_graph_note(odd_graph *g, const char *key, const char *value)
{
    odd_note made = {strdup(key), strdup(value)}, *there = find_note(g, key);
    odd_status st = ODD_OK;
    if (!made.key || !made.value)
        st = odd_fail(ODD_NOMEM, "cannot allocate a note");
    else if (there) {
        /* The old note takes the place of the new one, to be freed. */
        odd_note old = *there;
        *there = made;
        made = old;
    } else
        st = add_note(g, &made);
    note_free(&made);
    return st;
}

odd_status odd_graph_copy_notes(const odd_graph *from, odd_graph *to)
{
    odd_status st = ODD_OK;
    for (int i = 0; st == ODD_OK && i < from->notes; i++)
        st = odd_graph_note(to, from->note[i].key, from->note[i].value);
    return st;
}

void odd_graph_free_notes(odd_graph *g)
{
    for (int i = 0; i < g->notes; i++)
        note_free(&g->note[i]);
    free(g->note);
    g->note = NULL;
    g->notes = 0;
}
