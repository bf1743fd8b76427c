/* Tar files for tests, member by member as ustar has them. */
#ifndef ODDLOT_TEST_TAR_WRITER_H
#define ODDLOT_TEST_TAR_WRITER_H

#include "scratch_folder.h"

static inline FILE *tar_begin(const char *name)
{
    FILE *tar = fopen(scratch_path(name), "wb");
    if (!tar) abort();
    return tar;
}

static inline void tar_zeros(FILE *tar, size_t size)
{
    while (size-- > 0)
        fputc(0, tar);
}

/* A member with a header of its own; `type` as in the header: '0' file, '1' hard link, '2' link. */
static inline void tar_add(FILE *tar, char type, const char *name, const char *target,
                           const char *data)
{
    char h[512] = {0};
    const size_t size = data ? strlen(data) : 0;
    unsigned sum = 0;
    snprintf(h, 100, "%s", name);
    memcpy(h + 100, "0000644\0000000000\0000000000", 24);
    snprintf(h + 124, 12, "%011zo", size);
    memcpy(h + 136, "00000000001", 12);
    memset(h + 148, ' ', 8);
    h[156] = type;
    snprintf(h + 157, 100, "%s", target ? target : "");
    memcpy(h + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof h; i++)
        sum += (unsigned char)h[i];
    snprintf(h + 148, 8, "%06o", sum);
    fwrite(h, 1, sizeof h, tar);
    if (size > 0) fwrite(data, 1, size, tar);
    tar_zeros(tar, (512 - size % 512) % 512);
}

static inline void tar_file(FILE *tar, const char *name, const char *data)
{
    tar_add(tar, '0', name, NULL, data);
}

/* With the two blocks of zeros that end a tar file. */
static inline void tar_end(FILE *tar)
{
    tar_zeros(tar, 1024);
    fclose(tar);
}

#endif
