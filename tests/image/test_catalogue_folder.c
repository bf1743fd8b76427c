/* Folders as catalogues: which files, in which order, under which names; links, loops, strange
 * names and things that are no files. */
#include "scratch_folder.h"

#include <pwd.h>
#include <sys/wait.h>

static odd_status list(char *path, const char *label_from, odd_catalogue *out)
{
    odd_catalogue_options options = options_for(&path, 1);
    options.label_from = (char *)label_from;
    return list_whole(&odd_catalogue_folder, &options, scratch, out);
}

static void order_and_labels(void)
{
    odd_catalogue c;
    scratch_new();
    scratch_folder("p");
    scratch_folder("p/cats");
    scratch_folder("p/cats/old");
    scratch_file("p/cats/1.JPG", "one");
    scratch_file("p/cats/old/2.png", "zwei");
    scratch_file("p/cats-3.jpg", "drei!");
    scratch_file("p/notes.txt", "no image");
    scratch_file("p/jpg", "no extension");
    scratch_file("p/.jpg", "");
    CU_ASSERT_EQUAL(list("p/", "folder", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), ".jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "cats-3.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 2), "cats/1.JPG");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 3), "cats/old/2.png");
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[1].label), "p");
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[2].label), "cats");
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[3].label), "old");
    CU_ASSERT_EQUAL(c.item[1].size, 5);
    CU_ASSERT(c.item[1].time > INT64_C(1500000000000000000));
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(list("p", "none", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.item[2].label, 0);
    odd_catalogue_free(&c);
}

static void items_are_read(void)
{
    odd_catalogue c;
    odd_reader *reader;
    const odd_catalogue_kind *kind = &odd_catalogue_folder;
    int before = open_files();
    scratch_new();
    scratch_file("a.jpg", "alpha");
    scratch_file("b.jpg", "");
    scratch_file("c.jpg", "here now");
    scratch_file("d.jpg", "gone soon");
    CU_ASSERT_EQUAL(list(".", "none", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 4);
    CU_ASSERT_EQUAL(remove(scratch_path("d.jpg")), 0);
    CU_ASSERT_EQUAL(remove(scratch_path("c.jpg")), 0);
    CU_ASSERT_EQUAL(mkfifo(scratch_path("c.jpg"), 0666), 0); /* to open it to read would wait */
    CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
    CU_ASSERT(reads(kind, reader, 0, ENOUGH, ODD_IMAGE_OK, "alpha", 5));
    CU_ASSERT(reads(kind, reader, 0, 5, ODD_IMAGE_OK, "alpha", 5));
    CU_ASSERT(reads(kind, reader, 0, 4, ODD_IMAGE_TOO_LARGE, NULL, 0));
    CU_ASSERT(reads(kind, reader, 1, ENOUGH, ODD_IMAGE_EMPTY_FILE, NULL, 0));
    CU_ASSERT(reads(kind, reader, 2, ENOUGH, ODD_IMAGE_MISSING, NULL, 0));
    CU_ASSERT(reads(kind, reader, 3, ENOUGH, ODD_IMAGE_MISSING, NULL, 0));
    kind->close(&reader);
    CU_ASSERT_PTR_NULL(reader);
    odd_catalogue_free(&c);
    CU_ASSERT_EQUAL(open_files(), before);
}

static void strange_names(void)
{
    odd_catalogue c;
    odd_reader *reader;
    const odd_catalogue_kind *kind = &odd_catalogue_folder;
    const char *name[] = {"\n.jpg", " .jpg", "\"quoted\", 'so'.jpg", "%s%n.jpg", "\xff\xfe.jpg"};
    scratch_new();
    for (int i = 0; i < 5; i++)
        scratch_file(name[i], name[i]);
    CU_ASSERT_EQUAL(list("", "none", &c), ODD_USAGE);
    CU_ASSERT_EQUAL(list(scratch, "none", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 5);
    CU_ASSERT_EQUAL(kind->open(NULL, &c, &reader), ODD_OK);
    for (int i = 0; i < 5; i++) {
        CU_ASSERT_STRING_EQUAL(name_of(&c, i), name[i]);
        CU_ASSERT(reads(kind, reader, i, ENOUGH, ODD_IMAGE_OK, name[i], strlen(name[i])));
    }
    kind->close(&reader);
    odd_catalogue_free(&c);
}

static void check_problem(const odd_catalogue *c, const char *name, const char *words)
{
    int64_t i = item_named(c, name);
    CU_ASSERT(i >= 0);
    if (i < 0) return;
    CU_ASSERT_EQUAL(c->item[i].problem, ODD_IMAGE_MISSING);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_catalogue_text(c, c->item[i].reason), words));
}

