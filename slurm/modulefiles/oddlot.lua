-- Module file for Lmod. It finds the installation that it is in:
--   module use PREFIX/share/oddlot/slurm/modulefiles && module load oddlot
-- Load what oddlot was built with beside it (MPI, parallel HDF5, ...), here where your site wants that:
-- depends_on("openmpi", "hdf5")
--
-- Run by Lua 5.4 with stand-ins for the functions of Lmod; not with Lmod, which was not at hand.
local prefix = myFileName():match("^(.*)/share/oddlot/slurm/modulefiles/[^/]*$")

help("oddlot finds the odd images in a catalogue. `oddlot help`, `man oddlot`; batch scripts are in $ODDLOT_SLURM.")
whatis("Name: oddlot")
whatis("Description: finds the odd images in a catalogue: damaged, mislabelled, irrelevant, or unlike the rest")

prepend_path("PATH", pathJoin(prefix, "bin"))
prepend_path("MANPATH", pathJoin(prefix, "share/man"))
prepend_path("XDG_DATA_DIRS", pathJoin(prefix, "share")) -- completion of bash
setenv("ODDLOT_SLURM", pathJoin(prefix, "share/oddlot/slurm"))
