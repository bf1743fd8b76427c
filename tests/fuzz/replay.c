/* Replays inputs without libFuzzer: every file that is named, or lies under a folder that is named,
 * goes through the fuzz target once. Fails if there is none. */
#include "fuzz.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <ftw.h>
#include <stdio.h>

#define LARGEST ((int64_t)64 << 20) /* bytes of an input */
#define FOLDERS 16                  /* open at a time */

static int replayed;

static int replay(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    char *bytes;
    int64_t size;
    (void)info;
    (void)place;
    if (kind != FTW_F) return 0;
    if (odd_file_slurp(path, LARGEST, &bytes, &size) != ODD_OK) {
        fprintf(stderr, "replay: %s\n", odd_fail_reason());
        return 1;
    }
    uint8_t *exact = odd_alloc(size, 1); /* without the final 0: the sanitizer sees its end */
    if (!exact) return 1;
    for (int64_t i = 0; i < size; i++)
        exact[i] = (uint8_t)bytes[i];
    LLVMFuzzerTestOneInput(exact, (size_t)size);
    odd_free(exact);
    odd_free(bytes);
    replayed++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (nftw(argv[i], replay, FOLDERS, FTW_PHYS) == 0) continue;
        fprintf(stderr, "replay: cannot go through '%s'\n", argv[i]);
        return 1;
    }
    printf("%d inputs\n", replayed);
    return replayed > 0 ? 0 : 1;
}