static void links(void)
{
    odd_catalogue c;
    odd_reader *reader;
    scratch_new();
    scratch_folder("p");
    scratch_folder("p/in");
    scratch_folder("other");
    scratch_file("other/x.jpg", "x");
    scratch_file("p/in/a.jpg", "a");
    scratch_link("in/a.jpg", "p/file.jpg");
    scratch_link("nowhere", "p/dangling.jpg");
    scratch_link("nowhere", "p/lost-folder");
    scratch_link("circle.jpg", "p/circle.jpg");
    scratch_link("..", "p/in/up");
    scratch_link(".", "p/self");
    scratch_link("../other", "p/linked");
    scratch_link("../other", "p/linked-too");
    scratch_link("/dev/null", "p/null.jpg");
    CU_ASSERT_EQUAL(mkfifo(scratch_path("p/fifo.jpg"), 0666), 0);
    CU_ASSERT_EQUAL(mkfifo(scratch_path("p/fifo"), 0666), 0); /* not named like an image */
    CU_ASSERT_EQUAL(list("p", "none", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 8);
    check_problem(&c, "dangling.jpg", "missing");
    check_problem(&c, "lost-folder", "missing");
    check_problem(&c, "circle.jpg", "symbolic links");
    check_problem(&c, "null.jpg", "not a regular file");
    check_problem(&c, "fifo.jpg", "not a regular file");
    CU_ASSERT(item_named(&c, "linked/x.jpg") >= 0); /* and linked-too leads there, too */
    CU_ASSERT_EQUAL(odd_catalogue_folder.open(NULL, &c, &reader), ODD_OK);
    CU_ASSERT(reads(&odd_catalogue_folder, reader, item_named(&c, "file.jpg"), ENOUGH, ODD_IMAGE_OK,
                    "a", 1));
    CU_ASSERT(reads(&odd_catalogue_folder, reader, item_named(&c, "lost-folder"), ENOUGH,
                    ODD_IMAGE_MISSING, NULL, 0));
    odd_catalogue_folder.close(&reader);
    odd_catalogue_free(&c);
}

static void several_folders(void)
{
    odd_catalogue c;
    char *path[] = {"b/", "./a"}, *overlapping[] = {"a", "a/deep"};
    odd_catalogue_options options = options_for(path, 2);
    scratch_new();
    scratch_folder("a");
    scratch_folder("a/deep");
    scratch_folder("b");
    scratch_file("a/deep/1.jpg", "1");
    scratch_file("b/2.jpg", "2");
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_folder, &options, scratch, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "./a/deep/1.jpg");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1), "b/2.jpg");
    odd_catalogue_free(&c);
    options = options_for(overlapping, 2);
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_folder, &options, scratch, &c), ODD_USAGE);
    CU_ASSERT(failed_with("'a/deep' is listed twice"));
}

/* Of one with many entries ranks take shares: together all, each once, and what is wrong with the
 * folder itself is said once. */
