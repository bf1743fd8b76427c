# Sourced by whatever starts mpirun here, and read by tests/CMakeLists.txt: the one place for what MPI wants of a
# small machine. Open MPI 4 and 5 each look at their own names; MPICH needs nothing and looks at none of them.
# As root (containers, CI) it must be allowed; more ranks than cores is fine, once all hosts are full (slot: with Open
# MPI 5 the first one would have all ranks, else); threads may use any core.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_hwloc_base_binding_policy=none
export PRTE_MCA_rmaps_default_mapping_policy=slot:oversubscribe PRTE_MCA_hwloc_default_binding_policy=none
# Memory that ranks share, and TCP: looking for faster networks is a third of the time that a start takes. Open MPI 5
# complains of addresses of IPv6 that cannot be reached.
export OMPI_MCA_pml=ob1 OMPI_MCA_osc=^ucx OMPI_MCA_btl=self,vader,tcp OMPI_MCA_btl_tcp_disable_family=6
# A host that is cut off is told by TCP, after 5 seconds of silence by 5 questions a second apart: without, the job hangs
# for minutes. Ranks on it end, too, as they lose mpirun.
export OMPI_MCA_oob_tcp_keepalive_time=5 OMPI_MCA_oob_tcp_keepalive_intvl=1 OMPI_MCA_oob_tcp_keepalive_probes=5
export PRTE_MCA_oob_tcp_keepalive_time=5 PRTE_MCA_oob_tcp_keepalive_intvl=1 PRTE_MCA_oob_tcp_keepalive_probes=5
# What starts ranks: $MPIRUN. With ODDLOT_PRESET=mpich in the environment that of MPICH, which may not be called mpirun.
[ "${ODDLOT_PRESET:-}" = mpich ] && : "${MPIRUN:=mpirun.mpich}"
: "${MPIRUN:=mpirun}"
