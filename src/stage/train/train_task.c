/* Training tasks by name. */
#include "stage/train/training_internal.h"

#include <string.h>

odd_part odd_train_task_part(int i)
{
    return odd_train_tasks[i] ? *odd_train_tasks[i]->settings : (odd_part){0};
}

const odd_train_task *odd_train_task_of(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    for (int i = 0; odd_train_tasks[i]; i++)
        if (strcmp(odd_train_tasks[i]->settings->name, o->task) == 0) return odd_train_tasks[i];
    ODD_CHECK(false && "a task has a name and no table");
    return NULL;
}
