/* Checkpoint of a training: the state of the network at work and the results so far, in a file that
 * is replaced whole after every epoch. */
#include "stage/train/training_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/store/audit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void odd_train_state_free(odd_train_state *state)
{
    odd_bundle_free(&state->trainer);
    odd_bundle_free(&state->best);
}

static odd_status checkpoint_path(const odd_training *t, char **path)
{
    return odd_run_path(t->run, "checkpoints/train", path);
}

/* The arrays of all tasks, then those of this one; returns the count. */
static int list_arrays(const odd_training *t, odd_train_array arrays[ODD_MAX_TRAIN_ARRAYS])
{
    const odd_train_curves *r = &t->curves;
    arrays[0] =
        (odd_train_array){"curves", ODD_F64, ODD_CURVES * r->networks * r->epochs, r->curve};
    arrays[1] = (odd_train_array){"best", ODD_I32, r->networks, r->best};
    return 2 + (t->task->checkpoint_arrays ? t->task->checkpoint_arrays(t, arrays + 2) : 0);
}

static size_t array_bytes(const odd_train_array *k)
{
    return (size_t)k->count * odd_type_size(k->type);
}

static odd_status pack_progress(const odd_training *t, const odd_train_state *state, odd_bundle *b)
{
    odd_train_array k[ODD_MAX_TRAIN_ARRAYS];
    const int arrays = list_arrays(t, k);
    void *data;
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(b, "fold", "fold at work", state->fold));
    ODD_TRY(odd_bundle_add_i64(b, "epochs", "epochs of it that are done", state->epochs));
    for (int i = 0; i < arrays; i++) {
        ODD_TRY(odd_bundle_add(b, k[i].name, k[i].type, "results so far", &data, 1, k[i].count));
        memcpy(data, k[i].data, array_bytes(&k[i]));
    }
done:
    return st;
}

/* Best epochs are indices into the curves, so they are checked, too. */
static bool is_possible(const odd_train_curves *r, const odd_train_state *state)
{
    bool possible = state->fold >= 0 && state->fold < r->networks && state->epochs >= 1 &&
                    state->epochs <= r->epochs;
    for (int64_t fold = 0; fold < r->networks; fold++)
        possible = possible && r->best[fold] >= 0 && r->best[fold] <= r->epochs;
    return possible;
}

static odd_status unpack_progress(const odd_bundle *b, odd_training *t, odd_train_state *state)
{
    const odd_array *a;
    odd_train_array k[ODD_MAX_TRAIN_ARRAYS];
    const int arrays = list_arrays(t, k);
    odd_status st;
    for (int i = 0; i < arrays; i++) {
        ODD_TRY(odd_bundle_get(b, k[i].name, k[i].type, 1, &a));
        if (a->shape.shape[0] != k[i].count)
            ODD_TRY(odd_fail(ODD_FORMAT, "'%s' is of another training", a->name));
        memcpy(k[i].data, a->data, array_bytes(&k[i]));
    }
    ODD_TRY(odd_bundle_get_i64(b, "fold", &state->fold));
    ODD_TRY(odd_bundle_get_i64(b, "epochs", &state->epochs));
    if (!is_possible(&t->curves, state))
        ODD_TRY(odd_fail(ODD_FORMAT, "it is at an impossible place"));
done:
    return st;
}

static odd_status make_checkpoint_folder(const odd_training *t)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(t->run, "checkpoints", &path));
    ODD_TRY(odd_folder_make(path));
done:
    odd_free(path);
    return st;
}

odd_status odd_train_checkpoint_save(const odd_training *t, const odd_train_state *state)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_file *file = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY_ALL(t->comm, odd_rank(t->comm) == 0 ? make_checkpoint_folder(t) : ODD_OK);
    ODD_TRY_ALL(t->comm, checkpoint_path(t, &path));
    ODD_TRY_ALL(t->comm, pack_progress(t, state, &b));
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

/* Is there a checkpoint of this very job? Rank 0 looks. @collective */
static bool is_of_this_job(const odd_training *t, const char *path)
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
    ODD_TRY(unpack_progress(&b, t, state));
    ODD_TRY(odd_bundle_read(file, "trainer", &state->trainer));
    ODD_TRY(odd_bundle_read(file, "best", &state->best));
done:
    odd_bundle_free(&b);
    return st;
}

odd_status odd_train_checkpoint_broken(const odd_training *t, odd_status why)
{
    char words[ODD_REASON_SIZE], *path = NULL;
    odd_status st = why;
    if (why == ODD_NOMEM) goto done; /* no fault of the file's */
    snprintf(words, sizeof words, "%s", odd_fail_reason());
    ODD_TRY(checkpoint_path(t, &path));
    if (strstr(words, path))
        st = odd_fail(why, "%s; remove this file to begin the training anew", words);
    else
        st = odd_fail(why, "%s: %s; remove this file to begin the training anew", path, words);
done:
    odd_free(path);
    return st;
}

odd_status odd_train_checkpoint_load(odd_training *t, odd_train_state *state)
{
    odd_file *file = NULL;
    char *path = NULL;
    odd_status st;
    *state = (odd_train_state){.fold = 0};
    ODD_TRY_ALL(t->comm, checkpoint_path(t, &path));
    if (!is_of_this_job(t, path)) goto done;
    st = odd_rank(t->comm) == 0 ? odd_file_verify(path) : ODD_OK;
    if (st == ODD_PROBLEM) st = ODD_FORMAT; /* damaged: no finding of an audit */
    ODD_TRY_ALL(t->comm, st == ODD_OK ? st : odd_train_checkpoint_broken(t, st));
    ODD_TRY(odd_file_open(t->comm, path, false, &file));
    st = read_state(file, t, state);
    ODD_TRY_ALL(t->comm, st == ODD_OK ? st : odd_train_checkpoint_broken(t, st));
done:
    odd_file_close(&file);
    odd_free(path);
    return st;
}

void odd_train_checkpoint_remove(const odd_training *t)
{
    char *path = NULL;
    if (checkpoint_path(t, &path) == ODD_OK) unlink(path);
    odd_free(path);
}
