/* Tar shards: links as unpacking would follow them, but never out of the shard; members that are no
 * files; what oddlot wrote. */
#include "log_capture.h"
#include "tar_writer.h"

#include "image/shard_members_internal.h"

#include "oddlot/base/random.h"
#include "oddlot/base/run_folder.h"

static odd_status list(const char *extension, odd_catalogue *out)
{
    char *path = "a.tar", *extensions[] = {(char *)extension};
    odd_catalogue_options options = options_for(&path, 1);
    if (extension) options.extensions = (odd_list){extensions, *extension ? 1 : 0};
    log_capture_begin();
    odd_status st = list_whole(&odd_catalogue_tar, &options, scratch, out);
    log_capture_end();
    return st;
}

/* True if the item of this name holds these bytes, or, with a problem, has these words. */
static bool holds(const odd_catalogue *c, const char *name, const char *bytes, const char *words)
{
    int64_t i = item_named(c, name);
    odd_reader *reader;
    if (i < 0 || odd_catalogue_tar.open(NULL, c, &reader) != ODD_OK) return false;
    bool good =
        words ? c->item[i].problem == ODD_IMAGE_MISSING &&
                    strstr(odd_catalogue_text(c, c->item[i].reason), words)
              : reads(&odd_catalogue_tar, reader, i, ENOUGH, ODD_IMAGE_OK, bytes, strlen(bytes));
    odd_catalogue_tar.close(&reader);
    if (!good) fprintf(stderr, "%s: %s\n", name, odd_catalogue_text(c, c->item[i].reason));
    return good;
}

