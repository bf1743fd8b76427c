/**
 * Work journal: the checkpoint of a stage that learns in passes over the rows.
 */
#ifndef ODDLOT_RUN_WORK_JOURNAL_H
#define ODDLOT_RUN_WORK_JOURNAL_H

#include "oddlot/run/run.h"
#include "oddlot/store/file.h"
#include "oddlot/store/journal.h"

/** Open or begin RUN/checkpoints/STAGE of this work, for rows->passes; says in the log how much was
 *  done before. @collective; ODD_IO, ODD_NOMEM. Close with odd_journal_close(). */
odd_status odd_work_journal_open(const odd_run *run, const odd_provenance *from, odd_journal **out);

#endif
