/**
 * Run folder: how a folder is known to be one that runs write into, whatever its name, so that what
 * oddlot wrote is neither read as images nor taken for a place where a user keeps files.
 */
#ifndef ODDLOT_BASE_RUN_FOLDER_H
#define ODDLOT_BASE_RUN_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#define ODD_RUN_LOCK    ".lock"    /* of every run folder; it holds the mark */
#define ODD_RUN_JOB     "job.yaml" /* the settings in force */
#define ODD_REPORT_PAGE "index.html"

/** What the lock of a run folder begins with. */
#define ODD_RUN_MARK "oddlot run folder\n"

/** The first line of the settings in force. */
#define ODD_JOB_HEAD "# The settings in force, defaults filled in.\n"

/** What stands near the beginning of the page of a report. */
#define ODD_REPORT_MARK "<meta name=\"generator\" content=\"oddlot"
#define ODD_REPORT_NEAR 512 /* bytes from the beginning in which it stands */

/** True if these first bytes of a lock, or of a page, bear the mark. */
bool odd_run_mark_in(const char *bytes, size_t size);
bool odd_report_mark_in(const char *bytes, size_t size);

/** True if runs write into this folder (open), also if they were of a version that left its locks
 *  empty. Never waits for what is not a file. @local */
bool odd_is_run_folder(int folder);

/** True if it is the folder of a report, or that of the pictures of a report. @local */
bool odd_is_report_folder(int folder);

/** Write the mark into the lock (open), unless it is there. False, with errno, if that fails. */
bool odd_run_mark(int lock);

#endif
