/* Tar shards as catalogues: every kind of header gives the offset that Python's tarfile gives; cut,
 * damaged, compressed and sparse shards. Files by make_catalogue_tar.py. */
#include "scratch_folder.h"

#include "oddlot/base/log.h"
#include "oddlot/base/random.h"
#include "oddlot/base/text.h"

#include <zlib.h>

static const odd_catalogue_kind *const kind = &odd_catalogue_tar;

static const char *source_folder(void)
{
    const char *folder = getenv("ODDLOT_SOURCE");
    return folder ? folder : ".";
}

static const char *data_folder(void)
{
    static char folder[4096];
    snprintf(folder, sizeof folder, "%s/tests/image/data/tar", source_folder());
    return folder;
}

static odd_status list(char *path, const char *folder, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(&path, 1);
    options.label_from = "folder";
    return list_whole(kind, &options, folder, out);
}

static char *slurp(const char *name, int64_t *size)
{
    char path[8192], *bytes;
    snprintf(path, sizeof path, "%s/%s", data_folder(), name);
    if (odd_file_slurp(path, ENOUGH, &bytes, size) != ODD_OK) abort();
    return bytes;
}

static void fill(uint8_t *bytes, size_t size, int key)
{
    for (size_t j = 0; j < size; j++)
        bytes[j] = (uint8_t)((size_t)(31 * key) + j);
}

/* One line of offsets.tsv: the item has this offset and size, and these bytes. */
static bool holds(const char *shard, const char *member, int64_t offset, int64_t size, int key)
{
    odd_catalogue c;
    odd_reader *reader;
    uint8_t expected[2048];
    char name[1200];
    if (list((char *)shard, data_folder(), &c) != ODD_OK) return false;
    snprintf(name, sizeof name, "%s/%s", shard,
             strncmp(member, "./", 2) == 0 ? member + 2 : member);
    int64_t i = item_named(&c, name);
    bool good = i >= 0 && c.item[i].offset == offset && c.item[i].size == size &&
                kind->open(NULL, &c, &reader) == ODD_OK;
    if (good) {
        fill(expected, (size_t)size, key);
        good = reads(kind, reader, i, ENOUGH, size > 0 ? ODD_IMAGE_OK : ODD_IMAGE_EMPTY_FILE,
                     size > 0 ? expected : NULL, (size_t)size);
        kind->close(&reader);
    }
    if (!good) fprintf(stderr, "%s %s\n", shard, member);
    odd_catalogue_free(&c);
    return good;
}

static void offsets_as_tarfile_tells(void)
{
    char path[8192], shard[64], member[1024];
    int64_t lines = 0;
    long long offset, size;
    int key;
    snprintf(path, sizeof path, "%s/offsets.tsv", data_folder());
    FILE *table = fopen(path, "r");
    CU_ASSERT_PTR_NOT_NULL(table);
    if (!table) return;
    while (fscanf(table, "%63s\t%lld\t%lld\t%d\t%1023[^\n]", shard, &offset, &size, &key, member) ==
           5) {
        CU_ASSERT(holds(shard, member, offset, size, key));
        lines++;
    }
    CU_ASSERT_EQUAL(lines, 48);
    fclose(table);
}

