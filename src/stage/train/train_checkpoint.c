/* Checkpoint of a training: the state of the network at work and the results so far, in a file that
 * is replaced whole after every epoch. */
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void odd_train_state_free(odd_train_state *state)
{
    odd_bundle_free(&state->trainer);
    odd_bundle_free(&state->best);
}

static odd_status path_of(const odd_training *t, char **path)
{
    return odd_run_path(t->run, "checkpoints/train", path);
}

/* Those of all tasks, then what this one keeps: how many. */
static int list_kept(const odd_training *t, odd_train_kept kept[ODD_MOST_KEPT])
{
    const odd_train_curves *r = &t->curves;
    kept[0] = (odd_train_kept){"curves", ODD_F64, ODD_CURVES * r->networks * r->epochs, r->curve};
    kept[1] = (odd_train_kept){"best", ODD_I32, r->networks, r->best};
    return 2 + (t->task->kept ? t->task->kept(t, kept + 2) : 0);
}

static size_t bytes_of(const odd_train_kept *k)
{
    return (size_t)k->count * odd_type_size(k->type);
}

static odd_status pack(const odd_training *t, const odd_train_state *state, odd_bundle *b)
{
    odd_train_kept k[ODD_MOST_KEPT];
    const int kept = list_kept(t, k);
    void *data;
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(b, "fold", "fold at work", state->fold));
    ODD_TRY(odd_bundle_add_i64(b, "epochs", "epochs of it that are done", state->epochs));
    for (int i = 0; i < kept; i++) {
        ODD_TRY(odd_bundle_add(b, k[i].name, k[i].type, "results so far", &data, 1, k[i].count));
        memcpy(data, k[i].data, bytes_of(&k[i]));
    }
done:
    return st;
}

/* Best epochs say where in the curves to look. */
static bool is_possible(const odd_train_curves *r, const odd_train_state *state)
{
    bool possible = state->fold >= 0 && state->fold < r->networks && state->epochs >= 1 &&
                    state->epochs <= r->epochs;
    for (int64_t fold = 0; fold < r->networks; fold++)
        possible = possible && r->best[fold] >= 0 && r->best[fold] <= r->epochs;
    return possible;
}

static odd_status unpack(const odd_bundle *b, odd_training *t, odd_train_state *state)
{
    const odd_array *a;
    odd_train_kept k[ODD_MOST_KEPT];
    const int kept = list_kept(t, k);
    odd_status st;
    for (int i = 0; i < kept; i++) {
        ODD_TRY(odd_bundle_get(b, k[i].name, k[i].type, 1, &a));
        if (a->shape.shape[0] != k[i].count)
            ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is of another training", a->name));
        memcpy(k[i].data, a->data, bytes_of(&k[i]));
    }
    ODD_TRY(odd_bundle_get_i64(b, "fold", &state->fold));
    ODD_TRY(odd_bundle_get_i64(b, "epochs", &state->epochs));
    if (!is_possible(&t->curves, state))
        ODD_TRY(odd_fail(ODD_FORMAT, "it is at an impossible place"));
done:
    return st;
}

static odd_status make_folder(const odd_training *t)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(t->run, "checkpoints", &path));
    ODD_TRY(odd_folder_make(path));
done:
    odd_free(path);
    return st;
}

odd_status odd_train_keep(const odd_training *t, const odd_train_state *state)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_file *file = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? make_folder(t) : ODD_OK);
    ODD_TRY_ALL(t->comm, path_of(t, &path));
    ODD_TRY_ALL(t->comm, pack(t, state, &b));
    ODD_TRY(odd_file_create(t->comm, path, t->from, &file));
    ODD_TRY(odd_bundle_write(file, "progress", &b));
    ODD_TRY(odd_bundle_write(file, "trainer", &state->trainer));
    ODD_TRY(odd_bundle_write(file, "best", &state->best));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_bundle_free(&b);
    odd_free(path);
    return st;
}

/* Is there one of this very job? Rank 0 looks. @collective */
static bool is_ours(const odd_training *t, const char *path)
{
    char found[ODD_HASH_TEXT] = "";
    int ours = 0;
    if (odd_rank(t->comm) == 0) {
        odd_file_fingerprint(path, found, sizeof found);
        ours = strcmp(found, t->from->fingerprint) == 0;
    }
    odd_broadcast(t->comm, 0, &ours, sizeof ours);
    return ours;
}

static odd_status read_state(const odd_file *file, odd_training *t, odd_train_state *state)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read(file, "progress", &b));
    ODD_TRY(unpack(&b, t, state));
    ODD_TRY(odd_bundle_read(file, "trainer", &state->trainer));
    ODD_TRY(odd_bundle_read(file, "best", &state->best));
done:
    odd_bundle_free(&b);
    return st;
}

/* What is wrong with it, and what to do. */
static odd_status broken(odd_status st, const char *path)
{
    char why[ODD_REASON_SIZE];
    snprintf(why, sizeof why, "%s", odd_fail_reason());
    return odd_fail(st, "%s: %s; remove this file to begin the training anew", path, why);
}

odd_status odd_train_recall(odd_training *t, odd_train_state *state)
{
    odd_file *file = NULL;
    char *path = NULL;
    odd_status st;
    *state = (odd_train_state){.fold = 0};
    ODD_TRY_ALL(t->comm, path_of(t, &path));
    if (!is_ours(t, path)) goto done;
    ODD_TRY(odd_file_open(t->comm, path, false, &file));
    st = read_state(file, t, state);
    ODD_TRY_ALL(t->comm, st == ODD_OK ? st : broken(st, path));
done:
    odd_file_close(&file);
    odd_free(path);
    return st;
}

void odd_train_forget(const odd_training *t)
{
    char *path = NULL;
    if (path_of(t, &path) == ODD_OK) unlink(path);
    odd_free(path);
}
