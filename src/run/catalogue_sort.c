/* Catalogue sorted over ranks: a sample sort by names (Blelloch and others, "A comparison of
 * sorting algorithms for the Connection Machine CM-2", SPAA 1991). */
#include "run/catalogue_cut_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>
#include <string.h>

#define SAMPLES 16 /* names for each rank: parts differ by some tens of per cent */

static const char *name_of(const odd_catalogue *c, int64_t i)
{
    return odd_catalogue_text(c, c->item[i].name);
}

/* Of my sorted items some names, each with its 0, as many as their share in all. @local */
static odd_status take_sample(const odd_catalogue *c, int ranks, odd_text *names)
{
    const int64_t step = odd_max(1, c->all / ((int64_t)SAMPLES * ranks));
    for (int64_t i = step / 2; i < c->count; i += step)
        odd_text_bytes(names, name_of(c, i), strlen(name_of(c, i)) + 1);
    return odd_text_status(names);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names at which all are cut, one between two ranks. @local: rank 0 */
static odd_status choose_splitters(const char *sample, int64_t bytes, int ranks, odd_text *out)
{
    const char **name = NULL;
    int64_t count = 0;
    odd_status st;
    for (int64_t i = 0; i < bytes; i++)
        count += sample[i] == '\0';
    ODD_TRY(ODD_NEW(name, count));
    for (int64_t i = 0; i < count; i++, sample += strlen(sample) + 1)
        name[i] = sample;
    if (count > 1) qsort((void *)name, (size_t)count, sizeof *name, compare_names);
    for (int r = 1; r < ranks; r++) {
        const char *splitter = count > 0 ? name[count * r / ranks] : "";
        odd_text_bytes(out, splitter, strlen(splitter) + 1);
    }
    st = odd_text_status(out);
done:
    odd_free((void *)name);
    return st;
}

/* The first of my items whose name is not before this one. */
static int64_t first_from(const odd_catalogue *c, const char *name)
{
    int64_t from = 0, to = c->count;
    while (from < to) {
        const int64_t middle = from + (to - from) / 2;
        if (strcmp(name_of(c, middle), name) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* end (ranks): where my items are cut. @collective */
static odd_status find_ends(MPI_Comm comm, const odd_catalogue *c, int64_t end[])
{
    const int ranks = odd_size(comm);
    const bool root = odd_rank(comm) == 0;
    odd_text names = ODD_TEXT_EMPTY, chosen = ODD_TEXT_EMPTY;
    char *all = NULL, *splitters = NULL;
    int64_t bytes;
    odd_status st;
    ODD_TRY_ALL(comm, take_sample(c, ranks, &names));
    ODD_TRY(odd_gather_rows(comm, 0, names.s, (int64_t)names.length, 1, (void **)&all, &bytes));
    ODD_TRY_ALL(comm, root ? choose_splitters(all, bytes, ranks, &chosen) : ODD_OK);
    bytes = (int64_t)chosen.length;
    if (root) splitters = chosen.s;
    ODD_TRY(odd_share_bytes(comm, 0, &splitters, &bytes));
    const char *splitter = splitters;
    for (int r = 0; r + 1 < ranks; r++, splitter += strlen(splitter) + 1)
        end[r] = first_from(c, splitter);
    end[ranks - 1] = c->count;
done:
    if (!root) odd_free(splitters);
    odd_free(all);
    odd_text_free(&names);
    odd_text_free(&chosen);
    return st;
}

odd_status odd_catalogue_sort_all(MPI_Comm comm, odd_catalogue *c)
{
    int64_t *end = NULL;
    odd_status st;
    odd_catalogue_sort(c);
    ODD_TRY_ALL(comm, ODD_NEW(end, odd_size(comm)));
    if (odd_size(comm) == 1) goto done;
    ODD_TRY(find_ends(comm, c, end));
    ODD_TRY(odd_catalogue_exchange(comm, end, c));
    odd_catalogue_sort(c);
done:
    if (st != ODD_OK) odd_catalogue_free(c);
    odd_free(end);
    return st;
}
