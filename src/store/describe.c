/* Describe: what an HDF5 file of ours holds, for people. */
#include "oddlot/store/audit.h"

#include "oddlot/store/dataset.h"
#include "store/path_internal.h"
#include "store/walk_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    char *name, *about;
    char shape[ODD_SHAPE_TEXT], bytes[32];
} line;

typedef struct {
    line *line;
    int count;
} listing;

static void listing_free(listing *l)
{
    for (int i = 0; i < l->count; i++) {
        free(l->line[i].name);
        free(l->line[i].about);
    }
    free(l->line);
}

/* A new line with this name; NULL when memory is short. */
static line *listing_grow(listing *l, const char *name)
{
    line *more = realloc(l->line, ((size_t)l->count + 1) * sizeof *more);
    if (more) l->line = more;
    char *copy = more ? strdup(name) : NULL;
    if (!copy) return NULL;
    line *added = &l->line[l->count++];
    *added = (line){.name = copy};
    return added;
}

/* "mean of all pixels [grey levels]"; attributes that are missing are left out. */
static odd_status write_about(const odd_file *file, const char *name, char **out)
{
    char *about, *unit;
    if (odd_file_get_text(file, name, "about", &about) != ODD_OK) about = NULL;
    if (odd_file_get_text(file, name, "unit", &unit) != ODD_OK) unit = NULL;
    odd_status st = unit ? odd_path_format(out, "%s [%s]", about ? about : "", unit)
                         : odd_path_format(out, "%s", about ? about : "");
    odd_free(about);
    odd_free(unit);
    return st;
}

/* A dataset that we cannot read is listed with the reason. */
static odd_status list_dataset(const odd_file *file, const char *name, void *context)
{
    odd_dataset *d;
    line *entry = listing_grow(context, name);
    if (!entry) return odd_fail(ODD_NOMEM, "cannot allocate a listing");
    if (odd_dataset_open(file, name, &d) == ODD_OK) {
        int64_t bytes = 0;
        odd_shape_text(odd_dataset_shape(d), entry->shape);
        odd_shape_bytes(odd_dataset_shape(d), &bytes);
        odd_human_bytes(bytes, entry->bytes);
    } else {
        strcpy(entry->shape, "unreadable");
    }
    odd_dataset_close(&d);
    return write_about(file, name, &entry->about);
}

/* audit.h5 has links to other files instead of datasets; they are named, not followed. */
static herr_t list_link(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    char target[1024];
    const char *file, *object;
    unsigned flags;
    if (info->type != H5L_TYPE_EXTERNAL || info->u.val_size > sizeof target) return 0;
    if (H5Lget_val(group, name, target, sizeof target, H5P_DEFAULT) < 0 ||
        H5Lunpack_elink_val(target, info->u.val_size, &flags, &file, &object) < 0)
        return 0;
    line *entry = listing_grow(context, name);
    return entry && odd_path_format(&entry->about, "-> %s", file) == ODD_OK ? 0 : -1;
}

static odd_status list_links(const odd_file *file, listing *l)
{
    hsize_t position = 0;
    if (H5Literate(file->id, H5_INDEX_NAME, H5_ITER_INC, &position, list_link, l) >= 0)
        return ODD_OK;
    return odd_hdf5_fail(ODD_FORMAT, "cannot list '%s'", file->path);
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* printf counts bytes; a name is padded by what is shown. */
static void add_padded(odd_text *out, const char *s, size_t width)
{
    odd_text_printable(out, s);
    for (size_t used = strlen(s); used < width; used++)
        odd_text_add(out, " ");
}

static void write_listing(const listing *l, odd_text *out)
{
    size_t name = 0, shape = 0, bytes = 0;
    for (int i = 0; i < l->count; i++) {
        name = larger(name, strlen(l->line[i].name));
        shape = larger(shape, strlen(l->line[i].shape));
        bytes = larger(bytes, strlen(l->line[i].bytes));
    }
    for (int i = 0; i < l->count; i++) {
        odd_text_add(out, "  ");
        add_padded(out, l->line[i].name, name);
        odd_text_format(out, "  %-*s  %*s  ", (int)shape, l->line[i].shape, (int)bytes,
                        l->line[i].bytes);
        odd_text_printable(out, l->line[i].about ? l->line[i].about : "");
        odd_text_add(out, "\n");
    }
}

static void write_fact(const odd_file *file, const char *name, odd_text *out)
{
    char *value;
    if (odd_file_get_text(file, "/", name, &value) != ODD_OK) return;
    odd_text_format(out, "  %-12s ", name);
    odd_text_printable(out, value);
    odd_text_add(out, "\n");
    odd_free(value);
}

static void write_number(const odd_file *file, const char *name, odd_text *out)
{
    int64_t value;
    if (odd_file_get_i64(file, "/", name, &value) == ODD_OK)
        odd_text_format(out, "  %-12s %lld\n", name, (long long)value);
}

/* All but the program, which is oddlot, and the settings, which are long: job.yaml has them. */
static void write_provenance(const odd_file *file, odd_text *out)
{
    for (int i = 1; odd_provenance_texts[i]; i++)
        if (strcmp(odd_provenance_texts[i], "settings") != 0)
            write_fact(file, odd_provenance_texts[i], out);
    for (int i = 0; odd_provenance_numbers[i]; i++)
        write_number(file, odd_provenance_numbers[i], out);
    write_number(file, "images", out);
}

odd_status odd_file_describe(const char *path, odd_text *out)
{
    odd_status st;
    odd_file *file;
    listing l = {NULL, 0};
    char size[32];
    ODD_TRY(odd_file_open_here(path, false, &file));
    ODD_TRY(odd_walk_datasets(file, "/", list_dataset, &l));
    ODD_TRY(list_links(file, &l));
    if (out->length > 0) odd_text_add(out, "\n"); /* one of several */
    odd_text_printable(out, path);
    odd_text_format(out, "  %s\n", odd_human_bytes(file->bytes, size));
    write_provenance(file, out);
    odd_text_add(out, "\n");
    write_listing(&l, out);
    st = odd_text_status(out);
done:
    listing_free(&l);
    odd_file_close(&file);
    return st;
}

static odd_status add_name(const odd_file *file, const char *name, void *context)
{
    odd_text *out = context;
    (void)file;
    odd_text_format(out, "%s%s", out->length > 0 ? ", " : "", name);
    return odd_text_status(out);
}

odd_status odd_file_names(const odd_file *file, odd_text *out)
{
    return odd_walk_datasets(file, "/", add_name, out);
}
