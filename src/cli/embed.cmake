# Makes audit_job.c of the job file that `oddlot audit` stands for:
#   cmake -D JOB=jobs/audit.yaml -D OUT=audit_job.c -P embed.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../cmake/bytes_of.cmake)

bytes_of(${JOB} job)
file(WRITE ${OUT}
"/* Audit job: made by embed.cmake of jobs/audit.yaml. */
#include \"cli/cli_internal.h\"

const char odd_audit_job[] = {
${job}};
")
