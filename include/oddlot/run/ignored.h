/**
 * Ignored: findings that a person has looked at and does not want to see again, in whatever run.
 *
 * A CSV file whose first line names the columns: `path`, and where wanted `kind`, `check` and
 * `others` (the further members, a list of JSON), whatever else there is: lines of findings.csv,
 * cut out with its first line, are such a file. A finding is ignored where a line of its kind and
 * check, or of none, names all its images; one that gets a further image is told again.
 */
#ifndef ODDLOT_RUN_IGNORED_H
#define ODDLOT_RUN_IGNORED_H

#include "oddlot/base/status.h"
#include "oddlot/run/image_facts.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_ignored odd_ignored;

/** Read the file on rank 0 and share it; about 50 bytes an image named, on every rank. @collective
 *  ODD_IO; ODD_FORMAT naming file and line, ODD_NOMEM */
odd_status odd_ignored_read(MPI_Comm comm, const char *path, odd_ignored **out);
void odd_ignored_free(odd_ignored **ignored);

int64_t odd_ignored_lines(const odd_ignored *ignored);

/** Is a finding of this kind (odd_finding_kind) and check about these images to be left out? Asks
 *  for their names. @local; what odd_image_text_of() returns */
odd_status odd_ignored_has(const odd_ignored *ignored, odd_image_facts *facts, int kind,
                           const char *check, int64_t rows, const int64_t row[], bool *has);

#endif