static void labels_links_and_others(void)
{
    odd_catalogue c;
    CU_ASSERT_EQUAL(list("pax.tar", data_folder(), &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 13); /* 8 files, late.jpg, three links, a FIFO; no folder */
    int64_t soft = item_named(&c, "pax.tar/soft.jpg"), pipe = item_named(&c, "pax.tar/pipe.jpg");
    int64_t a = item_named(&c, "pax.tar/a.jpg");
    CU_ASSERT(soft >= 0 && pipe >= 0 && a >= 0);
    if (soft < 0 || pipe < 0 || a < 0) return;
    CU_ASSERT_EQUAL(c.item[soft].offset, c.item[a].offset);
    CU_ASSERT_EQUAL(c.item[soft].size, 1);
    CU_ASSERT_EQUAL(c.item[pipe].problem, ODD_IMAGE_MISSING);
    int64_t b = item_named(&c, "pax.tar/b.jpg"), hard = item_named(&c, "pax.tar/hard.jpg");
    int64_t early = item_named(&c, "pax.tar/early.jpg"),
            d = item_named(&c, "pax.tar/in/deep/d.jpg");
    CU_ASSERT(b >= 0 && hard >= 0 && early >= 0 && d >= 0);
    if (b < 0 || hard < 0 || early < 0 || d < 0) return;
    CU_ASSERT_EQUAL(c.item[hard].offset, c.item[b].offset);
    CU_ASSERT_EQUAL(c.item[hard].size, 511);
    CU_ASSERT_EQUAL(c.item[early].problem, ODD_IMAGE_MISSING);
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[d].label), "deep");
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[b].label), "");
    CU_ASSERT_EQUAL(c.item[b].source, c.item[d].source);
    odd_catalogue_free(&c);
}

static void sparse_files_are_refused(void)
{
    char *shard[] = {"sparse-gnu.tar", "sparse-pax-0.0.tar", "sparse-pax-0.1.tar",
                     "sparse-pax-1.0.tar"};
    const odd_image_status expected[] = {ODD_IMAGE_OK, ODD_IMAGE_UNKNOWN, ODD_IMAGE_UNKNOWN,
                                         ODD_IMAGE_OK};
    for (int k = 0; k < 4; k++) {
        odd_catalogue c;
        odd_reader *reader;
        uint8_t last[5];
        fill(last, 5, 3);
        CU_ASSERT_EQUAL(list(shard[k], data_folder(), &c), ODD_OK);
        CU_ASSERT_EQUAL(c.count, 4);
        for (int64_t i = 0; i < c.count; i++)
            CU_ASSERT_EQUAL((int)c.item[i].problem, (int)expected[i]);
        CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
        CU_ASSERT(reads(kind, reader, 1, ENOUGH, ODD_IMAGE_UNKNOWN, NULL, 0));
        CU_ASSERT(reads(kind, reader, 3, ENOUGH, ODD_IMAGE_OK, last, 5));
        kind->close(&reader);
        odd_catalogue_free(&c);
    }
}

static void several_shards(void)
{
    odd_catalogue c;
    odd_reader *reader;
    int64_t size;
    int before = open_files();
    char *bytes = slurp("v7.tar", &size), *given[] = {"two/x.tar", "one"};
    odd_catalogue_options options = options_for(given, 2);
    scratch_new();
    scratch_folder("one");
    scratch_folder("two");
    scratch_bytes("one/b.tar", bytes, (size_t)size);
    scratch_bytes("one/a.TAR", bytes, (size_t)size);
    scratch_bytes("two/x.tar", bytes, (size_t)size);
    scratch_file("one/notes.txt", "");
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 18);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "x.tar/a.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 6), "a.TAR/a.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 12), "b.tar/a.jpg");
    CU_ASSERT_EQUAL(kind->open(&options, &c, &reader), ODD_OK);
    for (int64_t i = c.count - 1; i >= 0; i--)
        CU_ASSERT(reads(kind, reader, i, ENOUGH, i % 6 == 5 ? ODD_IMAGE_EMPTY_FILE : ODD_IMAGE_OK,
                        NULL, 0));
    CU_ASSERT(reads(kind, reader, 4, 1299, ODD_IMAGE_TOO_LARGE, NULL, 0));
    CU_ASSERT(open_files() <= before + 1);
    CU_ASSERT_EQUAL(truncate(scratch_path("one/b.tar"), 1600), 0);
    CU_ASSERT_EQUAL(remove(scratch_path("two/x.tar")), 0);
    CU_ASSERT(reads(kind, reader, 13, ENOUGH, ODD_IMAGE_TRUNCATED, NULL, 0));
    CU_ASSERT(reads(kind, reader, 0, ENOUGH, ODD_IMAGE_MISSING, NULL, 0));
    kind->close(&reader);
    odd_catalogue_free(&c);
    scratch_bytes("one/b.tar", bytes, (size_t)size);
    scratch_bytes("two/a.TAR", bytes, (size_t)size); /* now the last parts of two paths are equal */
    given[0] = "two";
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_OK);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "two/a.TAR/a.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 6), "one/a.TAR/a.jpg");
    odd_catalogue_free(&c);
    odd_free(bytes);
    CU_ASSERT_EQUAL(open_files(), before);
}

