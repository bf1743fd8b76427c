/* Tests of the log: who speaks, how lines look in a batch log and on a terminal. */
#include "oddlot_test.h"

#include "oddlot/base/log.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/log";

/* All that arrives until nothing more comes; a terminal hands over line by line. */
static void read_all(int from, char *text, size_t room)
{
    size_t length = 0;
    struct pollfd there = {.fd = from, .events = POLLIN};
    while (length + 1 < room && poll(&there, 1, 100) == 1 && (there.revents & POLLIN)) {
        ssize_t n = read(from, text + length, room - 1 - length);
        if (n <= 0) break;
        length += (size_t)n;
    }
    text[length] = '\0';
}

/* Let `speak` write to stderr = fd `write_to`; what arrives at `read_from` is returned. */
static const char *heard(void (*speak)(void), int write_to, int read_from)
{
    static char text[8192];
    fflush(stderr);
    int before = dup(STDERR_FILENO);
    dup2(write_to, STDERR_FILENO);
    speak();
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    close(write_to);
    read_all(read_from, text, sizeof text);
    close(read_from);
    return text;
}

static const char *in_batch(void (*speak)(void))
{
    int ends[2];
    if (pipe(ends) != 0) return "no pipe";
    return heard(speak, ends[1], ends[0]);
}

/* A pseudo terminal: what the program writes to its one end comes out of the other. */
static const char *on_terminal(void (*speak)(void))
{
    int screen = posix_openpt(O_RDWR | O_NOCTTY);
    if (screen < 0 || grantpt(screen) != 0 || unlockpt(screen) != 0) return NULL;
    int line = open(ptsname(screen), O_RDWR | O_NOCTTY);
    if (line < 0) return NULL;
    int keep = dup(line); /* what was written is lost when the last end is closed */
    const char *text = heard(speak, line, screen);
    close(keep);
    return text;
}

static void every_level(void)
{
    odd_log(ODD_LOG_ERROR, "cannot open '%s'", "a\nb");
    odd_log(ODD_LOG_WARN, "%d images", 3);
    odd_log(ODD_LOG_STAGE, "ingest");
    odd_log(ODD_LOG_INFO, "chosen");
    odd_log(ODD_LOG_DEBUG, "not shown");
}

static void batch_lines_are_stamped(void)
{
    char stage[32], info[32];
    double s1, s2;
    odd_log_setup(0, ODD_LOG_INFO);
    const char *text = in_batch(every_level);
    CU_ASSERT(strncmp(text, "oddlot: error: cannot open 'a?b'\noddlot: warning: 3 images\n[", 60) ==
              0);
    CU_ASSERT_EQUAL(sscanf(text + 59, "[%lf s] %31s\n[%lf s] %31s", &s1, stage, &s2, info), 4);
    CU_ASSERT_STRING_EQUAL(stage, "ingest");
    CU_ASSERT_STRING_EQUAL(info, "chosen");
    CU_ASSERT(s1 >= 0 && s1 < 10 && s2 >= s1);
    CU_ASSERT_PTR_NULL(strstr(text, "not shown"));
    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
}

static void terminal_lines_are_coloured(void)
{
    odd_log_setup(0, ODD_LOG_INFO);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    const char *text = on_terminal(every_level);
    if (!text) return; /* no pseudo terminals here */
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\033[1;31moddlot: error: \033[0mcannot open"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\033[1mingest\033[0m\r\n  chosen\r\n"));
    setenv("NO_COLOR", "1", 1);
    text = on_terminal(every_level);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "ingest\r\n"));
    CU_ASSERT_PTR_NULL(strchr(text, '\033'));
}

static void only_rank_0_speaks(void)
{
    odd_log_setup(1, ODD_LOG_DEBUG);
    CU_ASSERT_FALSE(odd_log_shows(ODD_LOG_ERROR));
    CU_ASSERT_STRING_EQUAL(in_batch(every_level), "");
    odd_log_setup(0, ODD_LOG_WARN);
    CU_ASSERT_TRUE(odd_log_shows(ODD_LOG_WARN));
    CU_ASSERT_FALSE(odd_log_shows(ODD_LOG_STAGE));
}

static void wipe(void)
{
    fputs("<wipe>", stderr);
}

static void redraw(void)
{
    fputs("<redraw>", stderr);
}

static void one_warning(void)
{
    odd_log_around(wipe, redraw);
    odd_log(ODD_LOG_WARN, "x");
    odd_log(ODD_LOG_DEBUG, "not shown, nothing to wipe");
    odd_log_around(NULL, NULL);
}

static void bar_is_wiped_around_lines(void)
{
    odd_log_setup(0, ODD_LOG_WARN);
    CU_ASSERT_STRING_EQUAL(in_batch(one_warning), "<wipe>oddlot: warning: x\n<redraw>");
}

static void one_long_line(void)
{
    static char name[10000];
    memset(name, 'a', sizeof name - 1);
    odd_log(ODD_LOG_WARN, "%s", name);
}

static void long_lines_are_cut(void)
{
    odd_log_setup(0, ODD_LOG_WARN);
    const char *text = in_batch(one_long_line);
    CU_ASSERT_EQUAL(strlen(text), strlen("oddlot: warning: ") + 4095 + 1);
    CU_ASSERT_EQUAL(text[strlen(text) - 1], '\n');
}

static void time_goes_forward(void)
{
    odd_log_setup(0, ODD_LOG_WARN);
    double a = odd_seconds();
    usleep(2000);
    double b = odd_seconds();
    CU_ASSERT(a >= 0 && b - a >= 0.002);
}

CU_TestInfo odd_tests[] = {
    {"lines of a batch log are stamped", batch_lines_are_stamped},
    {"lines on a terminal are coloured", terminal_lines_are_coloured},
    {"only rank 0 speaks", only_rank_0_speaks},
    {"the bar is wiped around lines", bar_is_wiped_around_lines},
    {"long lines are cut", long_lines_are_cut},
    {"time goes forward", time_goes_forward},
    CU_TEST_INFO_NULL,
};
