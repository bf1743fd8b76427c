/* Leftovers: unfinished files under another name, read by plain system calls. */
#include "oddlot/store/leftover.h"

#include "store/flat_internal.h"
#include "store/path_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct odd_leftover {
    MPI_Comm comm;
    odd_flat file;
};

/* @local: rank 0 */
static odd_status put_aside(const char *path, const char *aside, int64_t *there)
{
    char *partial = NULL;
    odd_status st;
    ODD_TRY(odd_path_format(&partial, "%s.partial", path));
    *there = access(aside, F_OK) == 0;
    if (!*there && access(partial, F_OK) == 0) {
        if (rename(partial, aside) != 0)
            ODD_TRY(odd_fail(ODD_IO, "cannot rename '%s' to '%s': %s", partial, aside,
                             strerror(errno)));
        ODD_TRY(odd_path_sync_folder(aside));
        *there = 1;
    }
done:
    free(partial);
    return st;
}

static odd_status open_aside(MPI_Comm comm, const char *aside, odd_leftover **out)
{
    odd_leftover *l = *out = odd_alloc(1, sizeof *l);
    odd_status st = ODD_OK;
    if (!l) return ODD_NOMEM;
    l->comm = comm;
    ODD_TRY(odd_flat_name(&l->file, aside));
    ODD_TRY(odd_flat_open(&l->file, false));
done:
    return st;
}

odd_status odd_leftover_open(MPI_Comm comm, const char *path, const char *aside, odd_leftover **out)
{
    odd_leftover *l = NULL;
    int64_t there = 0;
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? put_aside(path, aside, &there) : ODD_OK);
    odd_broadcast(comm, 0, &there, sizeof there);
    if (!there) return ODD_OK;
    ODD_TRY_ALL(comm, open_aside(comm, aside, &l));
    *out = l;
    return ODD_OK;
done:
    odd_leftover_close(&l, false);
    return st;
}

void odd_leftover_remove(const char *aside)
{
    unlink(aside);
}

odd_status odd_leftover_read(const odd_leftover *l, int64_t place, int64_t bytes, void *data)
{
    if (place < 0) return odd_fail(ODD_IO, "'%s' has no byte %lld", l->file.path, (long long)place);
    return odd_flat_read(&l->file, data, bytes, place);
}

void odd_leftover_close(odd_leftover **l, bool done)
{
    if (!*l) return;
    if (done) {
        MPI_Barrier((*l)->comm);
        if (odd_rank((*l)->comm) == 0) unlink((*l)->file.path);
    }
    odd_flat_close(&(*l)->file);
    odd_free(*l);
    *l = NULL;
}
