/**
 * Audit: audit.h5, one tree over a run, by external links to the stage files; and looking into a
 * run's files for `oddlot info`. @local: rank 0 calls these.
 */
#ifndef ODDLOT_STORE_AUDIT_H
#define ODDLOT_STORE_AUDIT_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"
#include "oddlot/store/file.h"

/** (Re)write FOLDER/audit.h5: for each of `stages` whose FOLDER/STAGE.h5 exists, a link STAGE to it
 * by relative name (it holds when the folder moves) and a group provenance/STAGE with its
 * provenance, and the numbers among its other attributes. Whole or not at all. Needs MPI started.
 * ODD_IO, ODD_FORMAT. */
odd_status odd_audit_link(const char *folder, const char *const stages[], int count);

/** Describe an HDF5 file of ours for people: provenance, then a line per dataset with shape, type,
 *  bytes and what it is. ODD_IO, ODD_FORMAT. */
odd_status odd_file_describe(const char *path, odd_text *out);

/** The names of all datasets, "curve/recall, flagged/f1, ...". ODD_FORMAT, ODD_NOMEM. */
odd_status odd_file_names(const odd_file *file, odd_text *out);

/** Read every dataset once, compare its checksum, and check that there is a fingerprint:
 * ODD_PROBLEM names the first thing that is wrong. ODD_IO if the file cannot be opened. */
odd_status odd_file_verify(const char *path);

#endif
