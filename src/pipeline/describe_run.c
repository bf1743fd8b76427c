/* A run folder described for people, file by file. */
#include "oddlot/pipeline/pipelines.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/store/audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

odd_status odd_run_describe(const char *folder, bool verify)
{
    odd_text path = ODD_TEXT_EMPTY, words = ODD_TEXT_EMPTY;
    const odd_stage *stage;
    int found = 0;
    odd_status st = ODD_OK;
    for (int i = 0; (stage = odd_stage_number(odd_pipelines, i)); i++) {
        path.length = 0;
        odd_text_format(&path, "%s/%s", folder, stage->file);
        ODD_TRY(odd_text_status(&path));
        if (access(path.s, R_OK) != 0) continue;
        found++;
        if (verify)
            ODD_TRY(odd_file_verify(path.s));
        else
            ODD_TRY(odd_file_describe(path.s, &words));
    }
    if (!found)
        ODD_TRY(
            odd_fail(ODD_USAGE, "no run in '%s': it has none of the files of the stages", folder));
    ODD_TRY(odd_text_status(&words));
    fputs(odd_text_string(&words), stdout);
done:
    odd_text_free(&path);
    odd_text_free(&words);
    return st;
}
