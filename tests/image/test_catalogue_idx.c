/* IDX files as catalogues: plain and by gzip, with labels, in any order of reading, cut, damaged
 * and with headers that promise too much. */
#include "scratch_folder.h"

#include <zlib.h>

static const odd_catalogue_kind *const kind = &odd_catalogue_idx;

#define COUNT  50
#define HEIGHT 30
#define WIDTH  50
#define BYTES  (HEIGHT * WIDTH)
#define ROOM   (COUNT * BYTES + 16)

static uint8_t bytes[ROOM]; /* of the file at hand */

/* Pixel j of image i; not so regular that gzip leaves nothing. */
static uint8_t pixel(int64_t i, int64_t j)
{
    return (uint8_t)((i * 1103 + j * j * 517 + i * j * 29) >> 2);
}

static size_t put_header(uint8_t *out, int type, int dimensions, const uint32_t *shape)
{
    const uint8_t magic[4] = {0, 0, (uint8_t)type, (uint8_t)dimensions};
    memcpy(out, magic, 4);
    for (int k = 0; k < dimensions; k++)
        for (int b = 0; b < 4; b++)
            out[4 + 4 * k + b] = (uint8_t)(shape[k] >> (24 - 8 * b));
    return 4 + 4 * (size_t)dimensions;
}

static size_t make_images(uint8_t *out)
{
    const uint32_t shape[] = {COUNT, HEIGHT, WIDTH};
    size_t size = put_header(out, 0x08, 3, shape);
    for (int64_t i = 0; i < COUNT; i++)
        for (int64_t j = 0; j < BYTES; j++)
            out[size++] = pixel(i, j);
    return size;
}

static size_t make_labels(uint8_t *out, uint32_t count)
{
    size_t size = put_header(out, 0x08, 1, &count);
    for (uint32_t i = 0; i < count; i++)
        out[size++] = (uint8_t)(i % 10 == 9 ? 255 : i % 10);
    return size;
}

static void gzip_bytes(const char *name, const void *content, size_t size)
{
    gzFile file = gzopen(scratch_path(name), "wb");
    if (!file || gzwrite(file, content, (unsigned)size) != (int)size || gzclose(file) != Z_OK)
        abort();
}

static odd_status list(char *path, char *labels, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(&path, 1);
    options.labels = (odd_list){&labels, labels ? 1 : 0};
    return list_whole(kind, &options, scratch, out);
}

static bool reads_image(odd_reader *reader, int64_t i, int64_t number)
{
    uint8_t expected[BYTES];
    for (int64_t j = 0; j < BYTES; j++)
        expected[j] = pixel(number, j);
    return reads(kind, reader, i, BYTES, ODD_IMAGE_OK, expected, BYTES);
}

static void plain_and_gzip(void)
{
    char *path[] = {"train.idx", "train.idx.gz"}, *labels[] = {"labels.idx.gz", "labels.idx"};
    int before = open_files();
    scratch_new();
    size_t size = make_images(bytes);
    scratch_bytes(path[0], bytes, size);
    gzip_bytes(path[1], bytes, size);
    size = make_labels(bytes, COUNT);
    gzip_bytes(labels[0], bytes, size);
    scratch_bytes(labels[1], bytes, size);
    for (int k = 0; k < 2; k++) {
        odd_catalogue c;
        odd_reader *reader;
        char name[64];
        CU_ASSERT_EQUAL(list(path[k], labels[k], &c), ODD_OK);
        CU_ASSERT_EQUAL(c.count, COUNT);
        if (c.count != COUNT) return;
        snprintf(name, sizeof name, "%s[49]", path[k]);
        CU_ASSERT_STRING_EQUAL(name_of(&c, 49), name);
        CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[49].label), "255");
        CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[20].label), "0");
        CU_ASSERT_EQUAL(c.item[49].size, BYTES);
        CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
        for (int64_t i = 0; i < COUNT; i += 3)
            CU_ASSERT(reads_image(reader, i, i));
        for (int64_t i = COUNT - 1; i >= 0; i -= 7)
            CU_ASSERT(reads_image(reader, i, i));
        CU_ASSERT(reads(kind, reader, 3, BYTES - 1, ODD_IMAGE_TOO_LARGE, NULL, 0));
        kind->close(&reader);
        odd_catalogue_free(&c);
    }
    CU_ASSERT_EQUAL(open_files(), before);
}

