/* The table of tasks: adding one is one file and one line here, and one of names. */
#include "stage/training_internal.h"

#include <string.h>

static const odd_train_task *const tasks[] = {&odd_task_damage, &odd_task_autoencoder};
const char *const odd_train_tasks[] = {"damage", "autoencoder", NULL};

const odd_train_task *odd_train_task_of(const odd_job *job)
{
    const odd_training_options *o = odd_job_section(job, "train");
    for (size_t i = 0; i < sizeof tasks / sizeof *tasks; i++)
        if (strcmp(tasks[i]->name, o->task) == 0) return tasks[i];
    ODD_CHECK(!"a task has a name and no table");
    return NULL;
}
