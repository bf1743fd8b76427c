/* Fuzzes job files: any bytes as YAML with the settings of all stages; what is accepted is written
 * out, and that must be accepted again and be written the same. */
#include "fuzz.h"

#include "oddlot/pipeline/pipelines.h"

#include <string.h>
#include <unistd.h>

static odd_status load(const uint8_t *bytes, size_t size, odd_job **job)
{
    char path[FUZZ_PATH];
    int count;
    const odd_section *sections = odd_job_sections(&count);
    int fd = fuzz_file(bytes, size, path);
    odd_status st = odd_job_load(path, NULL, 0, sections, count, job);
    close(fd);
    return st;
}

/* Loading what was written gives the same job. */
static void check_written(const odd_job *job)
{
    odd_text first = ODD_TEXT_EMPTY, second = ODD_TEXT_EMPTY;
    odd_job *again;
    odd_job_write(job, &first);
    odd_status st =
        load((const uint8_t *)odd_text_string(&first), strlen(odd_text_string(&first)), &again);
    ODD_CHECK(st == ODD_OK);
    odd_job_write(again, &second);
    ODD_CHECK(strcmp(odd_text_string(&first), odd_text_string(&second)) == 0);
    odd_job_free(&again);
    odd_text_free(&first);
    odd_text_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    odd_job *job;
    odd_status st = load(bytes, size, &job);
    ODD_CHECK(st == ODD_OK || st == ODD_USAGE || st == ODD_NOMEM || st == ODD_IO);
    if (st == ODD_OK) check_written(job);
    odd_job_free(&job);
    return 0;
}
