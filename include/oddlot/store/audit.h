/**
 * Audit: audit.h5, one tree over a run, by external links to the stage files; and looking into a
 * run's files for `oddlot info`. @local: rank 0 calls these.
 */
#ifndef ODDLOT_STORE_AUDIT_H
#define ODDLOT_STORE_AUDIT_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

/** (Re)write FOLDER/audit.h5: a group per stage file in `stages` that exists, linked by relative
 *  name, with the provenance attributes copied. Whole or not at all. */
odd_status odd_audit_link(const char *folder, const char *const stages[], int count);

/** Describe an HDF5 file of ours for people: provenance, then a line per dataset with shape, type,
 *  bytes and what it is. ODD_IO, ODD_FORMAT. */
odd_status odd_file_describe(const char *path, odd_text *out);

/** Read every dataset once and check it for damage and the fingerprint for presence: ODD_PROBLEM
 *  names what is wrong. */
odd_status odd_file_verify(const char *path);

#endif