static void shape_of_images(void)
{
    uint8_t *encoded;
    const uint32_t shape[] = {2, 1, 3, 4};
    size_t length, size = put_header(bytes, 0x08, 4, shape);
    odd_catalogue c;
    odd_reader *reader;
    odd_image raw;
    odd_read_result result;
    for (int j = 0; j < 24; j++)
        bytes[size++] = (uint8_t)j;
    scratch_new();
    scratch_bytes("rgba", bytes, size);
    CU_ASSERT_EQUAL(list("rgba", NULL, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.item[1].label, 0);
    CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
    CU_ASSERT_EQUAL(kind->read(reader, 1, 100, &encoded, &length, &raw, &result), ODD_OK);
    CU_ASSERT_PTR_NULL(encoded);
    CU_ASSERT(raw.width == 3 && raw.height == 1 && raw.channels == 4);
    CU_ASSERT(raw.pixels && raw.pixels[0] == 12 && raw.pixels[11] == 23);
    odd_image_free(&raw);
    kind->close(&reader);
    odd_catalogue_free(&c);
}

static void several_files(void)
{
    char *path[] = {"b/i.gz", "a/i.gz"}, *labels[] = {"l", "l"};
    odd_catalogue_options options = options_for(path, 2);
    odd_catalogue c;
    odd_reader *reader;
    scratch_new();
    scratch_folder("a");
    scratch_folder("b");
    size_t size = make_images(bytes);
    gzip_bytes("a/i.gz", bytes, size);
    gzip_bytes("b/i.gz", bytes, size);
    scratch_bytes("l", bytes, make_labels(bytes, COUNT));
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2 * COUNT);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "b/i.gz[1]"); /* the last parts are equal */
    CU_ASSERT_STRING_EQUAL(name_of(&c, COUNT), "a/i.gz[0]");
    CU_ASSERT_EQUAL(kind->open(&options, &c, &reader), ODD_OK);
    CU_ASSERT(reads_image(reader, COUNT + 7, 7));
    CU_ASSERT(reads_image(reader, 7, 7));
    CU_ASSERT(reads_image(reader, 2 * COUNT - 1, COUNT - 1));
    kind->close(&reader);
    odd_catalogue_free(&c);
    options.labels = (odd_list){labels, 2};
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_OK);
    odd_catalogue_free(&c);
    options.labels = (odd_list){labels, 1};
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_USAGE);
    CU_ASSERT(failed_with("labels has 1 files, catalogue.path 2"));
}

/* Cut or damaged streams: what is before the fault is good, what is behind it is reported. */
static void faulty_streams(void)
{
    static uint8_t packed[2 * ROOM];
    scratch_new();
    gzip_bytes("i.gz", bytes, make_images(bytes));
    FILE *file = fopen(scratch_path("i.gz"), "rb");
    CU_ASSERT_PTR_NOT_NULL(file);
    if (!file) return;
    size_t size = fread(packed, 1, sizeof packed, file);
    fclose(file);
    for (int damaged = 0; damaged < 2; damaged++) {
        odd_catalogue c;
        odd_reader *reader;
        odd_image_status expected = damaged ? ODD_IMAGE_BROKEN : ODD_IMAGE_TRUNCATED;
        if (damaged) memset(packed + size - 60, 0xFF, 40);
        scratch_bytes("i.gz", packed, damaged ? size : size - 100);
        CU_ASSERT_EQUAL(list("i.gz", NULL, &c), ODD_OK);
        CU_ASSERT_EQUAL(c.count, COUNT);
        CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
        CU_ASSERT(reads_image(reader, 0, 0));
        CU_ASSERT(reads(kind, reader, COUNT - 1, ENOUGH, expected, NULL, 0));
        CU_ASSERT(reads_image(reader, 1, 1)); /* back before the fault */
        int64_t good = 0;
        while (good < COUNT && reads_image(reader, good, good))
            good++;
        CU_ASSERT(good > COUNT / 2 && good < COUNT);
        for (int64_t i = good; i < COUNT; i++)
            CU_ASSERT(reads(kind, reader, i, ENOUGH, expected, NULL, 0));
        CU_ASSERT(reads_image(reader, 2, 2));
        CU_ASSERT_EQUAL(remove(scratch_path("i.gz")), 0);
        kind->close(&reader);
        CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
        CU_ASSERT(reads(kind, reader, 5, ENOUGH, ODD_IMAGE_MISSING, NULL, 0));
        kind->close(&reader);
        odd_catalogue_free(&c);
    }
}

static void check_wrong(const void *content, size_t size, bool packed, const char *words)
{
    odd_catalogue c;
    if (packed)
        gzip_bytes("wrong", content, size);
    else
        scratch_bytes("wrong", content, size);
    CU_ASSERT_EQUAL(list("wrong", NULL, &c), ODD_FORMAT);
    CU_ASSERT(failed_with(words));
    CU_ASSERT_PTR_NULL(c.item);
}

