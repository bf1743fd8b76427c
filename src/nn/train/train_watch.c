/* Watch: while shards are worked on, from which value on the vectors of all of them are final.
 *
 * Backward fills the places of layers from the last to the first, and places stand in the order of
 * layers: what is final is the end of a vector, and it grows. */
#include "nn/train/trainer_internal.h"

#include "oddlot/base/memory.h"

#include <stdatomic.h>

/* ---- Which values are final behind which step ---- */

/* The first step that reads each place, whose backward is the last to write there. */
static void first_readers(const odd_train_setup *t, int reader[])
{
    const odd_parameters *p = &t->parameters;
    for (int s = 0; s < p->learnt_slots; s++)
        reader[s] = t->program.steps;
    for (int i = t->program.steps - 1; i >= 0; i--) {
        const odd_step *step = &t->program.step[i];
        for (int j = 0; j < step->inputs; j++) {
            int slot = step->input[j] >= 0 ? p->of_tensor[step->input[j]] : -1;
            if (slot >= 0 && slot < p->learnt_slots) reader[slot] = i;
        }
    }
}

/* Running averages, at the end, are there before backward begins. */
odd_status odd_train_finals(odd_train_setup *t)
{
    const odd_parameters *p = &t->parameters;
    int *reader = NULL, slot = p->learnt_slots;
    odd_status st;
    ODD_TRY(ODD_NEW(t->final, t->program.steps));
    ODD_TRY(ODD_NEW(reader, p->learnt_slots));
    first_readers(t, reader);
    for (int i = t->program.steps - 1; i >= 0; i--) {
        while (slot > 0 && reader[slot - 1] >= i)
            slot--;
        t->final[i] = slot < p->learnt_slots ? p->slot[slot].offset : p->learnt;
    }
done:
    odd_free(reader);
    return st;
}

/* ---- The watch ---- */

odd_status odd_watch_reserve(odd_watch *w, int threads)
{
    odd_free(w->final);
    w->final = NULL;
    w->threads = 0;
    odd_status st = ODD_NEW(w->final, threads);
    if (st == ODD_OK) w->threads = threads;
    return st;
}

void odd_watch_free(odd_watch *w)
{
    odd_free(w->final);
    *w = (odd_watch){0};
}

void odd_watch_start(odd_watch *w, int shards)
{
    for (int i = 0; i < w->threads; i++)
        w->final[i] = 0;
    w->waiting = shards;
}

/* In this order: who sees that no shard waits also sees that nothing of this one is final. */
void odd_watch_begin_shard(odd_watch *w, int thread, int64_t length)
{
    w->final[thread] = length;
    w->waiting--;
}

void odd_watch_end_shard(odd_watch *w, int thread)
{
    w->final[thread] = 0;
}

/* The first thread is the caller's: the others may not send messages. */
static void note_final(odd_watch *w, int thread, int64_t first)
{
    w->final[thread] = first;
    if (thread != 0 || !w->notify || w->waiting > 0) return;
    for (int i = 1; i < w->threads; i++) {
        int64_t other = w->final[i];
        if (other > first) first = other;
    }
    w->notify(w->context, first);
}

void odd_trainer_watch(odd_trainer *t, void (*notify)(void *context, int64_t first), void *context)
{
    t->watch.notify = notify;
    t->watch.context = context;
}

/* ---- In a tape ---- */

typedef struct {
    const odd_work *work;
    int64_t first;
} final_note;

static void run_note(const void *settings, float *const data[])
{
    const final_note *s = settings;
    (void)data;
    note_final(s->work->watch, s->work->thread, s->first);
}

odd_status odd_train_note_final(odd_maker *m)
{
    const int64_t *final = m->training->final;
    int i = m->p.step, last = m->training->program.steps - 1;
    int64_t before = i < last ? final[i + 1] : m->training->parameters.learnt;
    final_note *note;
    odd_status st;
    if (final[i] == before) return ODD_OK;
    ODD_TRY(ODD_NEW(note, 1));
    *note = (final_note){&m->tape->work, final[i]};
    ODD_TRY(odd_plan_loop(&m->p, run_note, note, 0, NULL));
done:
    return st;
}