/* List shard.tar of the scratch folder; true if exactly that was warned of ("" nothing). */
static bool list_warns(odd_catalogue *c, const char *words)
{
    char told[4096] = "";
    FILE *log = tmpfile();
    int kept = dup(STDERR_FILENO);
    if (!log || kept < 0) return false;
    fflush(stderr);
    dup2(fileno(log), STDERR_FILENO);
    odd_status st = list("shard.tar", scratch, c);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(log);
    told[fread(told, 1, sizeof told - 1, log)] = '\0';
    fclose(log);
    bool good =
        st == ODD_OK && (*words ? strstr(told, words) && strstr(told, "shard.tar") : *told == '\0');
    if (!good) fprintf(stderr, "status %d, told: %s\n", st, told);
    return good;
}

static void cut_shards(void)
{
    odd_catalogue c;
    int64_t size;
    char *bytes = slurp("ustar.tar", &size); /* a at 512, b at 1536, c at 2560 ... late at 11264 */
    scratch_new();
    scratch_bytes("shard.tar", bytes, (size_t)size);
    CU_ASSERT(list_warns(&c, ""));
    int64_t all = c.count;
    odd_catalogue_free(&c);
    scratch_bytes("shard.tar", bytes, 1536 + 500); /* in the data of b */
    CU_ASSERT(list_warns(&c, "is cut off"));
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_EQUAL(c.item[0].problem, ODD_IMAGE_OK);
    CU_ASSERT_EQUAL(c.item[1].problem, ODD_IMAGE_TRUNCATED);
    odd_catalogue_free(&c);
    scratch_bytes("shard.tar", bytes, 1536 + 511); /* only padding is lost */
    CU_ASSERT(list_warns(&c, "is cut off"));
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_EQUAL(c.item[1].problem, ODD_IMAGE_OK);
    odd_catalogue_free(&c);
    scratch_bytes("shard.tar", bytes, 2048 + 100); /* in the header of c */
    CU_ASSERT(list_warns(&c, "is cut off"));
    CU_ASSERT_EQUAL(c.count, 2);
    odd_catalogue_free(&c);
    scratch_bytes("shard.tar", bytes, 2048); /* between b and c */
    CU_ASSERT(list_warns(&c, "no end mark"));
    CU_ASSERT_EQUAL(c.count, 2);
    odd_catalogue_free(&c);
    bytes[2048 + 5] ^= 1; /* the header of c */
    scratch_bytes("shard.tar", bytes, (size_t)size);
    CU_ASSERT(list_warns(&c, "is damaged"));
    CU_ASSERT_EQUAL(c.count, all - 1);
    odd_catalogue_free(&c);
    odd_free(bytes);
}

