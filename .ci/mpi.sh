# Sourced by whatever starts mpirun here: the one place for what Open MPI wants of a small machine.
# As root (containers, CI) it must be allowed; more ranks than cores is fine; threads may use any core.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
