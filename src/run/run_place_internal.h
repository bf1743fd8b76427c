/**
 * Run place: whether a folder may be that of a run.
 */
#ifndef ODDLOT_RUN_RUN_PLACE_INTERNAL_H
#define ODDLOT_RUN_RUN_PLACE_INTERNAL_H

#include "oddlot/run/run.h"

/**
 * Check the folder of a run before anything is made in it. One that is not there yet, that is empty
 * or that runs have written into may be it; one with other files only if nothing in it has a name
 * that this run writes, and it is no part of the catalogue's folders.
 *
 * @local: one rank looks. ODD_USAGE, also where the catalogue is a file that this run writes.
 */
odd_status odd_run_place_check(const odd_run *run);

#endif
