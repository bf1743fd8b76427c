/**
 * Check: what looks at the images of a run and says findings of them. A check is one table of
 * functions in one file and one line in ODD_CHECKS; the stage `check` knows nothing else of it.
 */
#ifndef ODDLOT_STAGE_CHECK_CHECK_INTERNAL_H
#define ODDLOT_STAGE_CHECK_CHECK_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"
#include "oddlot/run/findings.h"
#include "oddlot/run/image_facts.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/store/file.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct odd_check odd_check;
typedef struct odd_judge odd_judge;               /* see judge_internal.h */
typedef struct odd_check_inputs odd_check_inputs; /* files of the stages before (check_context.c) */

/* What a check has to work with. Of each rank its own. */
typedef struct {
    odd_run *run;
    odd_image_facts *facts; /* names, labels, groups of all images */
    odd_partition part;     /* rows of the catalogue, and which are mine */
    const uint8_t *status;  /* (part.n_local) odd_image_status of my rows */
    bool *told; /* (part.n_local) is it blank, or a member of a placeholder, which says all
                         that is to be said of it? */
    const odd_check *check; /* the one that runs */
    odd_check_inputs *inputs;
    odd_ignored *ignored;   /* NULL: nothing is */
    odd_findings *findings; /* add to it; odd_findings_note() says where it could not know */
} odd_check_context;

struct odd_check {
    const char *name; /* "blur": also the section "check.blur" of its settings, if it has any */
    const char *summary;
    const char *advice; /* what a person does about it, said behind each sentence: "cut the frame
                           off"; NULL: the sentences say it themselves */
    odd_finding_kind kind;
    const odd_option *options; /* as of a section; NULL: none */
    size_t options_size;
    /** Stages that it reads beside ingest, of those in odd_check_stages; NULL-terminated. NULL:
     *  none. A stage that the job does not have is not there: odd_check_input() gives NULL. */
    const char *const *reads;
    bool measured; /* it reads what ingest measured, or the digests; one with a judge does anyway */
    /** Does the job have what else it needs? NULL: always. Where not, `checks: all` leaves it out,
     *  and a job that names it is refused with `needs`. @local */
    bool (*applies)(const odd_job *job);
    const char *needs; /* "a job that trains the task 'damage'" */
    /** Check settings that tables cannot; NULL: nothing. @local; ODD_USAGE */
    odd_status (*check)(const odd_job *job, const void *options);
    /** Digest of inputs from outside the run; NULL: there are none. @collective */
    odd_status (*outside)(odd_run *run, const void *options, odd_hash *digest);
    /** Bytes that each rank needs for `rows` of the catalogue at most; NULL: few a row. @local */
    int64_t (*memory)(const odd_run *run, const void *options, int64_t rows);
    const odd_judge *judge; /* what odd_judge_run() judges, where that is `run`; else NULL */
    /** Look, and add findings, each by one rank. @collective */
    odd_status (*run)(odd_check_context *context, const void *options);
};

#define ODD_CHECKS(X)                                                                              \
    X(odd_check_unreadable)                                                                        \
    X(odd_check_rules)                                                                             \
    X(odd_check_ending)                                                                            \
    X(odd_check_cut_short)                                                                         \
    X(odd_check_half_grey)                                                                         \
    X(odd_check_blank)                                                                             \
    X(odd_check_blur)                                                                              \
    X(odd_check_upscaled)                                                                          \
    X(odd_check_blocky)                                                                            \
    X(odd_check_dark)                                                                              \
    X(odd_check_light)                                                                             \
    X(odd_check_low_contrast)                                                                      \
    X(odd_check_grey)                                                                              \
    X(odd_check_odd_size)                                                                          \
    X(odd_check_odd_aspect)                                                                        \
    X(odd_check_border)                                                                            \
    X(odd_check_letterbox)                                                                         \
    X(odd_check_off_white)                                                                         \
    X(odd_check_touches_edge)                                                                      \
    X(odd_check_small_fill)                                                                        \
    X(odd_check_duplicate)                                                                         \
    X(odd_check_placeholder)                                                                       \
    X(odd_check_damage)                                                                            \
    X(odd_check_category)                                                                          \
    X(odd_check_doubled_category)                                                                  \
    X(odd_check_mixed_category)                                                                    \
    X(odd_check_group)                                                                             \
    X(odd_check_odd)

#define ODD_DECLARE(record) extern const odd_check record;
ODD_CHECKS(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_check *const odd_checks[]; /* NULL-terminated */

/** Stages whose files checks may read, beside ingest; NULL-terminated. */
extern const char *const odd_check_stages[];

/* -- settings (check_settings.c) -- */

typedef struct {
    odd_list checks;
    int64_t most;
    char *ignore;
    double fail_at;
} odd_check_options;

extern const odd_section odd_check_section;

/** The i-th check as a part of the stage, with its settings. @local */
odd_part odd_check_part(int i);
/** What the job would have to have for this check, and has not; NULL: it has all. @local */
const char *odd_check_lacks(const odd_job *job, const odd_check *check);
/** Is it one of those that the job asks for? @local */
bool odd_check_wanted(const odd_job *job, const odd_check *check);
/** Settings of a check; NULL where it has none. Borrowed from the job. @local */
const void *odd_check_settings(const odd_job *job, const odd_check *check);

/** The list of findings to leave out; *path NULL: there is none. Owned by caller: odd_free().
 *  @collective */
odd_status odd_check_ignore_path(odd_run *run, char **path);

/* -- the files that checks read (check_context.c) -- */

/** Does a check of the job read the file of this stage? @local */
bool odd_check_reads(const odd_job *job, const char *stage);

/** Open what the checks of the job read: rows, status, files. @collective */
odd_status odd_check_open(odd_run *run, odd_check_context *out);
void odd_check_close(odd_check_context *context); /* @collective */

/** ingest.h5, open on all ranks. Borrowed. @local */
const odd_file *odd_check_ingest(const odd_check_context *context);
/** The file of a stage that the check reads, open on all ranks; NULL where the job does not have
 *  the stage. Borrowed. @local */
const odd_file *odd_check_input(const odd_check_context *context, const char *stage);

/** What was measured of my rows: (part.n_local, ODD_MEASURE_COUNT), see image/measure.h; NaN: not
 *  known. Read when first asked for, 200 bytes a row. Borrowed. @collective; ODD_FORMAT, ODD_NOMEM
 */
odd_status odd_check_measures(odd_check_context *context, const float **value);

/* -- what a check says (check_tell.c) -- */

/** Add a finding of the check that runs, with its advice behind the sentence. @local; ODD_NOMEM */
odd_status odd_check_tell(const odd_check_context *context, const odd_finding *finding);

/** The check that says findings of a kind by this name; where none has it, as of a rule, the first
 *  of the kind; NULL: there is none. Borrowed. @local */
const odd_check *odd_check_of(odd_finding_kind kind, const char *name);

/* Rows of images of which all is told; rising, the same on every rank. */
typedef struct {
    int64_t *row, count;
} odd_told_rows;

/** What the checks so far told all of. Owned by caller: odd_free(out->row). @collective; ODD_NOMEM
 */
odd_status odd_told_rows_share(const odd_check_context *context, odd_told_rows *out);
bool odd_told_rows_have(const odd_told_rows *told, int64_t row);

/* -- what came of it (check_summary.c) -- */

/** Counts by kind into the log. @local */
void odd_check_log(const odd_findings *findings);
/** Counts by kind, and one line of JSON, on stdout. Rank 0 prints. @collective; ODD_PROBLEM where a
 *  finding is as severe as check.fail_at says */
odd_status odd_check_print(odd_run *run);

#endif