static void shares_of_a_folder(void)
{
    odd_catalogue_outline outline = {0};
    odd_catalogue whole, shares = ODD_CATALOGUE_EMPTY;
    odd_passed passed = {0};
    char *path = "p", name[32];
    const odd_catalogue_options options = options_for(&path, 1);
    scratch_new();
    scratch_folder("p");
    for (int i = 0; i < 200; i++) {
        snprintf(name, sizeof name, "p/%d.%s", i, i % 4 ? "jpg" : "txt");
        scratch_file(name, "x");
    }
    CU_ASSERT_EQUAL_FATAL(list_whole(&odd_catalogue_folder, &options, scratch, &whole), ODD_OK);
    for (int share = 0; share < 5; share++) {
        odd_text_format(&outline.lines, "0 1 %d 5 %s/p", share, scratch);
        odd_text_bytes(&outline.lines, "", 1);
    }
    CU_ASSERT_EQUAL(odd_catalogue_folder.list(&options, scratch, &outline, 0, 5, &shares, &passed),
                    ODD_OK);
    odd_catalogue_sort(&shares);
    CU_ASSERT_EQUAL(whole.count, 150);
    CU_ASSERT(same_list(&whole, &shares));
    CU_ASSERT(passed.files == 200 && passed.endings == 50 && passed.found[0] == 150);
    odd_catalogue_free(&shares);
    odd_text_free(&outline.lines);
    for (int share = 0; share < 5; share++) {
        odd_text_format(&outline.lines, "0 0 %d 5 %s/gone", share, scratch);
        odd_text_bytes(&outline.lines, "", 1);
    }
    CU_ASSERT_EQUAL(odd_catalogue_folder.list(&options, scratch, &outline, 0, 5, &shares, &passed),
                    ODD_OK);
    CU_ASSERT(shares.count == 1 && shares.item[0].problem == ODD_IMAGE_MISSING);
    odd_catalogue_free(&shares);
    odd_catalogue_free(&whole);
    odd_text_free(&outline.lines);
    odd_passed_free(&passed);
}

static void nothing_found(void)
{
    odd_catalogue c;
    odd_catalogue_options none = options_for(NULL, 0);
    int before = open_files();
    scratch_new();
    scratch_folder("empty");
    scratch_folder("texts");
    scratch_file("texts/1.txt", "");
    scratch_file("texts/2.txt", "");
    CU_ASSERT_EQUAL(list("missing", "none", &c), ODD_IO);
    CU_ASSERT(failed_with("missing': No such file or directory"));
    CU_ASSERT_EQUAL(list("texts/1.txt", "none", &c), ODD_IO);
    CU_ASSERT(failed_with("Not a directory"));
    CU_ASSERT_EQUAL(list("empty", "none", &c), ODD_FORMAT);
    CU_ASSERT(failed_with("no images in 'empty'"));
    CU_ASSERT_EQUAL(list("texts", "none", &c), ODD_FORMAT);
    CU_ASSERT(
        failed_with("no images in 'texts': 2 files, none ends in .jpg .png; they are .txt (2)"));
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_folder, &none, scratch, &c), ODD_USAGE);
    CU_ASSERT_PTR_NULL(c.item);
    CU_ASSERT_EQUAL(open_files(), before);
}