static void links(void)
{
    odd_catalogue c;
    FILE *tar;
    scratch_new();
    tar = tar_begin("a.tar");
    tar_add(tar, '2', "early.jpg", "5/a.jpg", NULL);
    tar_add(tar, '1', "hard-early.jpg", "5/a.jpg", NULL);
    tar_add(tar, '5', "5/", NULL, NULL);
    tar_file(tar, "./5/a.jpg", "alpha");
    tar_file(tar, "blobs/1f", "blob");
    tar_add(tar, '2', "5/up.jpg", "../5//./a.jpg", NULL);
    tar_add(tar, '2', "chain.jpg", "5/up.jpg", NULL);
    tar_add(tar, '1', "hard.jpg", "./5/a.jpg", NULL);
    tar_add(tar, '2', "blob.jpg", "blobs/1f", NULL);
    tar_add(tar, '2', "latest", "5", NULL);
    tar_add(tar, '2', "newest", "latest", NULL);
    tar_add(tar, '2', "through.jpg", "newest/a.jpg", NULL);
    tar_add(tar, '5', "c/", NULL, NULL);
    tar_add(tar, '2', "c/deep", "../5", NULL);
    tar_add(tar, '2', "c/physical.jpg", "deep/../5/a.jpg", NULL);
    tar_add(tar, '1', "c/hard-soft.jpg", "5/up.jpg", NULL); /* starts in c, as it stands there */
    tar_add(tar, '2', "gone.jpg", "5/z.jpg", NULL);
    tar_add(tar, '2', "out.jpg", "../../etc/passwd", NULL);
    tar_add(tar, '2', "root.jpg", "/etc/passwd", NULL);
    tar_add(tar, '2', "loop.jpg", "pool.jpg", NULL);
    tar_add(tar, '2', "pool.jpg", "loop.jpg", NULL);
    tar_add(tar, '2', "folder.jpg", "5", NULL);
    tar_add(tar, '6', "fifo.jpg", NULL, NULL);
    tar_add(tar, '3', "device.jpg", NULL, NULL);
    tar_add(tar, '5', "folder.png/", NULL, NULL);
    tar_end(tar);
    CU_ASSERT_EQUAL(list(NULL, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 18);
    static const char *const good[] = {"early", "5/a",     "5/up",       "chain",
                                       "hard",  "through", "c/physical", "c/hard-soft"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        char name[64];
        snprintf(name, sizeof name, "a.tar/%s.jpg", good[i]);
        CU_ASSERT(holds(&c, name, "alpha", NULL));
    }
    CU_ASSERT(holds(&c, "a.tar/blob.jpg", "blob", NULL));
    CU_ASSERT(
        holds(&c, "a.tar/hard-early.jpg", NULL, "hard link to '5/a.jpg', which is not before"));
    CU_ASSERT(holds(&c, "a.tar/gone.jpg", NULL, "link to '5/z.jpg', which is not in the shard"));
    CU_ASSERT(holds(&c, "a.tar/out.jpg", NULL, "which is not in the shard"));
    CU_ASSERT(holds(&c, "a.tar/root.jpg", NULL, "which is not in the shard"));
    CU_ASSERT(holds(&c, "a.tar/loop.jpg", NULL, "in a circle"));
    CU_ASSERT(holds(&c, "a.tar/folder.jpg", NULL, "which is not in the shard"));
    CU_ASSERT(holds(&c, "a.tar/fifo.jpg", NULL, "not a regular file"));
    CU_ASSERT(holds(&c, "a.tar/device.jpg", NULL, "not a regular file"));
    CU_ASSERT(logged("4 of 20 files passed over"));
    odd_catalogue_free(&c);
}

#define PNG "\x89PNG\r\n\x1a\n"

static void by_content(void)
{
    odd_catalogue c;
    FILE *tar;
    scratch_new();
    tar = tar_begin("a.tar");
    tar_file(tar, "1", PNG "1");
    tar_file(tar, "2.json", "{}");
    tar_file(tar, "3.jpg", "broken");
    tar_file(tar, "4.jpg?wid=500", PNG "4");
    tar_add(tar, '2', "5", "1", NULL);
    tar_add(tar, '2', "6", "2.json", NULL);
    tar_add(tar, '2', "7", "nowhere", NULL);
    tar_file(tar, "._3.jpg", "");
    tar_file(tar, "__MACOSX/in/3.jpg", "");
    tar_end(tar);
    CU_ASSERT_EQUAL(list(NULL, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT(logged("5 of 7 files passed over"));
    CU_ASSERT(logged("what file managers keep for themselves: 2"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("any", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT(holds(&c, "a.tar/1", PNG "1", NULL));
    CU_ASSERT(holds(&c, "a.tar/5", PNG "1", NULL));
    CU_ASSERT(holds(&c, "a.tar/4.jpg?wid=500", PNG "4", NULL));
    CU_ASSERT(
        logged("3 of 7 files passed over, which do not begin as images do: no ending (2), .json"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("", &c), ODD_OK); /* all files */
    CU_ASSERT_EQUAL(c.count, 7);
    odd_catalogue_free(&c);
}

/* A folder that was packed with the runs in it. */
static void runs_are_left_out(void)
{
    odd_catalogue c;
    FILE *tar;
    scratch_new();
    tar = tar_begin("a.tar");
    tar_file(tar, "./runs/audit/report/img/0.png", "0");
    tar_file(tar, "./runs/audit/report/index.html", "<html>" ODD_REPORT_MARK " 1\">");
    tar_file(tar, "./runs/audit/.lock", ODD_RUN_MARK "more");
    tar_file(tar, "./runs/audit-mine.jpg", "m");
    tar_file(tar, "./old/report/img/0.png", "0");
    tar_file(tar, "./old/report/index.html", "<html>" ODD_REPORT_MARK " 1\">");
    tar_file(tar, "./mine/.lock", "mine");
    tar_file(tar, "./mine/index.html", "<html>");
    tar_file(tar, "./mine/a.jpg", "a");
    tar_end(tar);
    CU_ASSERT_EQUAL(list(NULL, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT(holds(&c, "a.tar/runs/audit-mine.jpg", "m", NULL));
    CU_ASSERT(holds(&c, "a.tar/mine/a.jpg", "a", NULL));
    CU_ASSERT(logged("what oddlot itself wrote: 2, the first is 'a.tar/old/report'"));
    odd_catalogue_free(&c);
}

static void paths(void)
{
    static const char *const cases[][2] = {
        {"a.jpg", "a.jpg"}, {"/a//b/./c/", "a/b/c"},    {"a/../b", "b"},
        {"../a", NULL},     {"a/../../b", NULL},        {"..", NULL},
        {"", NULL},         {"a/b/../../c/./d", "c/d"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *path;
        CU_ASSERT_EQUAL(odd_member_path(cases[i][0], &path), ODD_OK);
        CU_ASSERT(cases[i][1] ? path && strcmp(path, cases[i][1]) == 0 : !path);
        free(path);
    }
}

/* Any names and targets: it ends, and what is good lies in the shard. */
static void hostile_links(void)
{
    static const char letters[] = "ab./";
    static const char types[] = "00122256";
    scratch_new();
    for (uint64_t round = 0; round < 300; round++) {
        odd_catalogue c;
        struct stat info;
        FILE *tar = tar_begin("a.tar");
        for (uint32_t k = 0; k < 16; k++) {
            char name[12] = "", target[12] = "";
            for (uint32_t i = 0; i < 8; i++) {
                name[i] = letters[odd_below(4, 7, ODD_STREAM_TEST, round, 32 * k + i)];
                target[i] = letters[odd_below(4, 7, ODD_STREAM_TEST, round, 32 * k + 8 + i)];
            }
            name[1 + odd_below(7, 7, ODD_STREAM_TEST, round, 32 * k + 16)] = '\0';
            target[odd_below(8, 7, ODD_STREAM_TEST, round, 32 * k + 17)] = '\0';
            tar_add(tar, types[odd_below(8, 7, ODD_STREAM_TEST, round, 32 * k + 18)], name, target,
                    NULL);
        }
        tar_end(tar);
        CU_ASSERT_EQUAL(stat(scratch_path("a.tar"), &info), 0);
        if (list("", &c) != ODD_OK) continue;
        for (int64_t i = 0; i < c.count; i++)
            CU_ASSERT(c.item[i].problem != ODD_IMAGE_OK ||
                      (c.item[i].size == 0 && c.item[i].offset >= 512 &&
                       c.item[i].offset < info.st_size));
        odd_catalogue_free(&c);
    }
}

const char *odd_test_name = "shard_links";
CU_TestInfo odd_tests[] = {
    {"links and other members", links},       {"by content", by_content},
    {"runs are left out", runs_are_left_out}, {"paths", paths},
    {"hostile links", hostile_links},         CU_TEST_INFO_NULL,
};
