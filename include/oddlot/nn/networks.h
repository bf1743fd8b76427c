/**
 * Networks: whether this oddlot has them. It may be built without oneDNN or protobuf-c: then
 * whatever net.h, train.h and onnx.h name fails, and says this.
 */
#ifndef ODDLOT_NN_NETWORKS_H
#define ODDLOT_NN_NETWORKS_H

#include "oddlot/base/job.h"

/** NULL; or a sentence that says that this oddlot was built without networks, and what to do.
 *  Static. @local */
const char *odd_networks_absent(void);

/** ODD_USAGE at the place of the setting that wants a network where there are none. @local */
odd_status odd_networks_check(const odd_job *job, const char *key);

#endif
