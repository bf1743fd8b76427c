/* The table of catalogue kinds: adding one is one file and one line here. */
#include "oddlot/run/audited.h"

#include <string.h>

static const odd_catalogue_kind *const kinds[] = {
    &odd_catalogue_folder,
    &odd_catalogue_manifest,
    &odd_catalogue_tar,
    &odd_catalogue_idx,
    &odd_catalogue_hdf5,
    &odd_catalogue_generated,
    NULL,
};

const odd_catalogue_kind *odd_catalogue_kind_find(const char *name)
{
    for (int i = 0; kinds[i]; i++)
        if (strcmp(kinds[i]->name, name) == 0) return kinds[i];
    return NULL;
}

odd_part odd_catalogue_kind_part(int i)
{
    return (odd_part){.name = kinds[i] ? kinds[i]->name : NULL};
}
