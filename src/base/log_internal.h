/* Log: what status.c needs of it. */
#ifndef ODDLOT_BASE_LOG_INTERNAL_H
#define ODDLOT_BASE_LOG_INTERNAL_H

/** The rank given to odd_log_setup(), 0 before. */
int odd_log_rank(void);

#endif
