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
    ODD_OPTION_INT,       /* field: int64_t */
    ODD_OPTION_REAL,      /* field: double */
    ODD_OPTION_BOOL,      /* field: bool */
    ODD_OPTION_TEXT,      /* field: char *, never NULL */
    ODD_OPTION_CHOICE,    /* field: char *, one of `choices` */
    ODD_OPTION_PART,      /* field: char *, a name among `parts` */
    ODD_OPTION_LIST,      /* field: odd_list; a single scalar is taken as a list of one */
    ODD_OPTION_PART_LIST, /* field: odd_list of names among `parts` */
    ODD_OPTION_PATH,      /* field: char *, never NULL; see below */
    ODD_OPTION_PATHS /* field: odd_list. Relative paths in a file start at the file's folder, those
                        of --set at the current one: they are made absolute */
} odd_option_type;

typedef struct odd_option odd_option;

/* What a table has to choose from by name (a detector, a reduction, a source of features, a task, a
 * kind of catalogue), with settings of its own in a section "<stage>.<part>" of the job. */
typedef struct {
    const char *name; /* NULL: there are no more */
    const char *summary;
    const odd_option *options; /* as of a section */
    size_t options_size;
} odd_part;

/* A row of a table of settings; written by the macros below. */
struct odd_option {
    const char *key;
    odd_option_type type;
    size_t offset;              /* of the field in the section's struct */
    const char *value;          /* default, as in YAML; "" is the empty text or list */
    double low, high;           /* range of INT and REAL, both ends in; both 0: any */
    const char *const *choices; /* CHOICE: NULL-terminated names */
    const char *noun;           /* PART, PART_LIST: what one of them is, "detector" */
    odd_part (*parts)(int i);   /* PART, PART_LIST: the i-th that there is */
    const odd_option *base;     /* the row stands for all rows of this table; NULL: for itself */
    const char *help;           /* one line: what it does, with units */
};

/**
 * The rows of a table. Each is the setting whose key is the name of a field of `type`, the struct
 * of the section; a field that cannot hold it does not compile. `initial` is the default as in
 * YAML, a list as "[a, b]"; least ... most is the range, both ends in, from 9e15 on: no limit, both
 * 0: any. `line` is the help; choices and parts are listed behind it.
 *
 *     static const odd_option table[] = {
 *         ODD_INT(knn_options, neighbours, "5", 1, 10000, "nearest rows that count"),
 *         ODD_CHOICE(knn_options, distance, "mean", distances, "what ranks"),
 *         ODD_OPTIONS_END};
 */
#define ODD_INT(type, field, initial, least, most, line)                                           \
    ODD_OPTION(type, field, int64_t, INT, .value = (initial), .low = (least), .high = (most),      \
               .help = (line))
#define ODD_REAL(type, field, initial, least, most, line)                                          \
    ODD_OPTION(type, field, double, REAL, .value = (initial), .low = (least), .high = (most),      \
               .help = (line))
#define ODD_BOOL(type, field, initial, line)                                                       \
    ODD_OPTION(type, field, bool, BOOL, .value = (initial), .help = (line))
#define ODD_TEXT(type, field, initial, line)                                                       \
    ODD_OPTION(type, field, char *, TEXT, .value = (initial), .help = (line))
#define ODD_LIST(type, field, initial, line)                                                       \
    ODD_OPTION(type, field, odd_list, LIST, .value = (initial), .help = (line))
#define ODD_PATH(type, field, initial, line)                                                       \
    ODD_OPTION(type, field, char *, PATH, .value = (initial), .help = (line))
#define ODD_PATHS(type, field, initial, line)                                                      \
    ODD_OPTION(type, field, odd_list, PATHS, .value = (initial), .help = (line))
/* One of the texts of `names`, which NULL ends. */
#define ODD_CHOICE(type, field, initial, names, line)                                              \
    ODD_OPTION(type, field, char *, CHOICE, .value = (initial), .choices = (names), .help = (line))
/* The name of a part, or a list of such. part_of(i) is the i-th that there is; `what` one is,
 * "detector", is told where somebody asks for another. */
