/* Manifests as catalogues: columns in any order, quoting, line ends, what verified means, and
 * errors that name file and line. */
#include "scratch_folder.h"

static const odd_catalogue_kind *const kind = &odd_catalogue_manifest;

static odd_status list_bytes(const char *bytes, size_t size, odd_catalogue *out)
{
    char *path = "m.csv";
    odd_catalogue_options options = options_for(&path, 1);
    scratch_bytes("m.csv", bytes, size);
    return list_whole(kind, &options, scratch, out);
}

static odd_status list(const char *text, odd_catalogue *out)
{
    return list_bytes(text, strlen(text), out);
}

static const char *text_of(const odd_catalogue *c, int64_t offset)
{
    return odd_catalogue_text(c, offset);
}

static void all_columns(void)
{
    odd_catalogue c;
    odd_reader *reader;
    scratch_new();
    scratch_file("1.jpg", "eins");
    CU_ASSERT_EQUAL(list("\xEF\xBB\xBF"
                         "Group,verified,extra,path,split,label\r\n"
                         "g1,odd,x,1.jpg,train,cat\r\n"
                         "\r\n"
                         ",,,missing.jpg,,\r\n"
                         "g1,yes,,1.jpg,test,cat",
                         &c),
                    ODD_OK);
    CU_ASSERT_EQUAL(c.count, 3);
    if (c.count != 3) return;
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "1.jpg");
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[0].label), "cat");
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[0].split), "train");
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[0].group), "g1");
    CU_ASSERT_EQUAL(c.item[0].verified, 2);
    CU_ASSERT_EQUAL(c.item[0].size, 4);
    CU_ASSERT_EQUAL(c.item[1].problem, ODD_IMAGE_MISSING);
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[1].reason), "No such file or directory");
    CU_ASSERT_EQUAL(c.item[1].verified, 0);
    CU_ASSERT_EQUAL(c.item[2].verified, 1);
    CU_ASSERT_EQUAL(c.item[2].label, c.item[0].label); /* kept once */
    CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
    CU_ASSERT(reads(kind, reader, 0, ENOUGH, ODD_IMAGE_OK, "eins", 4));
    CU_ASSERT(reads(kind, reader, 1, ENOUGH, ODD_IMAGE_MISSING, NULL, 0));
    kind->close(&reader);
    odd_catalogue_free(&c);
}

static void quoting(void)
{
    odd_catalogue c;
    const char *name[] = {"a,\"b\".jpg", "two\nlines.jpg", " spaces .jpg", "\xff\xfe.jpg"};
    scratch_new();
    for (int i = 0; i < 4; i++)
        scratch_file(name[i], name[i]);
    CU_ASSERT_EQUAL(list("label,path\n"
                         "\"\",\"a,\"\"b\"\".jpg\"\n"
                         "\"l\r\n2\",\"two\nlines.jpg\"\n"
                         " x , spaces .jpg\n"
                         ",\xff\xfe.jpg\n",
                         &c),
                    ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    for (int64_t i = 0; i < c.count; i++) {
        CU_ASSERT_STRING_EQUAL(name_of(&c, i), name[i]);
        CU_ASSERT_EQUAL(c.item[i].problem, ODD_IMAGE_OK);
    }
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[1].label), "l\r\n2");
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[2].label), " x ");
    odd_catalogue_free(&c);
}

static void verified_words(void)
{
    odd_catalogue c;
    const char *word[] = {"", "0", "no", "No", "1", "theme", "YES", "2", "odd", "Anomaly"};
    const int32_t expected[] = {0, 0, 0, 0, 1, 1, 1, 2, 2, 2};
    scratch_new();
    for (int k = 0; k < 10; k++) {
        char text[64];
        snprintf(text, sizeof text, "path,verified\nx.jpg,%s\n", word[k]);
        CU_ASSERT_EQUAL(list(text, &c), ODD_OK);
        CU_ASSERT(c.count == 1 && c.item[0].verified == expected[k]);
        odd_catalogue_free(&c);
    }
}

