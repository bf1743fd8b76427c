/**
 * Catalogue cut by ranks: each lists a part, which is then cut as rows that are images are.
 */
#ifndef ODDLOT_RUN_CATALOGUE_CUT_INTERNAL_H
#define ODDLOT_RUN_CATALOGUE_CUT_INTERNAL_H

#include "oddlot/image/catalogue.h"

#include <mpi.h>

/** List a catalogue: some part of it, which may be empty, on each rank, in their order. Of kinds
 *  whose units are images it is that of odd_partition_images(). Says what was passed over. *digest:
 *  of all items, the same however they are cut. @collective; what the kind returns, and ODD_FORMAT
 *  where there are no images; then *out is empty. */
odd_status odd_catalogue_list(MPI_Comm comm, const odd_catalogue_kind *kind,
                              const odd_catalogue_options *options, const char *folder,
                              odd_catalogue *out, odd_hash *digest);

/** Look over the rows that name items, of numbered parts, and forget them: two that say the same of
 *  one file are ODD_FORMAT, naming both; that rows share files is logged. `list`: the files in
 * which rows are. A rank holds its rows, twice for a moment, and those that come to it, 48 bytes
 * each. @collective; ODD_NOMEM */
odd_status odd_catalogue_check_rows(MPI_Comm comm, const odd_list *list, odd_catalogue *c);

/** Keep of my part the items at these places in it, which rise; what is left is numbered anew.
 *  @collective */
void odd_catalogue_keep(MPI_Comm comm, int64_t count, const int64_t place[], odd_catalogue *c);

/** Number the items of all parts, in the order of ranks: c->first, c->all. @collective */
void odd_catalogue_number(MPI_Comm comm, odd_catalogue *c);

/** Items go where they belong: those of my part up to end[0], not with it, to rank 0, up to end[1]
 *  to rank 1, ...; end (ranks) rises to c->count. What came is numbered. A rank holds its part, old
 *  or new, and what it sends at once. @collective; ODD_NOMEM, then the list is empty. */
odd_status odd_catalogue_exchange(MPI_Comm comm, const int64_t end[], odd_catalogue *c);

/** Sort the items of all ranks bytewise by name, those of one name by source and offset: each rank
 *  gets a part between names that a sample of all tells, about as long as those of others.
 *  @collective; ODD_NOMEM, then the list is empty. */
odd_status odd_catalogue_sort_all(MPI_Comm comm, odd_catalogue *c);

/** Cut numbered parts anew, as odd_partition_images() does. Where nothing has to move, nothing is
 *  copied. @collective; ODD_NOMEM, then the list is empty. */
odd_status odd_catalogue_cut(MPI_Comm comm, odd_catalogue *c);

#endif
