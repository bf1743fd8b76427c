/**
 * Job: the settings of a run, read from a YAML file, completed with defaults and `--set`.
 *
 * A section (a stage, a detector, a reduction, ...) declares its settings in one table of
 * odd_option: key, type, default, range, help. From the same tables come the checks with line and
 * column, the defaults, `job.yaml` as it was in force, the digests for up-to-date checks and the
 * help. Section names are dotted paths: "" is the top of the file, "fit" the mapping under `fit:`,
 * "fit.mixture" the one under `fit: mixture:`.
 */
#ifndef ODDLOT_BASE_JOB_H
#define ODDLOT_BASE_JOB_H

#include "oddlot/base/hash.h"
#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    ODD_OPTION_INT,    /* field: int64_t */
    ODD_OPTION_REAL,   /* field: double */
    ODD_OPTION_BOOL,   /* field: bool */
    ODD_OPTION_TEXT,   /* field: char *, never NULL */
    ODD_OPTION_CHOICE, /* field: char *, one of `choices` */
    ODD_OPTION_LIST,   /* field: odd_list; a single scalar is taken as a list of one */
    ODD_OPTION_PATH,   /* field: char *, never NULL; see below */
    ODD_OPTION_PATHS /* field: odd_list. Relative paths in a file start at the file's folder, those
                        of --set at the current one: they are made absolute */
} odd_option_type;

typedef struct {
    const char *key;
    odd_option_type type;
    size_t offset;     /* of the field in the section's struct */
    const char *value; /* default, as in YAML; a list as "[a, b]"; "" is the empty text or list */
    double low, high;  /* range of INT and REAL, both ends in; both 0: any; from 9e15: no limit */
    const char *const *choices; /* CHOICE: NULL-terminated names */
    const char *help;           /* one line: what it does, with units */
} odd_option;

#define ODD_OPTIONS_END                                                                            \
    {                                                                                              \
        NULL, ODD_OPTION_INT, 0, NULL, 0, 0, NULL, NULL                                            \
    }

typedef struct {
    const char *name;          /* dotted path */
    const char *help;          /* one line */
    const odd_option *options; /* ends with ODD_OPTIONS_END; NULL: none */
    size_t size;               /* of the struct that the offsets point into */
} odd_section;

typedef struct odd_job odd_job;

/**
 * Read a job file: one YAML document of nested mappings, at most 1 MiB, without anchors and
 * aliases, in UTF-8 or with the zero bytes or mark of UTF-16 or UTF-32. `null` stands for the
 * default, a list replaces the default list, a later --set wins.
 *
 * @param path      the YAML file; NULL: all defaults.
 * @param sets      `key.path=value` words of --set, value in YAML's flow notation.
 * @param sections  every section that a job may have; kept (static tables).
 * @param[out] out  owned by caller: odd_job_free(). NULL on failure.
 * @return ODD_OK, or
 *         ODD_USAGE  wrong YAML, a key that is unknown (naming the nearest one) or given twice, a
 *                    wrong type, a value out of range: "jobs/a.yaml:12:9: fit.tolerance: expected
 *                    a number of at least 0, found 'many'", or "--set fit.tolerance=many: ..."
 *         ODD_IO     the file cannot be read
 *         ODD_ARG    a default of the tables does not fit its own type or range
 *         ODD_NOMEM
 */
odd_status odd_job_load(const char *path, const char *const sets[], int set_count,
                        const odd_section sections[], int section_count, odd_job **out);
void odd_job_free(odd_job **job);

/**
 * A copy of a job with some settings changed, each word like one of --set, but with relative paths
 * from the job file's folder on, as such words stand in job files. Faults in a word name the word;
 * odd_job_fail() at an unchanged key names its place in the job that was copied.
 * @param[out] out  owned by caller: odd_job_free(). NULL on failure.
 */
odd_status odd_job_vary(const odd_job *job, const char *const sets[], int set_count, odd_job **out);

/** The filled struct of a section. Borrowed, lives as long as the job. Aborts on an unknown name.
 */
const void *odd_job_section(const odd_job *job, const char *section);

/** True if the user (file or --set) gave this key, dotted path. */
bool odd_job_given(const odd_job *job, const char *key);

/** Fail with ODD_USAGE at the place where the file or --set gave `key` (or, where it is a default,
 *  naming the key): "jobs/a.yaml:12:9: fit.components: more components (50) than features (40)". */
odd_status odd_job_fail(const odd_job *job, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** All settings in force as YAML with their help as comments; loading it gives the same job. */
void odd_job_write(const odd_job *job, odd_text *yaml);

/** Digest of the settings of one section in force; sections inside it have digests of their own. */
odd_hash odd_job_digest(const odd_job *job, const char *section);

/** The reference of all sections and options, for --help. */
void odd_job_help(const odd_section sections[], int section_count, odd_text *out);

#endif
