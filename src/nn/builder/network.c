/* Network: a list of items becomes a graph, item after item. */
#include "nn/builder/network_internal.h"

#include "nn/graph/names_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

odd_status odd_network_begin(odd_network *n, const char *name, int rank, const int64_t shape[])
{
    int64_t batched[ODD_TENSOR_RANK] = {1};
    odd_status st;
    if (rank != 1 && rank != 3)
        return odd_fail(ODD_ARG, "images of %d dimensions; they have 1 or 3", rank);
    memcpy(batched + 1, shape, sizeof *shape * (size_t)rank);
    ODD_TRY(odd_graph_new(name, &n->g));
    ODD_TRY(odd_graph_tensor(n->g, "images", rank + 1, batched, true, NULL, &n->at));
    n->g->input = n->at;
done:
    return st;
}

void odd_network_end(odd_network *n)
{
    free(n->wanted);
    odd_graph_free(&n->g);
}

/* The name of an item "as NAME"; "" for other items and NULL. */
static void read_name(const char *item, char name[ODD_NETWORK_TEXT])
{
    char word[8], more;
    name[0] = '\0';
    if (!item || strlen(item) >= ODD_NETWORK_TEXT) return;
    if (sscanf(item, "%7s %255s %c", word, name, &more) != 2 || strcmp(word, "as") != 0)
        name[0] = '\0';
}

/* By word and number, and one more where layers that were there before have that name. */
static void make_name(const odd_network *n, char name[ODD_NETWORK_NAME])
{
    snprintf(name, ODD_NETWORK_NAME, "%s_%d", n->word[0], n->item);
    for (int more = 2; odd_names_find(n->g->names, name) >= 0 && more < n->g->tensors + 2; more++)
        snprintf(name, ODD_NETWORK_NAME, "%.200s_%d_%d", n->word[0], n->item, more);
}

/* A result is named by an "as NAME" item behind it, else by its word and number. */
static odd_status add_item(odd_network *n, const char *item, const char *next)
{
    char name[ODD_NETWORK_NAME];
    odd_status st;
    ODD_TRY(odd_words_split(n, item));
    read_name(next, name);
    if (!*name) make_name(n, name);
    n->name = name;
    ODD_TRY(odd_network_item(n));
done:
    return st;
}

odd_status odd_network_next(odd_network *n, const char *item, const char *next)
{
    n->item++;
    odd_status st = add_item(n, item, next);
    if (st == ODD_OK) return ODD_OK;
    if (st == ODD_FORMAT) st = ODD_ARG; /* the graph's word for what does not fit */
    return odd_fail_prefix(st, "item %d '%s': ", n->item, item);
}

/* All items, one after the other. */
static odd_status add_items(odd_network *n, int items, const char *const item[])
{
    odd_status st = ODD_OK;
    for (int i = 0; i < items && st == ODD_OK; i++)
        st = odd_network_next(n, item[i], i + 1 < items ? item[i + 1] : NULL);
    return st;
}

odd_status odd_network_extend(odd_graph *graph, int items, const char *const item[],
                              odd_initial initial, uint64_t seed)
{
    odd_status st;
    odd_network n = {.g = graph, .initial = initial, .seed = seed, .at = graph->output[0]};
    ODD_TRY(add_items(&n, items, item));
    graph->outputs = 0;
    ODD_TRY(odd_graph_add_output(graph, n.at));
    ODD_TRY(odd_initial_fill(&n));
done:
    n.g = NULL; /* the caller's */
    odd_network_end(&n);
    return st;
}

odd_status odd_network_new(const char *name, int rank, const int64_t shape[], int items,
                           const char *const item[], odd_initial initial, uint64_t seed,
                           odd_graph **out)
{
    odd_status st;
    odd_network n = {.initial = initial, .seed = seed};
    *out = NULL;
    if (items < 1) return odd_fail(ODD_ARG, "network '%s' has no layers", name);
    ODD_TRY(odd_network_begin(&n, name, rank, shape));
    ODD_TRY(add_items(&n, items, item));
    if (n.at == n.g->input) {
        st = odd_fail(ODD_ARG, "network '%s' gives back its images", name);
        goto done;
    }
    ODD_TRY(odd_graph_add_output(n.g, n.at));
    ODD_TRY(odd_initial_fill(&n));
    *out = n.g;
    n.g = NULL; /* handed over */
done:
    odd_network_end(&n);
    return st;
}