static void not_tar_files(void)
{
    odd_catalogue c;
    int64_t size;
    int before = open_files();
    char *bytes = slurp("ustar.tar", &size);
    scratch_new();
    gzFile compressed = gzopen(scratch_path("shard.tar.gz"), "wb");
    CU_ASSERT_EQUAL(gzwrite(compressed, bytes, (unsigned)size), size);
    gzclose(compressed);
    odd_free(bytes);
    CU_ASSERT_EQUAL(list("shard.tar.gz", scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("is compressed (gzip): decompress it"));
    scratch_file("empty.tar", "");
    CU_ASSERT_EQUAL(list("empty.tar", scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("is not a tar file"));
    scratch_file("text.tar", "a text that is no tar file");
    CU_ASSERT_EQUAL(list("text.tar", scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("is not a tar file"));
    const char zeros[1024] = {0};
    scratch_bytes("zeros.tar", zeros, sizeof zeros);
    CU_ASSERT_EQUAL(list("zeros.tar", scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("no images in 'zeros.tar'"));
    CU_ASSERT_EQUAL(list("missing.tar", scratch, &c), ODD_IO);
    CU_ASSERT_EQUAL(mkfifo(scratch_path("fifo.tar"), 0666), 0);
    CU_ASSERT_EQUAL(list("fifo.tar", scratch, &c), ODD_IO);
    CU_ASSERT(failed_with("not a regular file"));
    scratch_folder("none");
    CU_ASSERT_EQUAL(list("none", scratch, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("no .tar files in folder"));
    CU_ASSERT_EQUAL(open_files(), before);
}

/* Whatever a shard holds: no crash, and no item reaches out of it. */
static void hostile_shards(void)
{
    static const char *const shard[] = {"pax.tar", "gnu.tar", "sparse-pax-1.0.tar"};
    scratch_new();
    odd_log_setup(1, ODD_LOG_ERROR); /* hundreds of warnings are due */
    for (uint64_t round = 0; round < 600; round++) {
        odd_catalogue c;
        odd_reader *reader;
        int64_t size;
        char *bytes = slurp(shard[round % 3], &size);
        for (uint32_t k = 0; k < 4; k++) {
            uint64_t at = odd_below((uint64_t)size, 11, ODD_STREAM_TEST, round, 2 * k);
            bytes[at] = (char)odd_below(256, 11, ODD_STREAM_TEST, round, 2 * k + 1);
        }
        scratch_bytes("shard.tar", bytes, (size_t)size);
        odd_free(bytes);
        if (list("shard.tar", scratch, &c) != ODD_OK) continue;
        CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
        for (int64_t i = 0; i < c.count; i++) {
            uint8_t *data;
            size_t length;
            odd_image raw;
            odd_read_result result;
            bool sound = c.item[i].problem == ODD_IMAGE_OK;
            CU_ASSERT(!sound || c.item[i].offset + c.item[i].size <= size);
            CU_ASSERT_EQUAL(kind->read(reader, i, ENOUGH, &data, &length, &raw, &result), ODD_OK);
            CU_ASSERT(!sound || result.status == ODD_IMAGE_OK ||
                      result.status == ODD_IMAGE_EMPTY_FILE);
            odd_free(data);
        }
        kind->close(&reader);
        odd_catalogue_free(&c);
    }
    odd_log_setup(0, ODD_LOG_WARN);
}

static void real_shard(void)
{
    char folder[4096];
    odd_catalogue c;
    odd_reader *reader;
    int64_t jpegs = 0;
    snprintf(folder, sizeof folder, "%s/../shared/data/fashion-products", source_folder());
    if (access(folder, R_OK) != 0) {
        printf("skipped: no fashion-products beside the repository ");
        return;
    }
    CU_ASSERT_EQUAL(list("shard-0.tar", folder, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 11018);
    CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
    for (int64_t i = 0; i < c.count; i++) {
        uint8_t *bytes;
        size_t size;
        odd_image raw;
        odd_read_result result;
        if (kind->read(reader, i, ENOUGH, &bytes, &size, &raw, &result) != ODD_OK) break;
        jpegs += size > 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[size - 2] == 0xFF &&
                 bytes[size - 1] == 0xD9;
        odd_free(bytes);
    }
    CU_ASSERT_EQUAL(jpegs, c.count); /* begins and ends as a JPEG does */
    kind->close(&reader);
    odd_catalogue_free(&c);
}

const char *odd_test_name = "catalogue_tar";
CU_TestInfo odd_tests[] = {
    {"offsets as tarfile tells them", offsets_as_tarfile_tells},
    {"labels, links and other members", labels_links_and_others},
    {"sparse files are refused", sparse_files_are_refused},
    {"several shards", several_shards},
    {"shards that are cut", cut_shards},
    {"files that are no tar", not_tar_files},
    {"hostile shards", hostile_shards},
    {"a real shard", real_shard},
    CU_TEST_INFO_NULL,
};
