/* Catalogue, manifests: CSV files that name images (manifest_rows.c), cut into pieces that ranks
 * list some each. */
#include "image/manifest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a piece at least, and pieces of a file at most, as all ranks know of all. */
#define PIECE_BYTES (1 << 22)
#define MOST_PIECES 4096

/* Its path and descriptor, both owned by caller. */
static odd_status open_manifest(const char *folder, const char *given, char **path, int *fd,
                                struct stat *info)
{
    const char *why;
    odd_status st;
    *fd = -1;
    ODD_TRY(odd_path_under(folder, given, path));
    *fd = odd_regular_open(*path, info, &why);
    if (*fd < 0) ODD_TRY(odd_fail(ODD_IO, "cannot open manifest '%s': %s", *path, why));
done:
    return st;
}

/* ---- pieces ---- */

/* What a file is cut into goes to a text of bytes. */
typedef struct {
    int64_t list;
    odd_text *pieces;
} cut;

static odd_status take_piece(void *context, const odd_csv_piece *rows)
{
    const cut *c = context;
    const odd_manifest_piece p = {c->list, *rows};
    odd_text_bytes(c->pieces, &p, sizeof p);
    return odd_text_status(c->pieces);
}

static odd_status cut_manifest(const char *folder, const char *given, int64_t list,
                               odd_text *pieces)
{
    cut c = {list, pieces};
    struct stat info;
    char *path = NULL;
    int fd = -1;
    odd_status st;
    ODD_TRY(open_manifest(folder, given, &path, &fd, &info));
    ODD_TRY(odd_manifest_tell(fd, path));
    const int64_t each = odd_max(PIECE_BYTES, info.st_size / MOST_PIECES);
    ODD_TRY(odd_csv_cut(fd, path, each, &c, take_piece));
done:
    if (fd >= 0) close(fd);
    free(path);
    return st;
}

/* One rank looks where rows end, which takes a part of the time of reading them, and no memory. */
static odd_status look_at_manifests(const odd_catalogue_options *options, const char *folder,
                                    odd_catalogue_outline *out, odd_passed *passed)
{
    odd_text pieces = ODD_TEXT_EMPTY;
    odd_status st;
    (void)passed;
    ODD_TRY(odd_paths_check(options, folder));
    for (int64_t i = 0; i < options->path.count; i++)
        ODD_TRY(cut_manifest(folder, options->path.item[i], i, &pieces));
    out->size = (int64_t)pieces.length;
    out->units = out->size / (int64_t)sizeof(odd_manifest_piece);
    ODD_TRY(ODD_NEW(out->bytes, out->size));
    memcpy(out->bytes, odd_text_string(&pieces), (size_t)out->size);
done:
    odd_text_free(&pieces);
    return st;
}

static odd_manifest_piece piece_of(const odd_catalogue_outline *outline, int64_t i)
{
    odd_manifest_piece p;
    memcpy(&p, outline->bytes + i * (int64_t)sizeof p, sizeof p);
    return p;
}

/* Is it all of its file? */
static bool is_whole(const odd_catalogue_outline *outline, int64_t i)
{
    const odd_manifest_piece p = piece_of(outline, i);
    const bool last = i + 1 == outline->units || piece_of(outline, i + 1).list != p.list;
    return p.rows.from == 0 && last;
}

static odd_status list_piece(const odd_catalogue_options *options, const char *folder,
                             const odd_catalogue_outline *outline, int64_t i, odd_folder_seen *seen,
                             odd_catalogue *out)
{
    const odd_manifest_piece p = piece_of(outline, i);
    struct stat info;
    char *path = NULL;
    int fd = -1;
    odd_status st;
    ODD_TRY(open_manifest(folder, options->path.item[p.list], &path, &fd, &info));
    ODD_TRY(odd_manifest_read(fd, path, &p, is_whole(outline, i), seen, out));
done:
    if (fd >= 0) close(fd);
    free(path);
    return st;
}

static odd_status list_manifests(const odd_catalogue_options *options, const char *folder,
                                 const odd_catalogue_outline *outline, int64_t from, int64_t to,
                                 odd_catalogue *out, odd_passed *passed)
{
    odd_folder_seen seen = {0};
    odd_status st = ODD_OK;
    (void)passed;
    for (int64_t i = from; i < to; i++)
        ODD_TRY(list_piece(options, folder, outline, i, &seen, out));
done:
    free(seen.path);
    return st;
}

/* ---- the files ---- */

static odd_status stat_file(odd_catalogue *c, odd_item *item)
{
    struct stat info;
    if (stat(odd_catalogue_text(c, item->source), &info) != 0)
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, strerrordesc_np(errno));
    if (!S_ISREG(info.st_mode))
        return odd_item_blame(c, item, ODD_IMAGE_MISSING, "not a regular file");
    item->size = info.st_size;
    item->time = odd_modified(&info);
    return ODD_OK;
}

/* On a file system of many machines that takes longer than all else. */
static odd_status stat_files(odd_catalogue *part)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < part->count; i++)
        ODD_TRY(stat_file(part, &part->item[i]));
done:
    return st;
}

const odd_catalogue_kind odd_catalogue_manifest = {
    .name = "manifest",
    .summary = "images named by a CSV file: path and any of label, split, verified, group",
    .recognises = odd_is_csv,
    .look = look_at_manifests,
    .list = list_manifests,
    .complete = stat_files,
    .open = odd_files_open,
    .read = odd_files_read,
    .close = odd_files_close,
};
