/* Folders as catalogues: what is reached twice is listed once, what oddlot wrote not at all; and
 * what is passed over is logged. */
#include "log_capture.h"
#include "scratch_folder.h"

#include "oddlot/base/run_folder.h"

static odd_status list_paths(char **path, int64_t count, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(path, count);
    log_capture_begin();
    odd_status st = list_whole(&odd_catalogue_folder, &options, scratch, out);
    log_capture_end();
    return st;
}

static odd_status list(char *path, odd_catalogue *out)
{
    return list_paths(&path, 1, out);
}

static void make_shoes(void)
{
    scratch_new();
    scratch_folder("shoes");
    scratch_folder("shoes/5");
    scratch_file("shoes/5/a.jpg", "a");
    scratch_file("shoes/5/b.jpg", "b");
}

/* Each of them leads to a folder that is there anyway; "0" comes before it by name. */
static void links_to_what_is_listed(void)
{
    odd_catalogue c;
    make_shoes();
    scratch_link("5", "shoes/latest");
    scratch_link("5", "shoes/0");
    scratch_link(".", "shoes/self");
    scratch_link("..", "shoes/5/up");
    CU_ASSERT_EQUAL(list("shoes", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "5/a.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "5/b.jpg");
    CU_ASSERT(logged("left out what leads to something listed already: 4, the first is '0'"));
    odd_catalogue_free(&c);
}

/* A link from outside brings in a folder; what is in it is there once, however many links lead to
 * it or into it. */
static void links_to_elsewhere(void)
{
    odd_catalogue c;
    make_shoes();
    scratch_folder("other");
    scratch_folder("other/deep");
    scratch_file("other/deep/x.jpg", "x");
    scratch_link("../other/deep", "shoes/deep");
    scratch_link("../other", "shoes/other");
    CU_ASSERT_EQUAL(list("shoes", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT(item_named(&c, "deep/x.jpg") >= 0);
    CU_ASSERT(logged("'other/deep'"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("shoes/other", &c), ODD_OK); /* a folder that is given by a link */
    CU_ASSERT_EQUAL(c.count, 1);
    odd_catalogue_free(&c);
}

/* Two products may share a picture: names are what counts. */
static void names_of_one_file(void)
{
    odd_catalogue c;
    make_shoes();
    CU_ASSERT_EQUAL(link(scratch_path("shoes/5/a.jpg"), scratch_path("shoes/hard.jpg")), 0);
    scratch_link("5/a.jpg", "shoes/soft.jpg");
    CU_ASSERT_EQUAL(list("shoes", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT(logged(""));
    odd_catalogue_free(&c);
}

/* A job that names a folder twice, by whatever spelling, fails. */
static void roots_that_overlap(void)
{
    odd_catalogue c;
    char *same[] = {"shoes", "./shoes"}, *linked[] = {"shoes", "alias"};
    char *inner[] = {"shoes/5", "shoes"}, *apart[] = {"shoes", "hats"};
    make_shoes();
    scratch_folder("hats");
    scratch_file("hats/h.jpg", "h");
    scratch_link("shoes", "alias");
    scratch_link("../hats", "shoes/hats");
    CU_ASSERT_EQUAL(list_paths(same, 2, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'./shoes' is listed twice: 'shoes'"));
    CU_ASSERT_EQUAL(list_paths(linked, 2, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'alias' is listed twice"));
    CU_ASSERT_EQUAL(list_paths(inner, 2, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'shoes/5' is listed twice: folders of catalogue.path overlap"));
    CU_ASSERT_EQUAL(list_paths(apart, 2, &c), ODD_OK); /* the link is data, not the job's */
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT(item_named(&c, "hats/h.jpg") >= 0);
    CU_ASSERT(logged("'shoes/hats'"));
    odd_catalogue_free(&c);
}

static void make_run(const char *folder, const char *lock, const char *job)
{
    char name[256];
    scratch_folder(folder);
    snprintf(name, sizeof name, "%s/.lock", folder);
    scratch_file(name, lock);
    snprintf(name, sizeof name, "%s/job.yaml", folder);
    if (job) scratch_file(name, job);
    snprintf(name, sizeof name, "%s/stray.jpg", folder);
    scratch_file(name, "s");
    snprintf(name, sizeof name, "%s/report", folder);
    scratch_folder(name);
    snprintf(name, sizeof name, "%s/report/index.html", folder);
    scratch_file(name, "<!DOCTYPE html>\n" ODD_REPORT_MARK " 1\">\n");
    snprintf(name, sizeof name, "%s/report/img", folder);
    scratch_folder(name);
    snprintf(name, sizeof name, "%s/report/img/0.png", folder);
    scratch_file(name, "0");
}

/* By what is in them, not by their names; and folders of the same names are a user's. */
static void runs_are_left_out(void)
{
    odd_catalogue c;
    make_shoes();
    make_run("shoes/audit", ODD_RUN_MARK "more", NULL);
    make_run("shoes/old", "", ODD_JOB_HEAD "name: a\n"); /* of earlier versions */
    scratch_link("audit/report", "shoes/1-report");
    scratch_link("audit/report/img", "shoes/2-img");
    scratch_link("audit", "shoes/3-run");
    scratch_folder("shoes/runs");
    scratch_file("shoes/runs/mine.jpg", "m");
    scratch_file("shoes/runs/.lock", "");
    scratch_file("shoes/runs/job.yaml", "name: mine\n");
    scratch_file("shoes/runs/index.html", "<meta name=\"generator\" content=\"other\">");
    CU_ASSERT_EQUAL(list("shoes", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 2), "runs/mine.jpg");
    CU_ASSERT(logged("left out what oddlot itself wrote: 4, the first is 'audit'"));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("shoes/audit", &c), ODD_USAGE);
    CU_ASSERT(failed_with("is what oddlot itself wrote"));
    CU_ASSERT_EQUAL(list("shoes/audit/report/img", &c), ODD_USAGE);
}

static void passed_over_is_logged(void)
{
    odd_catalogue c;
    make_shoes();
    scratch_file("shoes/n.txt", "");
    scratch_file("shoes/m.TXT", "");
    scratch_file("shoes/noext", "");
    scratch_file("shoes/._a.jpg", "");
    scratch_file("shoes/Thumbs.db", "");
    scratch_folder("shoes/.thumbnails");
    scratch_file("shoes/.thumbnails/t.jpg", "");
    scratch_folder("shoes/__MACOSX");
    CU_ASSERT_EQUAL(list("shoes", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT(logged("3 of 5 files passed over"));
    CU_ASSERT(logged(": .txt (2), no ending (1); with catalogue.extensions=any"));
    CU_ASSERT(logged("left out what file managers keep for themselves: 4, the first is '._a.jpg'"));
    odd_catalogue_free(&c);
}

#define PNG "\x89PNG\r\n\x1a\n"

/* By what is in them: also names that a shop's server or a spreadsheet leaves behind. */
static void taken_by_content(void)
{
    odd_catalogue c;
    char *path = "p", *any[] = {"any"};
    odd_catalogue_options options = options_for(&path, 1);
    scratch_new();
    scratch_folder("p");
    scratch_file("p/1.jpg?wid=500", PNG);
    scratch_file("p/2.JPG ", "broken");
    scratch_file("p/3", PNG);
    scratch_file("p/4.dat", PNG);
    scratch_file("p/5.txt", "text");
    scratch_file("p/6.jpeg", "");
    scratch_file("p/7.png#top", PNG);
    scratch_link("4.dat", "p/8");
    CU_ASSERT_EQUAL(list("p", &c), ODD_OK); /* .jpg and .png */
    CU_ASSERT_EQUAL(c.count, 3);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "1.jpg?wid=500");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "2.JPG ");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 2), "7.png#top");
    odd_catalogue_free(&c);
    options.extensions = (odd_list){any, 1};
    log_capture_begin();
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_folder, &options, scratch, &c), ODD_OK);
    log_capture_end();
    CU_ASSERT_EQUAL(c.count, 7); /* an empty 6.jpeg has the name of an image */
    CU_ASSERT(logged("1 of 8 files passed over, which do not begin as images do: .txt (1)"));
    odd_catalogue_free(&c);
}

const char *odd_test_name = "folder_twice";
CU_TestInfo odd_tests[] = {
    {"links to what is listed", links_to_what_is_listed},
    {"links to elsewhere", links_to_elsewhere},
    {"names of one file", names_of_one_file},
    {"roots that overlap", roots_that_overlap},
    {"runs are left out", runs_are_left_out},
    {"what is passed over is logged", passed_over_is_logged},
    {"taken by content", taken_by_content},
    CU_TEST_INFO_NULL,
};