static void all_extensions(void)
{
    odd_catalogue c;
    char *path = ".";
    odd_catalogue_options options = options_for(&path, 1);
    options.extensions.count = 0;
    scratch_new();
    scratch_file("photo", "1");
    scratch_file("photo.xyz", "2");
    CU_ASSERT_EQUAL(mkfifo(scratch_path("fifo"), 0666), 0);
    CU_ASSERT_EQUAL(list_whole(&odd_catalogue_folder, &options, scratch, &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, 2);
    odd_catalogue_free(&c);
}

/* Deeper than a path may be long: what cannot be opened is reported, what can is listed. */
static void deep_folders(void)
{
    char name[201], back[4096];
    odd_catalogue c;
    memset(name, 'd', 200);
    name[200] = '\0';
    scratch_new();
    CU_ASSERT_PTR_NOT_NULL(getcwd(back, sizeof back));
    CU_ASSERT_EQUAL(chdir(scratch), 0);
    for (int depth = 0; depth < 25; depth++) {
        CU_ASSERT_EQUAL(mkdir(name, 0777), 0);
        CU_ASSERT_EQUAL(chdir(name), 0);
        FILE *file = fopen("x.jpg", "w");
        if (file) fclose(file);
    }
    CU_ASSERT_EQUAL(list(scratch, "none", &c), ODD_OK);
    CU_ASSERT(c.count > 15 && c.count < 25);
    int problems = 0;
    for (int64_t i = 0; i < c.count; i++)
        problems += c.item[i].problem == ODD_IMAGE_MISSING;
    CU_ASSERT_EQUAL(problems, 1);
    odd_catalogue_free(&c);
    for (int depth = 0; depth < 25; depth++) {
        remove("x.jpg");
        CU_ASSERT_EQUAL(chdir(".."), 0);
        CU_ASSERT_EQUAL(rmdir(name), 0);
    }
    CU_ASSERT_EQUAL(chdir(back), 0);
}

/* As someone whom permissions bind: 0 if all is as it should be. */
static int list_as_nobody(const struct passwd *nobody)
{
    odd_catalogue c;
    if (geteuid() == 0 && (setgid(nobody->pw_gid) != 0 || setuid(nobody->pw_uid) != 0)) return 1;
    if (list(scratch, "none", &c) != ODD_OK || c.count != 2) return 2;
    if (strcmp(name_of(&c, 0), "locked") != 0 || c.item[0].problem != ODD_IMAGE_MISSING) return 3;
    if (!strstr(odd_catalogue_text(&c, c.item[0].reason), "Permission denied")) return 4;
    odd_catalogue_free(&c);
    return list(strcat(scratch, "/locked"), "none", &c) == ODD_IO ? 0 : 5;
}

static void unreadable_folder(void)
{
    const struct passwd *nobody = getpwnam("nobody");
    if (geteuid() == 0 && !nobody) {
        printf("skipped: root, and no user 'nobody' ");
        return;
    }
    scratch_new();
    scratch_folder("locked");
    scratch_file("locked/a.jpg", "a");
    scratch_file("open.jpg", "b");
    CU_ASSERT_EQUAL(chmod(scratch, 0755), 0);
    CU_ASSERT_EQUAL(chmod(scratch_path("locked"), 0), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) _exit(list_as_nobody(nobody));
    int status = -1;
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status));
    CU_ASSERT_EQUAL(WEXITSTATUS(status), 0);
    CU_ASSERT_EQUAL(chmod(scratch_path("locked"), 0755), 0);
}

static void digest_of_files(void)
{
    odd_catalogue a, b;
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000, .tv_nsec = 1}};
    scratch_new();
    scratch_file("a.jpg", "a");
    CU_ASSERT_EQUAL(list(".", "none", &a), ODD_OK);
    CU_ASSERT_EQUAL(list(".", "none", &b), ODD_OK);
    CU_ASSERT(same_list(&a, &b));
    odd_catalogue_free(&b);
    CU_ASSERT_EQUAL(utimensat(AT_FDCWD, scratch_path("a.jpg"), times, 0), 0);
    CU_ASSERT_EQUAL(list(".", "none", &b), ODD_OK);
    CU_ASSERT_EQUAL(b.item[0].time, INT64_C(1000000000001));
    CU_ASSERT(!same_list(&a, &b));
    odd_catalogue_free(&a);
    odd_catalogue_free(&b);
}

const char *odd_test_name = "catalogue_folder";
CU_TestInfo odd_tests[] = {
    {"order and labels", order_and_labels},   {"items are read", items_are_read},
    {"strange names", strange_names},         {"links, loops and no files", links},
    {"several folders", several_folders},     {"shares of a folder", shares_of_a_folder},
    {"nothing found", nothing_found},         {"all extensions", all_extensions},
    {"deep folders", deep_folders},           {"unreadable folder", unreadable_folder},
    {"digest of the files", digest_of_files}, CU_TEST_INFO_NULL,
};
