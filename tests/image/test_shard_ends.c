/* Tar shards: what follows an end mark is read as far as it is a tar file, and said as far as it is
 * none; and which files of a folder are shards. */
#include "log_capture.h"
#include "tar_writer.h"

static odd_status list_paths(char **path, int64_t count, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(path, count);
    log_capture_begin();
    odd_status st = list_whole(&odd_catalogue_tar, &options, scratch, out);
    log_capture_end();
    return st;
}

static odd_status list(char *path, odd_catalogue *out)
{
    return list_paths(&path, 1, out);
}

/* Rows and words of a.tar, which is two.jpg behind what `between` writes behind one.jpg. */
static bool gives(void (*between)(FILE *tar), void (*behind)(FILE *tar), int64_t rows,
                  const char *words)
{
    odd_catalogue c;
    FILE *tar = tar_begin("a.tar");
    tar_file(tar, "one.jpg", "1");
    between(tar);
    tar_file(tar, "two.jpg", "zwei");
    behind(tar);
    fclose(tar);
    bool good = list("a.tar", &c) == ODD_OK && c.count == rows && logged(words);
    odd_catalogue_free(&c);
    return good;
}

static void nothing(FILE *tar)
{
    (void)tar;
}

static void half_mark(FILE *tar)
{
    tar_zeros(tar, 512);
}

static void mark(FILE *tar)
{
    tar_zeros(tar, 1024);
}

/* As tar fills its records. */
static void long_mark(FILE *tar)
{
    tar_zeros(tar, 10240);
}

static void text(FILE *tar)
{
    mark(tar);
    fputs("hello, this is no tar file", tar);
}

static void blocks_of_text(FILE *tar)
{
    mark(tar);
    for (int i = 0; i < 2 * 512 / 8; i++)
        fputs("no tar, ", tar);
}

static void end_marks(void)
{
    scratch_new();
    CU_ASSERT(gives(nothing, mark, 2, ""));
    CU_ASSERT(gives(half_mark, mark, 2, ""));
    CU_ASSERT(gives(mark, mark, 2, ""));
    CU_ASSERT(gives(long_mark, long_mark, 2, ""));
    CU_ASSERT(gives(mark, nothing, 2, "no end mark"));
    CU_ASSERT(gives(mark, text, 2, "26 bytes after its end mark that are no part of a tar file"));
    CU_ASSERT(gives(nothing, blocks_of_text, 2, "1024 bytes after its end mark"));
    CU_ASSERT(gives(blocks_of_text, mark, 2, "1024 bytes after its end mark"));
}

/* The second of two is cut: what was read of the first must not hide it. */
static void cut_behind_a_mark(void)
{
    odd_catalogue c;
    FILE *tar = tar_begin("a.tar");
    tar_file(tar, "one.jpg", "1");
    tar_zeros(tar, 1024);
    tar_file(tar, "two.txt", "text that is cut");
    fclose(tar);
    CU_ASSERT_EQUAL(truncate(scratch_path("a.tar"), 512 + 512 + 1024 + 512 + 3), 0);
    CU_ASSERT_EQUAL(list("a.tar", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 1);
    CU_ASSERT(logged("is cut off"));
    odd_catalogue_free(&c);
}

static void one_name_twice(void)
{
    odd_catalogue c;
    odd_reader *reader;
    FILE *tar = tar_begin("a.tar");
    tar_file(tar, "a.jpg", "old");
    tar_file(tar, "b.jpg", "b");
    tar_file(tar, "a.jpg", "newer");
    tar_add(tar, '2', "link.jpg", "a.jpg", NULL);
    tar_end(tar);
    CU_ASSERT_EQUAL(list("a.tar", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT(logged("holds 1 images under names that it has already"));
    CU_ASSERT_EQUAL(odd_catalogue_tar.open(NULL, &c, &reader), ODD_OK);
    CU_ASSERT(reads(&odd_catalogue_tar, reader, 0, ENOUGH, ODD_IMAGE_OK, "old", 3));
    CU_ASSERT(reads(&odd_catalogue_tar, reader, 3, ENOUGH, ODD_IMAGE_OK, "newer", 5));
    odd_catalogue_tar.close(&reader);
    odd_catalogue_free(&c);
}

static void make_shard(const char *name)
{
    FILE *tar = tar_begin(name);
    tar_file(tar, "a.jpg", "a");
    tar_end(tar);
}

static void shards_of_a_folder(void)
{
    odd_catalogue c;
    char *named[] = {"p/a.tar", "p"}, *twice[] = {"p/a.tar", "p/./a.tar"};
    char *linked[] = {"p/a.tar", "alias.tar"};
    scratch_new();
    scratch_folder("p");
    make_shard("p/a.tar");
    make_shard("p/b.tar");
    scratch_link("b.tar", "p/0-latest.tar");
    scratch_link("p/a.tar", "alias.tar");
    CU_ASSERT_EQUAL(link(scratch_path("p/a.tar"), scratch_path("p/c.tar")), 0);
    scratch_folder("p/d.tar");
    scratch_file("p/index.json", "{}");
    scratch_file("p/._a.tar", "");
    CU_ASSERT_EQUAL(list("p", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "a.tar/a.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "b.tar/a.jpg");
    CU_ASSERT(logged("what leads to something listed already: 2"));
    CU_ASSERT(logged("what is beside the shards: 2, the first is 'p/d.tar'"));
    CU_ASSERT(logged("what file managers keep for themselves: 1"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list_paths(twice, 2, &c), ODD_USAGE);
    CU_ASSERT_EQUAL(list_paths(linked, 2, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'alias.tar' is listed twice: 'p/a.tar'"));
    CU_ASSERT_EQUAL(list_paths(named, 2, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'p/a.tar' is listed twice: it is in a folder"));
    scratch_bytes("p/z.tgz", "\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0", 20);
    CU_ASSERT_EQUAL(list("p", &c), ODD_FORMAT); /* passed over, its images would be lost */
    CU_ASSERT(failed_with("p/z.tgz'"));
}

const char *odd_test_name = "shard_ends";
CU_TestInfo odd_tests[] = {
    {"end marks", end_marks},
    {"cut behind a mark", cut_behind_a_mark},
    {"one name twice", one_name_twice},
    {"shards of a folder", shards_of_a_folder},
    CU_TEST_INFO_NULL,
};
