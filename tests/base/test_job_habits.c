/* Tests of job files as editors save them and hands write them: they are read, or the reason says
 * what was meant. */
#include "oddlot_test.h"

#include "job_sections_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/job_habits";

typedef struct {
    char *file;
    odd_list files;
} place_settings;

static const odd_option place_options[] = {
    ODD_PATH(place_settings, file, "", ""),
    ODD_PATHS(place_settings, files, "", ""),
    ODD_OPTIONS_END,
};
static const odd_section places[] = {ODD_SECTION("place", "", place_options, place_settings)};

static char path[64];

static odd_status load_as(const odd_section table[], int count, const void *bytes, size_t size,
                          odd_job **job)
{
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    FILE *f = fopen(path, "wb");
    CU_ASSERT_PTR_NOT_NULL(f);
    if (!f) return ODD_IO;
    CU_ASSERT_EQUAL(fwrite(bytes, 1, size, f), size);
    fclose(f);
    odd_status st = odd_job_load(path, NULL, 0, table, count, job);
    unlink(path);
    return st;
}

static odd_status load(const char *bytes, size_t size, odd_job **job)
{
    bool place = size > 6 && strncmp(bytes, "place:", 6) == 0;
    return place ? load_as(places, 1, bytes, size, job)
                 : load_as(sections, SECTION_COUNT, bytes, size, job);
}

/* ---- encodings ------------------------------------------------------------------------------- */

static const char plain[] = "seed: 7\ntitle: \"ab\xC3\xA9\"\n";

static void check_plain(const char *what, const char *bytes, size_t size)
{
    odd_job *job;
    odd_status st = load(bytes, size, &job);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK) {
        fprintf(stderr, "%s: %s\n", what, odd_fail_reason());
        return;
    }
    const top_settings *top = odd_job_section(job, "");
    CU_ASSERT_EQUAL(top->seed, 7);
    CU_ASSERT_STRING_EQUAL(top->title, "ab\xC3\xA9");
    odd_job_free(&job);
}

/* The plain job, and a mark before it, in units of 2 or 4 bytes; returns the size. */
static size_t widen(size_t unit, bool big, bool mark, char *out)
{
    size_t n = 0;
    for (const char *s = mark ? "\xEF" : plain; *s;) {
        unsigned code = (unsigned char)*s++;
        if (code == 0xEF) {
            code = 0xFEFF;
            s = plain;
        } else if (code == 0xC3) {
            code = 0xE9;
            s++;
        }
        for (size_t i = 0; i < unit; i++)
            out[n + i] = (char)(code >> 8 * (big ? unit - 1 - i : i));
        n += unit;
    }
    return n;
}

static void encodings(void)
{
    char bytes[256] = "\xEF\xBB\xBF";
    check_plain("UTF-8", plain, sizeof plain - 1);
    memcpy(bytes + 3, plain, sizeof plain - 1);
    check_plain("UTF-8 with a mark", bytes, sizeof plain + 2);
    for (int form = 0; form < 8; form++) {
        char what[64];
        size_t unit = form & 1 ? 4 : 2;
        bool big = form & 2, mark = form & 4;
        snprintf(what, sizeof what, "UTF-%zu, %s endian, %s mark", 8 * unit, big ? "big" : "little",
                 mark ? "with" : "without");
        check_plain(what, bytes, widen(unit, big, mark, bytes));
    }
}

static void line_ends(void)
{
    static const char dos[] = "\xEF\xBB\xBFseed: 7\r\ntitle: \"ab\xC3\xA9\"\r\n";
    static const char old[] = "seed: 7\rtitle: \"ab\xC3\xA9\"\r";
    check_plain("CRLF", dos + 3, sizeof dos - 4);
    check_plain("CRLF with a mark", dos, sizeof dos - 1);
    check_plain("CR", old, sizeof old - 1);
}

static void empty_files(void)
{
    static const char *const files[] = {"",      "\xEF\xBB\xBF", "\n \n", "# nothing\n",
                                        "---\n", "\xFF\xFE"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        odd_job *job;
        CU_ASSERT_EQUAL(load(files[i], strlen(files[i]), &job), ODD_OK);
        if (job) CU_ASSERT_EQUAL(((const top_settings *)odd_job_section(job, ""))->seed, 1);
        odd_job_free(&job);
    }
}

/* ---- slips ----------------------------------------------------------------------------------- */

static void refused_bytes(const char *bytes, size_t size, const char *wanted)
{
    odd_job *job;
    CU_ASSERT_EQUAL(load(bytes, size, &job), ODD_USAGE);
    const char *reason = odd_fail_reason();
    bool same =
        strncmp(reason, path, strlen(path)) == 0 && strcmp(reason + strlen(path), wanted) == 0;
    CU_ASSERT_TRUE(same);
    if (!same) fprintf(stderr, "%s\n  got    %s\n  wanted %s\n", bytes, reason, wanted);
    odd_job_free(&job);
}

static void refused(const char *yaml, const char *wanted)
{
    refused_bytes(yaml, strlen(yaml), wanted);
}

#define TAB                                                                                        \
    "found character that cannot start any token: it is a tab; indent with blanks instead of tabs"

