/* IDX files by gzip: members one behind the other are one stream; what its header does not tell of
 * is refused, and what is no compressed data is said. */
#include "log_capture.h"
#include "scratch_folder.h"

#include "image/catalogue_internal.h"
#include "image/gzip_internal.h"

#include <zlib.h>

enum { IMAGES = 5, SIDE = 4, BYTES = 16 + IMAGES * SIDE * SIDE };

static uint8_t idx[BYTES + 1] = {0, 0, 8, 3, 0, 0, 0, IMAGES, 0, 0, 0, SIDE, 0, 0, 0, SIDE};

/* Append a member, or bytes as they are (mode "a" by gzopen is a member of its own). */
static void add_member(const char *name, const void *bytes, size_t size)
{
    gzFile file = gzopen(scratch_path(name), "ab");
    if (!file || gzwrite(file, bytes, (unsigned)size) != (int)size || gzclose(file) != Z_OK)
        abort();
}

static void add_bytes(const char *name, const void *bytes, size_t size)
{
    FILE *file = fopen(scratch_path(name), "ab");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) abort();
}

static odd_status list(char *path, int64_t *count)
{
    odd_catalogue c;
    odd_catalogue_options options = options_for(&path, 1);
    log_capture_begin();
    odd_status st = list_whole(&odd_catalogue_idx, &options, scratch, &c);
    log_capture_end();
    *count = c.count;
    odd_catalogue_free(&c);
    return st;
}

static bool lists(char *path, const char *words)
{
    int64_t count;
    return list(path, &count) == ODD_OK && count == IMAGES && logged(words);
}

static void what_follows_the_data(void)
{
    const char zeros[600] = {0};
    int64_t count;
    scratch_new();
    add_member("one.gz", idx, BYTES);
    CU_ASSERT(lists("one.gz", ""));
    add_member("parts.gz", idx, 20);
    add_member("parts.gz", idx + 20, BYTES - 20);
    add_member("parts.gz", "", 0);
    CU_ASSERT(lists("parts.gz", ""));
    add_bytes("parts.gz", zeros, sizeof zeros); /* as tapes fill up */
    CU_ASSERT(lists("parts.gz", ""));
    add_bytes("parts.gz", "garbage", 7);
    CU_ASSERT(lists("parts.gz", "607 bytes after its compressed data"));
    add_member("plain.gz", idx, BYTES);
    add_bytes("plain.gz", idx, BYTES); /* begins with zeros, too */
    CU_ASSERT(lists("plain.gz", "96 bytes after its compressed data"));
    add_member("half.gz", idx, BYTES);
    add_bytes("half.gz", "\x1f\x8b\x08\0", 4);
    CU_ASSERT(lists("half.gz", "4 bytes after its compressed data"));
    add_member("twice.gz", idx, BYTES);
    add_member("twice.gz", idx, BYTES);
    CU_ASSERT_EQUAL(list("twice.gz", &count), ODD_FORMAT);
    CU_ASSERT(failed_with("its header tells 5 items of 16 bytes, but more data follows"));
    add_member("more.gz", idx, BYTES + 1);
    CU_ASSERT_EQUAL(list("more.gz", &count), ODD_FORMAT);
}

/* A stream that goes on for long is not read to its end. */
static void stops_when_it_knows(void)
{
    char *zeros = calloc(1, 1 << 24);
    odd_gzip_size size;
    struct stat info;
    const char *why;
    if (!zeros) return;
    scratch_new();
    add_member("bomb.gz", zeros, 1 << 24);
    free(zeros);
    int fd = odd_regular_open(scratch_path("bomb.gz"), &info, &why);
    CU_ASSERT(odd_gzip_measure(fd, info.st_size, 1000, &size));
    CU_ASSERT(size.bytes > 1000 && size.bytes < 1 << 20);
    CU_ASSERT(odd_gzip_measure(fd, info.st_size, 1 << 25, &size));
    CU_ASSERT_EQUAL(size.bytes, 1 << 24);
    CU_ASSERT_EQUAL(size.rest, 0);
    CU_ASSERT_EQUAL(ftruncate(fd, 100), -1); /* opened to be read */
    close(fd);
}

static void labels_and_twice(void)
{
    uint8_t label[9 + IMAGES] = {0, 0, 8, 1, 0, 0, 0, IMAGES};
    odd_catalogue c;
    char *path[] = {"i.gz", "./i.gz"}, *labels[] = {"l.gz"};
    odd_catalogue_options options = options_for(path, 1);
    scratch_new();
    add_member("i.gz", idx, BYTES);
    add_member("l.gz", label, sizeof label); /* one more than it tells */
    options.labels = (odd_list){labels, 1};
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_idx, &options, scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("l.gz': its header tells 5 items of 1 bytes"));
    options = options_for(path, 2);
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_idx, &options, scratch, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'./i.gz' is listed twice: 'i.gz'"));
}

const char *odd_test_name = "gzip_end";
CU_TestInfo odd_tests[] = {
    {"what follows the data", what_follows_the_data},
    {"stops when it knows", stops_when_it_knows},
    {"labels, and twice", labels_and_twice},
    CU_TEST_INFO_NULL,
};
