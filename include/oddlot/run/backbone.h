/**
 * Backbone: the pretrained network that an audit uses where its job names none.
 *
 * It is the first of these that is there; in a folder, the first ONNX file by name:
 *   $ODDLOT_BACKBONE                    the file itself; set but empty: none is wanted
 *   $XDG_DATA_HOME/oddlot/backbones     usually ~/.local/share/oddlot/backbones
 *   ../share/oddlot/backbones           from the folder of the program, where it is installed
 */
#ifndef ODDLOT_RUN_BACKBONE_H
#define ODDLOT_RUN_BACKBONE_H

#include <mpi.h>

/* What to do where none is found. */
#define ODD_BACKBONE_HINT "jobs/backbones/get.sh brings one"

/** Rank 0 looks, and all ranks keep what it finds until somebody looks again. @collective */
void odd_backbone_look(MPI_Comm comm);

/** Path of what was found at the last look; NULL: none, or nobody has looked. Static. @local */
const char *odd_backbone(void);

#endif