/* Relative paths start where the manifest is, wherever the job is. */
static void folders(void)
{
    odd_catalogue c;
    char *path[] = {"lists/m.csv", "lists/n.csv"};
    odd_catalogue_options options = options_for(path, 2);
    char text[1024];
    scratch_new();
    scratch_folder("lists");
    scratch_file("lists/a.jpg", "a");
    scratch_file("lists/n.csv", "path,label\na.jpg,1\n../lists/a.jpg,2\n..,3\n");
    snprintf(text, sizeof text, "path\n%s\n", scratch_path("lists/a.jpg"));
    scratch_file("lists/m.csv", text);
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    for (int64_t i = 0; i < 3; i++)
        CU_ASSERT_EQUAL(c.item[i].size, 1);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), scratch_path("lists/a.jpg"));
    CU_ASSERT_STRING_EQUAL(name_of(&c, 2), "../lists/a.jpg");
    CU_ASSERT_STRING_EQUAL(text_of(&c, c.item[3].reason), "not a regular file");
    odd_catalogue_free(&c);
}

static void errors_name_the_line(void)
{
    static const struct {
        const char *text, *words;
    } wrong[] = {
        {"", "m.csv' is empty"},
        {"\n\n", "m.csv' is empty"},
        {"path,label\n", "no images in"},
        {"file;label\nx\n", "m.csv:1: the header line has no column 'path', only 'file;label'; the "
                            "first line names the columns"},
        {"\npath,Path\n", "m.csv:2: column 'Path' is there twice"},
        {"path,label\na.jpg,x\n\nb.jpg\n", "m.csv:4: 1 fields, the header has 2"},
        {"path,label\na.jpg,x,y\n", "m.csv:2: 3 fields, the header has 2"},
        {"path,label\n\"two\nlines\",x\r\n,y\n", "m.csv:4: the path is empty"},
        {"path,verified\na.jpg,maybe\n", "m.csv:2: verified is 'maybe'"},
        {"path\na\nb\"c\n", "m.csv:3: not valid CSV"},
        {"path\na\n\"b\nc\n", "m.csv:3: a quote that opens in this row is never closed"},
    };
    int before = open_files();
    scratch_new();
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        odd_catalogue c;
        CU_ASSERT_EQUAL(list(wrong[k].text, &c), ODD_FORMAT);
        CU_ASSERT(failed_with(wrong[k].words));
        CU_ASSERT_PTR_NULL(c.item);
    }
    CU_ASSERT_EQUAL(open_files(), before);
}

static void other_errors(void)
{
    odd_catalogue c;
    char *path = "missing.csv";
    odd_catalogue_options options = options_for(&path, 1);
    const char utf16[] = "\xFF\xFEp\0a\0t\0h\0\n\0";
    scratch_new();
    CU_ASSERT_EQUAL(list_whole(kind, &options, scratch, &c), ODD_IO);
    CU_ASSERT(failed_with("missing.csv': No such file"));
    CU_ASSERT_EQUAL(list_bytes(utf16, sizeof utf16, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("Save it as UTF-8"));
    size_t size = 3 << 20;
    char *endless = malloc(size);
    if (!endless) return;
    memset(endless, 'x', size);
    memcpy(endless, "path\n\"", 6);
    CU_ASSERT_EQUAL(list_bytes(endless, size, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("m.csv:2: this row has no end"));
    memset(endless, ',', size);
    CU_ASSERT_EQUAL(list_bytes(endless, size, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("more than 1024 columns"));
    free(endless);
}

/* Rows that fall on every border of the blocks in which the file is read. */
static void many_rows(void)
{
    odd_catalogue c;
    const int rows = 20000;
    size_t room = (size_t)rows * 32, length = 0;
    char *text = malloc(room);
    if (!text) return;
    length += (size_t)snprintf(text, room, "path,label\r\n");
    for (int i = 0; i < rows; i++)
        length += (size_t)snprintf(text + length, room - length, "\"%d.jpg\",l%d\r\n", i, i % 3);
    scratch_new();
    CU_ASSERT_EQUAL(list(text, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, rows);
    for (int64_t i = 0; i < c.count; i++) {
        char name[32];
        snprintf(name, sizeof name, "%lld.jpg", (long long)i);
        if (strcmp(name_of(&c, i), name) != 0) CU_FAIL("wrong name");
    }
    CU_ASSERT_EQUAL(c.item[0].label, c.item[19998].label);
    odd_catalogue_free(&c);
    memcpy(text + length - 4, ",x\r\n", 4); /* the last row gets a third field */
    CU_ASSERT_EQUAL(list(text, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("m.csv:20001: "));
    free(text);
}

const char *odd_test_name = "catalogue_manifest";
CU_TestInfo odd_tests[] = {
    {"all columns", all_columns},
    {"quoting", quoting},
    {"words of verified", verified_words},
    {"folders", folders},
    {"errors name the line", errors_name_the_line},
    {"other errors", other_errors},
    {"many rows", many_rows},
    CU_TEST_INFO_NULL,
};
