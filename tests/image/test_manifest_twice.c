/* Manifests: rows that are there twice, line ends and separators of other programs, and faults that
 * name their line. */
#include "log_capture.h"
#include "scratch_folder.h"

static odd_status list_paths(char **path, int64_t count, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(path, count);
    log_capture_begin();
    odd_status st = list_whole(&odd_catalogue_manifest, &options, scratch, out);
    log_capture_end();
    return st;
}

static odd_status list(const char *text, odd_catalogue *out)
{
    char *path = "m.csv";
    scratch_file("m.csv", text);
    return list_paths(&path, 1, out);
}

static bool refused(const char *text, const char *words)
{
    odd_catalogue c;
    return list(text, &c) == ODD_FORMAT && failed_with(words);
}

static void make_images(void)
{
    scratch_new();
    scratch_folder("p");
    scratch_file("p/a.jpg", "a");
    scratch_file("p/b.jpg", "b");
    scratch_link("p", "q");
    scratch_link("a.jpg", "p/c.jpg");
}

static void rows_twice(void)
{
    odd_catalogue c;
    make_images();
    CU_ASSERT(
        refused("path,label\np/a.jpg,1\np/b.jpg,1\np/a.jpg,1\n",
                "m.csv:4: 'p/a.jpg' is listed twice: this row says what the one of m.csv:2 "));
    CU_ASSERT(refused("path\np/a.jpg\n./p/a.jpg\n", "m.csv:3: './p/a.jpg' is listed twice"));
    CU_ASSERT(refused("path\nq/a.jpg\np/a.jpg\nq/../q/a.jpg\n", "(such rows in all: 2)"));
    CU_ASSERT(refused("path\ngone.jpg\n\ngone.jpg\n", "m.csv:4: 'gone.jpg' is listed twice"));
    CU_ASSERT_EQUAL(list("path\np/a.jpg\np/b.jpg\np/c.jpg\n", &c), ODD_OK); /* names of one file */
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT(logged(""));
    odd_catalogue_free(&c);
}

/* One picture of two products is two rows, also where only a column that is not used tells so. */
static void rows_that_differ(void)
{
    odd_catalogue c;
    make_images();
    CU_ASSERT_EQUAL(list("sku,path\n1,p/a.jpg\n2,p/b.jpg\n3,p/a.jpg\n", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT(
        logged("rows that name the file of another row: 1, such as those of m.csv:2 and m.csv:4"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("path,group\np/a.jpg,1\nq/a.jpg,2\n", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    odd_catalogue_free(&c);
}

static void several_manifests(void)
{
    odd_catalogue c;
    char *two[] = {"m.csv", "n.csv"}, *same[] = {"m.csv", "./m.csv"};
    make_images();
    scratch_file("m.csv", "path,split\np/a.jpg,train\np/b.jpg,train\n");
    scratch_file("n.csv", "path,split\np/b.jpg,train\n");
    CU_ASSERT_EQUAL(list_paths(two, 2, &c), ODD_FORMAT);
    CU_ASSERT(failed_with("n.csv:2: 'p/b.jpg' is listed twice: this row says what the one of "
                          "m.csv:3 says"));
    CU_ASSERT_EQUAL(list_paths(same, 2, &c), ODD_USAGE);
    scratch_file("n.csv", "path,split\np/b.jpg,test\n");
    CU_ASSERT_EQUAL(list_paths(two, 2, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 3);
    odd_catalogue_free(&c);
}

/* True if the text gives p/a.jpg with label 1 and p/b.jpg with label "2, or two". */
static bool gives_two(const char *text)
{
    odd_catalogue c;
    if (list(text, &c) != ODD_OK || c.count != 2) {
        fprintf(stderr, "%s: %s\n", text, odd_fail_reason());
        return false;
    }
    bool good = strcmp(name_of(&c, 0), "p/a.jpg") == 0 && c.item[0].size == 1 &&
                strcmp(odd_catalogue_text(&c, c.item[0].label), "1") == 0 &&
                strcmp(name_of(&c, 1), "p/b.jpg") == 0 &&
                strcmp(odd_catalogue_text(&c, c.item[1].label), "2, or two") == 0;
    odd_catalogue_free(&c);
    return good;
}

static void other_programs(void)
{
    make_images();
    CU_ASSERT(gives_two("path,label\np/a.jpg,1\np/b.jpg,\"2, or two\"\n"));
    CU_ASSERT(gives_two("path,label\rp/a.jpg,1\rp/b.jpg,\"2, or two\"\r"));
    CU_ASSERT(gives_two("\xEF\xBB\xBFpath,label\r\n\r\np/a.jpg,1\r\np/b.jpg,\"2, or two\""));
    CU_ASSERT(gives_two("path;label\np/a.jpg;1\np/b.jpg;2, or two\n"));
    CU_ASSERT(gives_two("\r\n\"Path\"\t\"label\"\r\np/a.jpg\t1\r\np/b.jpg\t\"2, or two\"\r\n"));
    CU_ASSERT(gives_two("\xEF\xBB\xBFsep=;\r\npath;label\r\np/a.jpg;1\r\np/b.jpg;2, or two\r\n"));
    CU_ASSERT(gives_two("label|path\n1|p/a.jpg\n2, or two|p/b.jpg\n"));
    CU_ASSERT(logged("m.csv: fields are separated by bars"));
    CU_ASSERT(gives_two("path, label\np/a.jpg, 1\np/b.jpg;x, y\n") == false);
    CU_ASSERT(gives_two("label; path\n1; p/a.jpg\n2, or two; p/b.jpg\n"));
    CU_ASSERT(gives_two("path    ;label \np/a.jpg ;1     \np/b.jpg ;2, or two\n"));
}

static void faults_name_their_line(void)
{
    make_images();
    CU_ASSERT(refused("path,label\rp/a.jpg,1\r\rp/b.jpg\r", "m.csv:4: 1 fields, the header has 2"));
    CU_ASSERT(refused("sep=;\npath;label\na;1\nb\n", "m.csv:4: 1 fields, the header has 2"));
    CU_ASSERT(refused("sep=;", "m.csv:1: the header line has no column 'path', only 'sep=;'"));
    CU_ASSERT(refused("path\r\"p/\ra.jpg\"\r,\r", "m.csv:4: 2 fields"));
    CU_ASSERT(refused("path\r\np/a.jpg\r\n\r\nb\"c\r\n", "m.csv:4: not valid CSV: a quote (\")"));
    CU_ASSERT(refused("path,label\np/a.jpg, \"1\"\n", "m.csv:2: not valid CSV: a quote (\") in a "
                                                      "field that does not begin with one"));
    CU_ASSERT(refused("path,label\np/a.jpg,12\" wide\n", "write each quote in it twice"));
    CU_ASSERT(refused("path\n\"p/a.jpg\" x\n", "m.csv:2: not valid CSV: ' ' after the quote"));
    CU_ASSERT(refused("path\n\"p/a.jpg\nx\n", "m.csv:2: a quote that opens in this row"));
    CU_ASSERT(refused("\xFF\xFEp", "is text in UTF-16: Save it as UTF-8"));
    CU_ASSERT(refused("\xFE\xFFx", "is text in UTF-16: Save it as UTF-8"));
}

const char *odd_test_name = "manifest_twice";
CU_TestInfo odd_tests[] = {
    {"rows twice", rows_twice},
    {"rows that differ", rows_that_differ},
    {"several manifests", several_manifests},
    {"other programs", other_programs},
    {"faults name their line", faults_name_their_line},
    CU_TEST_INFO_NULL,
};
