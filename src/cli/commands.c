/* The table of commands: one line each, in the order of `oddlot help`. */
#include "cli/cli_internal.h"

#include "oddlot/bench/bench.h"

static void list_cases(odd_text *help)
{
    odd_text_add(help, "\nCases, with their keys and defaults\n");
    odd_bench_help(help);
}

static const odd_word_option *const of_job[] = {odd_job_word_options, NULL};
static const odd_word_option *const of_plan[] = {odd_plan_word_options, odd_job_word_options, NULL};
static const odd_word_option *const of_info[] = {odd_info_word_options, NULL};

const odd_command odd_commands[] = {
    {"audit", "Audit", "find what is wrong or odd in a catalogue",
     "PATH... [-o RUN] [--set key=value]...",
     "PATH is a folder of images, a CSV file with a column `path`, tar shards or a folder of "
     "them,\n"
     "IDX or HDF5 files: recognised by a look. The job behind it is jobs/audit.yaml; --print-job\n"
     "shows it with all settings. Open RUN/report/index.html when it is done; RUN/findings.csv "
     "has\n"
     "a line for each thing that is wrong, and lines of it in RUN/ignored.csv are not told again.\n"
     "\n"
     "The rules of a channel:  --set check.rules.channels=google\n"
     "Exit code 3 for scripts: --set check.fail_at=0.8\n",
     "mpirun -n 2 oddlot audit photos -o runs/photos", of_job, NULL, odd_cmd_audit},
    {"run", "Audit", "do a job: whatever is not up to date",
     "JOB.yaml [-o RUN] [--set key=value]...",
     "Does the stages of the job, leaving those whose settings and inputs have not changed. Run "
     "it\n"
     "again after a kill: what was published is kept.\n",
     "mpirun -n 2 oddlot run jobs/footwear.yaml -o runs/footwear", of_job, NULL, odd_cmd_run},
    {"plan", "Audit", "what a job will take: memory, bytes and time of each stage",
     "JOB.yaml|PATH... -n RANKS [--images N] [--json]",
     "Rehearses the job with few of its own images for some seconds, and works out what it takes "
     "on "
     "so\n"
     "many ranks; refuses, with exit code 3, what does not fit into memory, and says how many "
     "ranks\n"
     "would do. Under mpirun the rehearsal is on as many ranks.\n",
     "oddlot plan jobs/footwear.yaml -n 64 --images 10000000", of_plan, NULL, odd_cmd_plan},
    {"scaling", "Audit", "how the stages of a job scale over ranks, from finished runs of it",
     "RUN RUN... [-o FOLDER] [-n RANKS] [--json]",
     "Runs of the same images on different numbers of ranks make a strong series, those with as "
     "many\n"
     "images for each rank a weak one; of repeats the fastest counts. Each stage with its "
     "speed-up and\n"
     "parallel efficiency, split into load balance, files and communication as POP defines them.\n"
     "-o: scaling.h5, scaling.csv, strong.svg and weak.svg. -n: beside it the seconds by the "
     "model of\n"
     "`oddlot plan` on 1, 2, 4 ... RANKS ranks, from a rehearsal of the first run's job. Of a run "
     "its\n"
     "audit.h5 and job.yaml are enough. --images and --memory are for `oddlot plan` alone.\n",
     "oddlot scaling runs/on-1 runs/on-2 -o runs/scaling -n 1024", of_plan, NULL, odd_cmd_scaling},
    {"info", "Audit", "describe a run", "RUN [--verify]",
     "Lists the files of a run with what is in them; --verify reads them whole and fails with "
     "exit\n"
     "code 3 if one is damaged.\n",
     "oddlot info runs/photos", of_info, NULL, odd_cmd_info},
    {ODD_EACH_STAGE, "One stage of a job", NULL, "JOB.yaml [-o RUN] [--set key=value]...",
     "Does this stage alone; what it reads must be up to date.\n",
     "mpirun -n 2 oddlot STAGE jobs/footwear.yaml -o runs/footwear", of_job, NULL, odd_cmd_stage},
    {"model", "Networks", "describe a network", "info FILE.onnx [size=N]",
     "Lists the layers of an ONNX file with shapes, parameters and FLOPs, and the memory of its\n"
     "activations; the names of its tensors are what features.onnx.layer may be. A file that "
     "leaves\n"
     "the height and width of its images open wants size=N here; in a job it is image.size.\n",
     "oddlot model info mobilenet_v2.onnx", NULL, NULL, odd_cmd_model},
    {"doctor", "This machine", "what this machine and build can do", "",
     "Checks the libraries, the CPU, memory and disk; exit code 3 if something is wrong.\n"
     "ODDLOT_ISA=avx512, avx2, avx or sse41 in the environment of any command keeps oddlot and "
     "its\n"
     "libraries from using more of the CPU than that: to make a run on an older one again.\n",
     "mpirun -n 2 oddlot doctor", NULL, NULL, odd_cmd_doctor},
    {"bench", "This machine", "time the parts on generated data", "CASE [key=value]...",
     "Prints one JSON object a line with all conditions.\n",
     "mpirun -n 2 oddlot bench pca n=20000 d=784 k=40", NULL, list_cases, odd_cmd_bench},
    {"help", "Help", "explain a command, or the settings of a job", "[COMMAND | job]",
     "`oddlot help --man [COMMAND | job]` prints the same as a manual page, `oddlot help "
     "--completion`\n"
     "what makes bash complete the words of oddlot; an installation has both.\n",
     "oddlot help job", NULL, NULL, odd_cmd_help},
    {"version", "Help", "version and how it was built", "", NULL, "oddlot version", NULL, NULL,
     odd_cmd_version},
    {NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
};