static void wrong_files(void)
{
    static uint8_t longer[ROOM + 1];
    const uint32_t huge[] = {0xFFFFFFFF, 65536, 32767}, wide[] = {1, 1, 70000};
    const uint32_t zero[] = {3, 0, 5}, two[] = {2, 2, 2, 2}, none[] = {0, 2, 2};
    int before = open_files();
    scratch_new();
    for (int packed = 0; packed < 2; packed++) {
        check_wrong(bytes, 0, packed, "is not an IDX file");
        check_wrong("\x89PNG and so on", 14, packed, "is not an IDX file");
        check_wrong(bytes, put_header(bytes, 0x0D, 3, huge), packed, "IDX type 0x0D");
        check_wrong(bytes, put_header(bytes, 0x08, 2, huge), packed, "2 dimensions");
        check_wrong(bytes, put_header(bytes, 0x08, 3, huge) - 1, packed, "ends in its header");
        check_wrong(bytes, put_header(bytes, 0x08, 3, wide), packed, "images of 70000 x 1 pixels");
        check_wrong(bytes, put_header(bytes, 0x08, 3, zero), packed, "images of 5 x 0 pixels");
        check_wrong(bytes, put_header(bytes, 0x08, 4, two), packed, "2 channels");
        check_wrong(bytes, put_header(bytes, 0x08, 3, none), packed, "no images in 'wrong'");
        check_wrong(bytes, make_labels(bytes, 4), packed, "holds labels, not images");
        check_wrong(bytes, put_header(bytes, 0x08, 3, huge), packed, "its header tells 4294967295");
    }
    size_t size = make_images(bytes);
    check_wrong(bytes, size - 1, false, "50 items of 1500 bytes, but the file has 75015 bytes");
    memcpy(longer, bytes, size);
    check_wrong(longer, size + 1, false, "but the file has 75017 bytes");
    CU_ASSERT_EQUAL(open_files(), before);
}

static void wrong_labels(void)
{
    odd_catalogue c;
    scratch_new();
    scratch_bytes("images", bytes, make_images(bytes));
    scratch_bytes("labels", bytes, make_labels(bytes, COUNT - 1));
    CU_ASSERT_EQUAL(list("images", "labels", &c), ODD_FORMAT);
    CU_ASSERT(failed_with("has 49 labels"));
    CU_ASSERT_EQUAL(list("images", "images", &c), ODD_FORMAT);
    CU_ASSERT(failed_with("holds images, not labels"));
    gzip_bytes("labels", bytes, make_labels(bytes, COUNT) - 1);
    CU_ASSERT_EQUAL(list("images", "labels", &c), ODD_FORMAT);
    CU_ASSERT(failed_with("ends before its last label"));
    CU_ASSERT_EQUAL(list("images", "none", &c), ODD_IO);
    CU_ASSERT_EQUAL(mkfifo(scratch_path("fifo"), 0666), 0);
    CU_ASSERT_EQUAL(list("fifo", NULL, &c), ODD_IO);
    CU_ASSERT(failed_with("not a regular file"));
}

static void fashion_mnist(void)
{
    static char folder[] = "/usr/share/datasets/fashion-mnist";
    char *path = "t10k-images-idx3-ubyte.gz", *labels = "t10k-labels-idx1-ubyte.gz";
    odd_catalogue_options options = options_for(&path, 1);
    odd_catalogue c;
    odd_reader *reader;
    int64_t classes[10] = {0}, sum = 0;
    if (access(folder, R_OK) != 0) {
        printf("skipped: dataset-fashion-mnist is not installed ");
        return;
    }
    options.labels = (odd_list){&labels, 1};
    CU_ASSERT_EQUAL(list_whole(kind, &options, folder, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 10000);
    CU_ASSERT_EQUAL(kind->open(&options, &c, &reader), ODD_OK);
    for (int64_t i = 0; i < c.count; i++) {
        uint8_t *encoded;
        size_t size;
        odd_image raw;
        odd_read_result result;
        if (kind->read(reader, i, ENOUGH, &encoded, &size, &raw, &result) != ODD_OK) break;
        for (int j = 0; raw.pixels && j < raw.width * raw.height; j++)
            sum += raw.pixels[j];
        classes[atoi(odd_catalogue_text(&c, c.item[i].label)) % 10]++;
        odd_image_free(&raw);
    }
    CU_ASSERT_EQUAL(sum, 573469082); /* Python: sum(gzip.open(path).read()[16:]) */
    for (int k = 0; k < 10; k++)
        CU_ASSERT_EQUAL(classes[k], 1000);
    kind->close(&reader);
    odd_catalogue_free(&c);
}

const char *odd_test_name = "catalogue_idx";
CU_TestInfo odd_tests[] = {
    {"plain and gzip", plain_and_gzip}, {"shape of images", shape_of_images},
    {"several files", several_files},   {"faulty streams", faulty_streams},
    {"wrong files", wrong_files},       {"wrong labels", wrong_labels},
    {"Fashion-MNIST", fashion_mnist},   CU_TEST_INFO_NULL,
};
