/* Segments: begun with the file that they belong to, and opened with it. */
#include "store/path_internal.h"
#include "store/segments_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/store/dataset.h"

#include <stdlib.h>
#include <string.h>

static const char count_name[] = "segments"; /* attribute of the file that has them */

/* ---- writing ---- */

static odd_status create_one(odd_file *file, int count, int k, const odd_provenance *from)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(file->comm, odd_segment_path(file->path, count, k, true, &path));
    ODD_TRY(odd_file_create(file->comm, path, from, &file->segment[k]));
    file->segments++;
done:
    free(path);
    return st;
}

odd_status odd_segments_create(odd_file *file, int count)
{
    char *fingerprint = NULL;
    odd_status st;
    ODD_TRY_ALL(file->comm, ODD_NEW(file->segment, count));
    ODD_TRY_ALL(file->comm, odd_file_get_text(file, "/", "fingerprint", &fingerprint));
    /* What else made it stands in the file that they belong to. */
    const odd_provenance from = {
        .stage = file->stage, .fingerprint = fingerprint, .seed = file->seed, .threads = 1};
    for (int k = 0; k < count; k++)
        ODD_TRY(create_one(file, count, k, &from));
    ODD_TRY(odd_file_set_i64(file, "/", count_name, count));
done:
    odd_free(fingerprint);
    return st;
}

/* ---- reading ---- */

odd_status odd_segments_count(const odd_file *file, int *count)
{
    int64_t n;
    *count = 0;
    if (H5Aexists(file->id, count_name) <= 0) return ODD_OK;
    const odd_status st = odd_file_get_i64(file, "/", count_name, &n);
    if (st != ODD_OK) return st;
    if (n < 1 || n > ODD_SEGMENTS_MOST)
        return odd_fail(ODD_FORMAT, "'%s' has %lld segments; there are 1 to %d", file->path,
                        (long long)n, ODD_SEGMENTS_MOST);
    *count = (int)n;
    return ODD_OK;
}

static odd_status open_one(const odd_file *file, int count, int k, const char *fingerprint,
                           odd_file **out)
{
    char *path = NULL, *is = NULL;
    odd_status st;
    ODD_TRY(odd_segment_path(file->path, count, k, true, &path));
    st = odd_file_open_here(path, false, out);
    if (st == ODD_IO) st = ODD_FORMAT; /* without it the file is not whole */
    ODD_TRY(st);
    ODD_TRY(odd_file_get_text(*out, "/", "fingerprint", &is));
    if (strcmp(is, fingerprint) != 0)
        ODD_TRY(odd_fail(ODD_FORMAT,
                         "'%s' is not of the same run as '%s': remove '%s', it is made "
                         "anew",
                         path, file->path, file->path));
done:
    odd_free(is);
    free(path);
    return st;
}

odd_status odd_segments_open(const odd_file *file, odd_file ***out, int *count)
{
    char *fingerprint = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_segments_count(file, count));
    if (*count == 0) ODD_TRY(odd_fail(ODD_FORMAT, "'%s' has no segments", file->path));
    ODD_TRY(ODD_NEW(*out, *count));
    ODD_TRY(odd_file_get_text(file, "/", "fingerprint", &fingerprint));
    for (int k = 0; k < *count; k++)
        ODD_TRY(open_one(file, *count, k, fingerprint, &(*out)[k]));
done:
    odd_free(fingerprint);
    if (st != ODD_OK) odd_segments_close(out, *count);
    return st;
}

void odd_segments_close(odd_file ***segments, int count)
{
    for (int k = 0; *segments && k < count; k++)
        odd_file_close(&(*segments)[k]);
    odd_free(*segments);
    *segments = NULL;
}

bool odd_segments_whole(const odd_file *file)
{
    odd_file **segments = NULL;
    int count;
    if (odd_segments_count(file, &count) != ODD_OK) return false;
    if (count == 0) return true;
    const bool whole = odd_segments_open(file, &segments, &count) == ODD_OK;
    odd_segments_close(&segments, count);
    return whole;
}
