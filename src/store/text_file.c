/* Text files: parts one behind the other, under a temporary name until all are on the disk. */
#include "oddlot/store/text_file.h"

#include "store/flat_internal.h"
#include "store/path_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static odd_status begin(const char *path, odd_flat *file)
{
    char *partial = NULL;
    odd_status st;
    ODD_TRY(odd_path_format(&partial, "%s.partial", path));
    ODD_TRY(odd_flat_name(file, partial));
done:
    free(partial);
    return st;
}

/* @local: rank 0; nothing of an older one may show behind the end of this */
static odd_status create(odd_flat *file)
{
    odd_status st;
    unlink(file->path);
    ODD_TRY(odd_flat_open(file, true));
    ODD_TRY(odd_flat_cut(file, 0));
done:
    return st;
}

static odd_status write_part(odd_flat *file, const char *text, int64_t bytes, int64_t at)
{
    odd_status st;
    ODD_TRY(odd_fault("text_file.write"));
    if (file->fd < 0) ODD_TRY(odd_flat_open(file, false));
    ODD_TRY(odd_flat_write(file, text, bytes, at));
    ODD_TRY(odd_flat_sync(file));
done:
    return st;
}

/* @local: rank 0 */
static odd_status publish(const odd_flat *file, const char *path)
{
    if (rename(file->path, path) != 0)
        return odd_fail(ODD_IO, "cannot rename '%s' to '%s': %s", file->path, path,
                        strerror(errno));
    return odd_path_sync_folder(path);
}

odd_status odd_text_file_write(MPI_Comm comm, const char *path, const char *text, int64_t bytes)
{
    const bool root = odd_rank(comm) == 0;
    const int64_t at = odd_sum_before(comm, bytes);
    odd_flat file = {.fd = -1};
    odd_status st;
    ODD_TRY_ALL(comm, begin(path, &file));
    ODD_TRY_ALL(comm, root ? create(&file) : ODD_OK);
    ODD_TRY_ALL(comm, write_part(&file, text, bytes, at));
    ODD_TRY_ALL(comm, root ? publish(&file, path) : ODD_OK);
done:
    if (st != ODD_OK && root && file.path) unlink(file.path);
    odd_flat_close(&file);
    return st;
}
