/* The task of a damage detector: to tell images that a program damaged from those as they are. */
#include "train_images_internal.h"

#include "oddlot/base/memory.h"

#include <stddef.h>

typedef struct {
    odd_list kinds;
    int64_t side;
    double probability, smallest, largest;
    bool fresh;
} damage_options;

static const odd_option table[] = {
    {"kinds", ODD_OPTION_LIST, offsetof(damage_options, kinds), "[square]", 0, 0, NULL,
     "what is done to images, each as likely: square, black, colour, noise, smear, smooth, "
     "stretch, "
     "missing, duplicate, blur, crop, broken_jpeg, cut_jpeg"},
    {"probability", ODD_OPTION_REAL, offsetof(damage_options, probability), "0.5", 0.01, 0.99, NULL,
     "share of the images that are damaged"},
    {"side", ODD_OPTION_INT, offsetof(damage_options, side), "16", 1, 65536, NULL,
     "of the white square, pixels"},
    {"smallest", ODD_OPTION_REAL, offsetof(damage_options, smallest), "0.15", 1e-6, 1, NULL,
     "least side of other damaged regions, as a share of the image's"},
    {"largest", ODD_OPTION_REAL, offsetof(damage_options, largest), "0.5", 1e-6, 1, NULL,
     "largest side of them"},
    {"fresh", ODD_OPTION_BOOL, offsetof(damage_options, fresh), "true", 0, 0, NULL,
     "draw the damage anew in every epoch; false: each image is damaged once and for all"},
    ODD_OPTIONS_END,
};

const odd_section odd_train_damage_section = {
    "train.damage", "Damage made by program, which a network learns to see", table,
    sizeof(damage_options)};

static odd_status find_kinds(const odd_job *job, const odd_list *names, odd_damage_task *task)
{
    odd_status st;
    if (names->count == 0)
        return odd_job_fail(job, "train.damage.kinds",
                            "no kind of damage: there is nothing to see");
    ODD_TRY(ODD_NEW(task->kind, names->count));
    for (; task->kinds < names->count; task->kinds++)
        if (odd_damage_find(names->item[task->kinds], &task->kind[task->kinds]) != ODD_OK)
            ODD_TRY(odd_job_fail(job, "train.damage.kinds", "%s", odd_fail_reason()));
done:
    return st;
}

odd_status odd_damage_task_new(const odd_job *job, odd_damage_task *task)
{
    const damage_options *o = odd_job_section(job, odd_train_damage_section.name);
    *task = (odd_damage_task){
        .size = {(int)o->side, o->smallest, o->largest},
        .seed = (uint64_t)((const odd_run_options *)odd_job_section(job, ""))->seed,
        .probability = o->probability,
        .fresh = o->fresh,
    };
    if (o->smallest > o->largest)
        return odd_job_fail(job, "train.damage.smallest", "%g is above train.damage.largest, %g",
                            o->smallest, o->largest);
    return find_kinds(job, &o->kinds, task);
}

void odd_damage_task_free(odd_damage_task *task)
{
    odd_free(task->kind);
    task->kind = NULL;
}

int odd_damage_task_kind(const odd_damage_task *task, int64_t row, uint32_t turn)
{
    const odd_damage_key key = {task->seed, row, task->fresh ? turn : 0};
    if (!odd_damage_falls(&key, task->probability)) return -1;
    return task->kind[odd_damage_pick(&key, task->kinds)];
}
