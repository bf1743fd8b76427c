/**
 * For tests that run on several ranks: agreed assertions, so that no rank leaves a test alone.
 */
#ifndef ODDLOT_TEST_MPI_H
#define ODDLOT_TEST_MPI_H

#include "oddlot_test.h"

#include <mpi.h>
#include <stdbool.h>

/** True if `condition` holds on every rank; counts as a CUnit assertion on each. Write
 *  `if (!check_all(comm, cond)) return;` between collective calls. @collective */
bool check_all(MPI_Comm comm, bool condition);

/** The first `size` ranks of the world, MPI_COMM_NULL on the others: a program on 4 ranks tries 1,
 *  2, 3 and 4 without being started as often. @collective on the world */
MPI_Comm test_team(int size);
void test_team_free(MPI_Comm *team);

#endif
