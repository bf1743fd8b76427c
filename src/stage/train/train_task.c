/* The table of tasks: adding one is one file and one line here, and one of names. */
#include "stage/train/training_internal.h"

#include <string.h>

static const odd_train_task *const tasks[] = {&odd_task_damage, &odd_task_autoencoder, NULL};
const char *const odd_train_tasks[] = {"damage", "autoencoder", NULL};

odd_part odd_train_task_part(int i)
{
    return tasks[i] ? *tasks[i]->settings : (odd_part){0};
}

const odd_train_task *odd_train_task_of(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    for (int i = 0; tasks[i]; i++)
        if (strcmp(tasks[i]->settings->name, o->task) == 0) return tasks[i];
    ODD_CHECK(!"a task has a name and no table");
    return NULL;
}
