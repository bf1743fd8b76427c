# Sourced by whatever starts mpirun here, and read by tests/CMakeLists.txt: the one place for what Open MPI wants of
# a small machine.
# As root (containers, CI) it must be allowed; more ranks than cores is fine; threads may use any core.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
# Memory that ranks share, and TCP: looking for faster networks is a third of the time that a start takes.
export OMPI_MCA_pml=ob1 OMPI_MCA_osc=^ucx OMPI_MCA_btl=self,vader,tcp
