/* Progress of all ranks: counts are sent to rank 0 in small messages, and it shows their sum. */
#include "oddlot/par/progress.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "par/comm_internal.h"
#include "par/progress_internal.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

static const double bar_every = 0.1;  /* seconds */
static const double line_every = 30;  /* in a batch log */
static const double send_every = 0.2; /* a rank to rank 0, where there are few ranks */
static const double max_messages_per_second = 5000; /* from all ranks together */
static const struct timespec nap = {0, 2000000};    /* of rank 0 waiting for the others */

typedef enum { OFF, BAR, LINES } form;

struct odd_progress {
    MPI_Comm comm; /* my own duplicate: nobody else's messages come here */
    char *task, *unit;
    int64_t total;
    double started;
    form form;          /* on rank 0 */
    double next_show;   /* when to show it again */
    int64_t done;       /* units of mine; on rank 0 also those received from the others */
    int64_t units_sent; /* of mine, in messages to rank 0 */
    double next_send;   /* when to send more */
    int64_t messages;   /* sent; on rank 0: received */
    int64_t under_way;  /* the units in the message that `request` sends */
    MPI_Request request;
};

/* The one that has the terminal; log lines go around its bar. */
static odd_progress *shown;

static bool locale_is_utf8(void)
{
    const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        const char *value = getenv(names[i]);
        if (value && *value) return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
    }
    return false;
}

static int terminal_columns(void)
{
    struct winsize size;
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

static odd_progress_state state_of(const odd_progress *p)
{
    return (odd_progress_state){p->task, p->unit, p->done, p->total, odd_seconds() - p->started};
}

static void wipe_bar(void)
{
    fputs("\r\033[K", stderr);
}

static void draw_bar(void)
{
    char line[ODD_PROGRESS_TEXT];
    odd_progress_state state = state_of(shown);
    fprintf(stderr, "\r%s\033[K",
            odd_progress_bar(&state, terminal_columns(), locale_is_utf8(), line));
    fflush(stderr);
}

static void log_line(const odd_progress *p)
{
    char text[ODD_PROGRESS_TEXT];
    odd_progress_state state = state_of(p);
    odd_log(ODD_LOG_STAGE, "%s: %s", p->task, odd_progress_text(&state, text));
}

/* How to show it, decided by rank 0. ODDLOT_PROGRESS=1 draws a bar on what is no terminal (mpirun
 * hands the ranks a pipe), 0 shows nothing. */
static form choose_form(void)
{
    const char *wish = getenv("ODDLOT_PROGRESS");
    if (!odd_log_shows(ODD_LOG_STAGE) || shown || (wish && strcmp(wish, "0") == 0)) return OFF;
    return odd_log_terminal() || (wish && strcmp(wish, "1") == 0) ? BAR : LINES;
}

static void free_progress(odd_progress *p)
{
    if (!p) return;
    free(p->task);
    free(p->unit);
    odd_free(p);
}

static odd_progress *new_progress(const char *task, const char *unit, int64_t total)
{
    odd_progress *p = odd_alloc(1, sizeof *p);
    if (!p) return NULL;
    p->task = strdup(task);
    p->unit = strdup(unit);
    p->total = total;
    p->request = MPI_REQUEST_NULL;
    p->started = odd_seconds();
    if (p->task && p->unit) return p;
    free_progress(p);
    return NULL;
}

odd_progress *odd_progress_start(MPI_Comm comm, const char *task, const char *unit, int64_t total)
{
    odd_progress *p = new_progress(task, unit, total);
    if (p && odd_rank(comm) == 0) p->form = choose_form();
    int on = p && (odd_rank(comm) != 0 || p->form != OFF);
    MPI_Allreduce(MPI_IN_PLACE, &on, 1, MPI_INT, MPI_MIN, comm);
    if (!on) {
        free_progress(p);
        return NULL;
    }
    MPI_Comm_dup(comm, &p->comm);
    p->next_show = p->started + (p->form == BAR ? bar_every : line_every);
    if (p->form == BAR) {
        shown = p;
        odd_log_around(wipe_bar, draw_bar);
    }
    return p;
}

/* Send the units done since the last message, which has left. */
static void send_count(odd_progress *p)
{
    p->under_way = p->done - p->units_sent;
    MPI_Isend(&p->under_way, 1, MPI_INT64_T, 0, ODD_TAG_PROGRESS, p->comm, &p->request);
    p->units_sent = p->done;
    p->messages++;
}

static void send_when_due(odd_progress *p)
{
    int sent;
    double now = odd_seconds();
    if (now < p->next_send) return;
    MPI_Test(&p->request, &sent, MPI_STATUS_IGNORE);
    if (!sent) return;
    send_count(p);
    double every = odd_size(p->comm) / max_messages_per_second;
    p->next_send = now + (every > send_every ? every : send_every);
}

static void receive_counts(odd_progress *p)
{
    for (;;) {
        int there;
        int64_t units;
        MPI_Message message;
        MPI_Improbe(MPI_ANY_SOURCE, ODD_TAG_PROGRESS, p->comm, &there, &message, MPI_STATUS_IGNORE);
        if (!there) return;
        MPI_Mrecv(&units, 1, MPI_INT64_T, &message, MPI_STATUS_IGNORE);
        p->done += units;
        p->messages++;
    }
}

/* On rank 0: receive counts and show the sum, when it is time to. */
static void show_when_due(odd_progress *p)
{
    double now = odd_seconds();
    if (now < p->next_show) return;
    receive_counts(p);
    if (p->form == BAR)
        draw_bar();
    else
        log_line(p);
    p->next_show = now + (p->form == BAR ? bar_every : line_every);
}

void odd_progress_add(odd_progress *p, int64_t done)
{
    if (!p) return;
    p->done += done;
    if (odd_rank(p->comm) == 0)
        show_when_due(p);
    else
        send_when_due(p);
}

/* On rank 0: keep the bar alive until all ranks are here, then receive what is still under way. */
static void wait_for_counts(odd_progress *p, MPI_Request *everybody, const int64_t *sent)
{
    int here = 0;
    for (;;) {
        MPI_Test(everybody, &here, MPI_STATUS_IGNORE);
        receive_counts(p);
        if (here) break;
        show_when_due(p);
        nanosleep(&nap, NULL);
    }
    while (p->messages < *sent)
        receive_counts(p);
}

/* All counts come to rank 0. It receives while it waits, so no message waits for it. */
static void collect_counts(odd_progress *p)
{
    int64_t mine = 0, sent = 0;
    MPI_Request everybody;
    if (odd_rank(p->comm) == 0) {
        MPI_Ireduce(&mine, &sent, 1, MPI_INT64_T, MPI_SUM, 0, p->comm, &everybody);
        wait_for_counts(p, &everybody, &sent);
        return;
    }
    MPI_Wait(&p->request, MPI_STATUS_IGNORE);
    send_count(p);
    mine = p->messages;
    MPI_Ireduce(&mine, NULL, 1, MPI_INT64_T, MPI_SUM, 0, p->comm, &everybody);
    MPI_Wait(&everybody, MPI_STATUS_IGNORE);
    MPI_Wait(&p->request, MPI_STATUS_IGNORE);
}

void odd_progress_stop(odd_progress **progress)
{
    odd_progress *p = *progress;
    if (!p) return;
    collect_counts(p);
    if (shown == p) {
        draw_bar();
        wipe_bar();
        odd_log_around(NULL, NULL);
        shown = NULL;
    }
    MPI_Comm_free(&p->comm);
    free_progress(p);
    *progress = NULL;
}
