/* Files opened by all ranks, foreign ones after a child process went through them. */
#include "store/file_internal.h"
#include "store/untrusted_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static odd_status probe_if(bool wanted, const char *path)
{
    return wanted ? odd_untrusted_probe(path) : ODD_OK;
}

odd_status odd_file_open(MPI_Comm comm, const char *path, bool any, odd_file **out)
{
    odd_status st;
    *out = NULL;
    ODD_TRY_ALL(comm, probe_if(any && odd_rank(comm) == 0, path));
    ODD_TRY_ALL(comm, odd_file_open_here(path, any, out));
    return ODD_OK;
done:
    odd_file_close(out);
    return st;
}
