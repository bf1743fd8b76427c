/* The table of training tasks. */
#include "oddlot/base/table.h"
#include "stage/train/train_task_internal.h"

const odd_train_task *const odd_train_tasks[] = {ODD_TRAIN_TASKS(ODD_TABLE_ENTRY) NULL};