#define ODD_PART(type, field, initial, what, part_of, line)                                        \
    ODD_OPTION(type, field, char *, PART, .value = (initial), .noun = (what), .parts = (part_of),  \
               .help = (line))
#define ODD_PART_LIST(type, field, initial, what, part_of, line)                                   \
    ODD_OPTION(type, field, odd_list, PART_LIST, .value = (initial), .noun = (what),               \
               .parts = (part_of), .help = (line))
/* All rows of another table, here: of the struct that is this field, or of `type` itself. */
#define ODD_BASE(type, field, table)                                                               \
    {                                                                                              \
        .key = #field, .offset = offsetof(type, field), .base = (table)                            \
    }
#define ODD_SHARED(table)                                                                          \
    {                                                                                              \
        .key = #table, .base = (table)                                                             \
    }
#define ODD_OPTIONS_END                                                                            \
    {                                                                                              \
        .key = NULL                                                                                \
    }

/* What the rows above are made of. */
#define ODD_OPTION(struct_type, field, holds, kind, ...)                                           \
    {                                                                                              \
        .key = #field, .type = ODD_OPTION_##kind, __VA_ARGS__,                                     \
        .offset = _Generic(((struct_type *)0)->field, holds                                        \
                           : offsetof(struct_type, field))                                         \
    }

/** The i-th setting of a table, those of its bases among them, with its offset in the struct of the
 *  table. False: there are no more. table NULL: there are none. */
bool odd_option_at(const odd_option *table, int i, odd_option *out);

typedef struct {
    const char *name;          /* dotted path */
    const char *was;           /* the path of before a renaming, which is refused with a hint; NULL:
                                  it was never another. Digests go on with it, so that a new name
                                  alone puts no run out of date */
    const char *help;          /* one line */
    const odd_option *options; /* ends with ODD_OPTIONS_END; NULL: none */
    size_t size;               /* of the struct that the offsets point into */
} odd_section;

/* A section that was never renamed, whose table fills a struct of `type`. */
#define ODD_SECTION(path, line, table, type)                                                       \
    {                                                                                              \
        .name = (path), .help = (line), .options = (table), .size = sizeof(type)                   \
    }

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
 *                    a number of at least 0, found 'many'", or "--set fit.tolerance=many: ...";
 *                    a section by its former name: "the section 'mixture' is called 'contamination'
 *                    now";
 *                    a part that is not there: "no detector 'cor'; there are: core, knn; did you
 *                    mean 'core'?"
 *         ODD_IO     the file cannot be read
 *         ODD_ARG    a default of the tables does not fit its own type or range
 *         ODD_NOMEM
 */
odd_status odd_job_load(const char *path, const char *const sets[], int set_count,
                        const odd_section sections[], int section_count, odd_job **out);

/** The same of a text in place of a file. `name` stands for the file in messages; relative paths in
 *  the text start at `name`'s folder. */
odd_status odd_job_load_text(const char *name, const char *text, const char *const sets[],
                             int set_count, const odd_section sections[], int section_count,
                             odd_job **out);
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

/** Is this text in a list? @local */
bool odd_list_has(const odd_list *list, const char *text);

/** Fail with ODD_USAGE at the place where the file or --set gave `key` (or, where it is a default,
 *  naming the key): "jobs/a.yaml:12:9: fit.components: more components (50) than features (40)". */
odd_status odd_job_fail(const odd_job *job, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define ODD_PART_NAME 64

/** The name of a part's section: "<stage>.<part>". */
void odd_part_section(const char *stage, const char *part, char section[ODD_PART_NAME]);

/** The settings of a part of a stage. Borrowed from the job. */
const void *odd_part_options(const odd_job *job, const char *stage, const char *part);

/** All settings in force as YAML with their help as comments; loading it gives the same job. */
void odd_job_write(const odd_job *job, odd_text *yaml);

/** Digest of the settings of one section in force; sections inside it have digests of their own. */
odd_hash odd_job_digest(const odd_job *job, const char *section);

/** The dotted paths of all options, a line each. */
void odd_job_keys(const odd_section sections[], int section_count, odd_text *out);

/** The reference of all sections and options, for --help. */
void odd_job_help(const odd_section sections[], int section_count, odd_text *out);

#endif
