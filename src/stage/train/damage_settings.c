/* The task of a damage detector: to tell images that a program damaged from those as they are. */
#include "stage/train/train_images_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>

typedef struct {
    odd_list kinds, judged, judged_sizes;
    int64_t side, judged_images;
    double probability, smallest, largest;
    bool fresh;
} damage_options;

static const odd_option table[] = {
    ODD_PART_LIST(damage_options, kinds, "[square]", "damage", odd_damage_kind_part,
                  "what is done to images, each as likely"),
    ODD_REAL(damage_options, probability, "0.5", 0.01, 0.99,
             "share of the images that are damaged"),
    ODD_INT(damage_options, side, "16", 1, 65536, "of the white square, pixels"),
    ODD_REAL(damage_options, smallest, "0.15", 1e-6, 1,
             "least side of other damaged regions, as a share of the image's"),
    ODD_REAL(damage_options, largest, "0.5", 1e-6, 1, "largest side of them"),
    ODD_BOOL(damage_options, fresh, "true",
             "draw the damage anew in every epoch; false: each image is damaged once and for all"),
    ODD_PART_LIST(damage_options, judged, "[]", "damage", odd_damage_kind_part,
                  "further kinds, never learnt from, to tell how well damage is seen that no "
                  "network was shown"),
    ODD_LIST(damage_options, judged_sizes, "[]",
             "sizes to judge by, as shares of the image's side: how well are smaller and larger "
             "regions seen than those that are learnt?"),
    ODD_INT(
        damage_options, judged_images, "2000", 1, 1e9,
        "images that such damage is tried on, at most, each by the network that has not seen it"),
    ODD_OPTIONS_END,
};

const odd_part odd_damage_part = {"damage", "Damage made by program, which a network learns to see",
                                  table, sizeof(damage_options)};

/* kind: (names), owned by caller. */
static odd_status find_kinds(const odd_list *names, int *kinds, int **kind)
{
    odd_status st = ODD_NEW(*kind, names->count);
    for (; st == ODD_OK && *kinds < names->count; ++*kinds)
        (*kind)[*kinds] = odd_damage_find(names->item[*kinds]);
    return st;
}

/* -- further damage to evaluate with -- */

static bool is_learnt(const odd_damage_task *learnt, int kind)
{
    int k = 0;
    while (k < learnt->kinds && learnt->kind[k] != kind)
        k++;
    return k < learnt->kinds;
}

static bool has_sized(const odd_damage_task *learnt)
{
    int k = 0;
    while (k < learnt->kinds && !odd_damage_kinds[learnt->kind[k]].sized)
        k++;
    return k < learnt->kinds;
}

static odd_status read_sizes(const odd_job *job, const odd_list *words, odd_damage_evaluation *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->size, words->count));
    for (; out->sizes < words->count; out->sizes++) {
        const char *word = words->item[out->sizes];
        char *end;
        const double size = strtod(word, &end);
        if (end == word || *end != '\0' || !(size > 0 && size <= 1))
            ODD_TRY(odd_job_fail(job, "train.damage.judged_sizes",
                                 "'%s' is no share of a side: above 0, at most 1", word));
        out->size[out->sizes] = size;
    }
done:
    return st;
}

static odd_status read_evaluation(const odd_job *job, const damage_options *o,
                                  const odd_damage_task *learnt, odd_damage_evaluation *out)
{
    const char *const key = "train.damage.judged";
    odd_status st;
    *out = (odd_damage_evaluation){.images = o->judged_images};
    ODD_TRY(find_kinds(&o->judged, &out->kinds, &out->kind));
    for (int k = 0; k < out->kinds; k++)
        if (is_learnt(learnt, out->kind[k]))
            ODD_TRY(odd_job_fail(job, key, "'%s' is learnt: it is one of train.damage.kinds",
                                 odd_damage_kinds[out->kind[k]].name));
    ODD_TRY(read_sizes(job, &o->judged_sizes, out));
    if (out->sizes > 0 && !has_sized(learnt))
        ODD_TRY(odd_job_fail(job, "train.damage.judged_sizes",
                             "none of train.damage.kinds is damage to a region"));
done:
    return st;
}

/* -- damage to learn -- */

odd_status odd_damage_task_new(const odd_job *job, odd_damage_task *task)
{
    const damage_options *o = odd_part_options(job, "train", odd_damage_part.name);
    odd_status st;
    *task = (odd_damage_task){
        .size = {(int)o->side, o->smallest, o->largest},
        .seed = (uint64_t)((const odd_run_options *)odd_job_section(job, ""))->seed,
        .probability = o->probability,
        .fresh = o->fresh,
    };
    if (o->smallest > o->largest)
        return odd_job_fail(job, "train.damage.smallest", "%g is above train.damage.largest, %g",
                            o->smallest, o->largest);
    if (o->kinds.count == 0)
        return odd_job_fail(job, "train.damage.kinds",
                            "no kind of damage: there is nothing to see");
    st = find_kinds(&o->kinds, &task->kinds, &task->kind);
    return st == ODD_OK ? read_evaluation(job, o, task, &task->evaluation) : st;
}

void odd_damage_task_free(odd_damage_task *task)
{
    odd_free(task->kind);
    odd_free(task->evaluation.kind);
    odd_free(task->evaluation.size);
    *task = (odd_damage_task){0};
}

int odd_damage_task_kind(const odd_damage_task *task, int64_t row, uint32_t turn)
{
    const odd_damage_key key = {task->seed, row, task->fresh ? turn : 0};
    if (!odd_damage_falls(&key, task->probability)) return -1;
    return task->kind[odd_damage_pick(&key, task->kinds)];
}