static void tabs(void)
{
    refused("fit:\n\tdetector: x\n", ":2:1: not valid YAML: " TAB);
    refused("fit:\n  \tdetector: x\n", ":2:3: not valid YAML: " TAB);
    refused("fit:\r\n\tdetector: x\r\n", ":2:1: not valid YAML: " TAB);
    refused("title: caf\xC3\xA9\nfit:\n  mixture:\n\t\tcomponents: 3\n",
            ":4:1: not valid YAML: " TAB);
    refused("title: x\n\tseed: 1\n", ":2:1: not valid YAML: found a tab character that violates "
                                     "indentation; indent with blanks instead of tabs");
    refused("title: \"x\"\n\tseed: 1\n", ":2:1: not valid YAML: " TAB);
}

static void backslashes(void)
{
#define ESCAPES                                                                                    \
    "in double quotes a backslash begins an escape; put a text with backslashes in single quotes"
    refused("title: \"C:\\photos\"\n",
            ":1:11: not valid YAML: found unknown escape character (while parsing a quoted scalar "
            "that begins at line 1, column 8); " ESCAPES);
    refused("title: \"C:\\Users\"\n",
            ":1:13: not valid YAML: did not find expected hexdecimal number (while parsing a "
            "quoted scalar that begins at line 1, column 8); " ESCAPES);
    refused("place: {file: \"/no/new\\new\"}\n",
            ":1:15: place.file: there is no file \"/no/new\\new\"; " ESCAPES);
    refused("place: {files: [/a, \"/no/such\\now\"]}\n",
            ":1:21: place.files: there is no file \"/no/such\\now\"; " ESCAPES);
}

/* A file may have a line end in its name; then it is there. */
static void a_name_with_a_line_end(void)
{
    char name[64], yaml[128], escaped[80];
    odd_job *job;
    snprintf(name, sizeof name, "/tmp/oddlot-test-%ld\nnew", (long)getpid());
    snprintf(escaped, sizeof escaped, "/tmp/oddlot-test-%ld\\nnew", (long)getpid());
    CU_ASSERT_EQUAL(odd_file_spill(name, "", 0), ODD_OK);
    snprintf(yaml, sizeof yaml, "place: {file: \"%s\"}\n", escaped);
    CU_ASSERT_EQUAL(load(yaml, strlen(yaml), &job), ODD_OK);
    if (job)
        CU_ASSERT_STRING_EQUAL(((const place_settings *)odd_job_section(job, "place"))->file, name);
    odd_job_free(&job);
    unlink(name);
}

static void blanks(void)
{
    refused("fit:\n  detector:x\n",
            ":2:3: fit: expected a mapping of settings, found "
            "'detector:x'; a blank is wanted after the colon: 'key: value'");
    refused("fit: {detector:x}\n", ":1:7: unknown key 'fit.detector:x'; a blank is wanted after "
                                   "the colon: 'key: value'");
    refused("seed = 3\n", ":1:1: expected a mapping of settings, found 'seed = 3'; a setting is "
                          "written 'key: value'");
    refused("fit:\n  detector:\xC2\xA0x\n",
            ":2:3: fit: expected a mapping of settings, found 'detector:\xC2\xA0x'; there is a "
            "no-break space in it: write a plain blank or nothing");
    refused("fit:\n\xC2\xA0 detector: x\n", ":2:1: unknown key '\xC2\xA0 detector'; there is a "
                                            "no-break space in it: write a plain blank or nothing");
    refused("seed: 1\n\xEF\xBB\xBFtitle: x\n",
            ":2:2: not valid YAML: did not find expected key; there is a byte order mark in this "
            "line: write a plain blank or nothing");
}

static void quotes(void)
{
    refused("title: @x\n", ":1:8: not valid YAML: found character that cannot start any token; a "
                           "text that begins with '@' is put in quotes");
    refused("title: *.jpg\n",
            ":1:9: not valid YAML: did not find expected alphabetic or numeric character; a text "
            "that begins with * or & is put in quotes");
    refused("title: \"x\nseed: 1\n",
            ":3:1: not valid YAML: found unexpected end of stream (while scanning a quoted scalar "
            "that begins at line 1, column 8)");
    refused("fit: {detector: x\nseed: 1\n",
            ":2:5: not valid YAML: did not find expected ',' or '}' (while parsing a flow mapping "
            "that begins at line 1, column 6)");
}

static void other_encodings(void)
{
    refused("title: caf\xE9\n", ":1:11: not valid YAML: incomplete UTF-8 octet sequence; job files "
                                "are text in UTF-8; save this one so");
    refused("seed: 1\n\x1A", ":2:1: not valid YAML: control characters are not allowed; save the "
                             "job file as plain text in UTF-8");
    refused_bytes("\xFF\xFEs\0e\0\n\0\0", 9,
                  ":2:1: not valid UTF-16LE; save the job file as UTF-8");
    refused_bytes("\xFE\xFF\xD8\0\0x", 6, ":1:2: not valid UTF-16BE; save the job file as UTF-8");
}

CU_TestInfo odd_tests[] = {
    {"encodings", encodings},
    {"line ends", line_ends},
    {"empty files", empty_files},
    {"tabs", tabs},
    {"backslashes", backslashes},
    {"a name with a line end", a_name_with_a_line_end},
    {"blanks", blanks},
    {"quotes", quotes},
    {"other encodings", other_encodings},
    CU_TEST_INFO_NULL,
};
