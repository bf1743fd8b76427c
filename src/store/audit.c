/* Audit: audit.h5, one tree over a run by external links. One process writes it: it holds a few
 * names only. */
#include "oddlot/store/audit.h"

#include "store/file_internal.h"
#include "store/path_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A stage file that is there, with its name relative to the folder. */
typedef struct {
    char name[256]; /* "ingest.h5" */
    odd_file *file; /* NULL: not there */
} stage_file;

static odd_status open_stage(const char *folder, const char *stage, stage_file *out)
{
    char *path;
    int length = snprintf(out->name, sizeof out->name, "%s.h5", stage);
    if (length < 0 || (size_t)length >= sizeof out->name)
        return odd_fail(ODD_ARG, "stage name too long: '%s'", stage);
    odd_status st = odd_path_format(&path, "%s/%s", folder, out->name);
    if (st == ODD_OK && access(path, F_OK) == 0) st = odd_file_open_here(path, false, &out->file);
    free(path);
    return st;
}

/* So that the tree tells where its parts came from, and what they took, also when they are gone. */
static odd_status copy_provenance(const odd_file *from, odd_file *to, const char *group)
{
    odd_status st = ODD_OK;
    char *text = NULL;
    for (int i = 0; odd_provenance_texts[i]; i++) {
        ODD_TRY(odd_file_get_text(from, "/", odd_provenance_texts[i], &text));
        ODD_TRY(odd_file_set_text(to, group, odd_provenance_texts[i], text));
        odd_free(text);
        text = NULL;
    }
    ODD_TRY(odd_attributes_copy_numbers(from, to, group));
done:
    odd_free(text);
    return st;
}

static odd_status make_link(odd_file *audit, const char *stage, const char *target,
                            const char *group)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t id = H5Gcreate2(audit->id, group, links, H5P_DEFAULT, H5P_DEFAULT);
    odd_status st = ODD_OK;
    if (id < 0 || H5Lcreate_external(target, "/", audit->id, stage, H5P_DEFAULT, H5P_DEFAULT) < 0)
        st = odd_hdf5_fail(ODD_IO, "cannot link '%s' in '%s'", target, audit->partial);
    if (id >= 0) H5Gclose(id);
    H5Pclose(links);
    return st;
}

static odd_status add_stage(odd_file *audit, const char *stage, const stage_file *s)
{
    char *group;
    odd_status st;
    if (!s->file) return ODD_OK;
    ODD_TRY(odd_path_format(&group, "provenance/%s", stage));
    ODD_TRY(make_link(audit, stage, s->name, group));
    ODD_TRY(copy_provenance(s->file, audit, group));
done:
    free(group);
    return st;
}

/* The tree is as new as all of its parts. */
static odd_status digest_stages(const stage_file stages[], int count, char text[ODD_HASH_TEXT])
{
    odd_hash all = ODD_HASH_START;
    char *fingerprint;
    for (int i = 0; i < count; i++) {
        if (!stages[i].file) continue;
        odd_status st = odd_file_get_text(stages[i].file, "/", "fingerprint", &fingerprint);
        if (st != ODD_OK) return st;
        all = odd_hash_add_text(odd_hash_add_text(all, stages[i].name), fingerprint);
        odd_free(fingerprint);
    }
    odd_hash_text(all, text);
    return ODD_OK;
}

static odd_status write_audit(const char *path, const char *const names[],
                              const stage_file stages[], int count)
{
    odd_status st;
    odd_file *audit = NULL;
    char fingerprint[ODD_HASH_TEXT];
    ODD_TRY(digest_stages(stages, count, fingerprint));
    odd_provenance from = {.stage = "audit", .fingerprint = fingerprint, .threads = 1};
    ODD_TRY(odd_file_create(MPI_COMM_SELF, path, &from, &audit));
    for (int i = 0; i < count; i++)
        ODD_TRY(add_stage(audit, names[i], &stages[i]));
    ODD_TRY(odd_file_publish(&audit));
done:
    odd_file_discard(&audit);
    return st;
}

odd_status odd_audit_link(const char *folder, const char *const stages[], int count)
{
    odd_status st;
    char *path = NULL;
    stage_file *opened = NULL;
    ODD_TRY(odd_path_format(&path, "%s/audit.h5", folder));
    ODD_TRY(ODD_NEW(opened, count));
    for (int i = 0; i < count; i++)
        ODD_TRY(open_stage(folder, stages[i], &opened[i]));
    st = write_audit(path, stages, opened, count);
done:
    for (int i = 0; opened && i < count; i++)
        odd_file_close(&opened[i].file);
    odd_free(opened);
    free(path);
    return st;
}
