/* The table of catalogue kinds: adding one is one file and one line here. And the section in which
 * a job names one. */
#include "oddlot/run/selection.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const odd_catalogue_kind *const kinds[] = {
    &odd_catalogue_folder,
    &odd_catalogue_manifest,
    &odd_catalogue_tar,
    &odd_catalogue_idx,
    &odd_catalogue_hdf5,
    &odd_catalogue_generated,
    NULL,
};

static odd_part kind_part(int i)
{
    return kinds[i] ? (odd_part){.name = kinds[i]->name, .summary = kinds[i]->summary}
                    : (odd_part){0};
}

static const odd_option table[] = {
    ODD_PART(odd_catalogue_options, kind, "folder", "catalogue kind", kind_part,
             "what `path` names: a manifest is a CSV file, tar are shards, idx is MNIST's format; "
             "generated: images of random pixels, without files"),
    ODD_SHARED(odd_catalogue_option_table),
    ODD_OPTIONS_END,
};

const odd_section odd_catalogue_section =
    ODD_SECTION("catalogue", "Where the images are", table, odd_catalogue_options);

const odd_catalogue_kind *odd_catalogue_kind_of(const odd_job *job)
{
    const odd_catalogue_options *options = odd_job_section(job, "catalogue");
    int i = 0;
    while (kinds[i] && strcmp(kinds[i]->name, options->kind) != 0)
        i++;
    return kinds[i];
}

/* A folder of shards is a folder, too: what stands later in the table is the more special. */
odd_status odd_catalogue_recognise(const char *path, const char **kind)
{
    *kind = NULL;
    if (access(path, R_OK) != 0)
        return odd_fail(ODD_USAGE, "cannot read '%s': %s", path, strerrordesc_np(errno));
    for (int i = 0; kinds[i]; i++)
        if (kinds[i]->recognises && kinds[i]->recognises(path)) *kind = kinds[i]->name;
    if (*kind) return ODD_OK;
    return odd_fail(ODD_USAGE,
                    "'%s' is no catalogue: a folder of images, a CSV file with a column `path`, "
                    "tar shards, IDX or HDF5 files are; to audit one image, name its folder",
                    path);
}
