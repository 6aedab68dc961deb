"""Compare this client with its peers: requests, bytes, CPU time, wall time and memory.

All clients are measured in one run, against the same simulated BMCs.

How to run:
    script/bench           Measure everything in about 12 minutes.
    script/bench --quick   Measure less in under 2 minutes. `--help` lists the options.
    script/bench --publish FOLDER
                           Copy the results of a full run to the repository.
    pytest tests/bench     Test the benchmark itself.

The results of the last published run are in `results`; the README shows some of them.

Modules of the command:
    __main__        Command line.
    plan            Boards and numbers of repetitions of a full and a quick run.
    measurements/   One module per measurement, which returns rows of the table.
    runner          Run clients and jobs for the measurements.
    processes       Start processes: simulated BMCs, clients and their environments.
    boards          Boards to measure, and changed copies of them.
    stats           Medians, quartiles and lower bounds.
    report          Rows, targets and tables in Markdown.
    owner           Table of what an owner notices, which comes first.
    output          Files of the results.
    readme          Published results, and the table of the README.

Modules of the measured processes, each of which does one job and prints JSON:
    bmc_process       Serve simulated BMCs and count their requests.
    clients/          Measure a client, in an environment with only its packages.
    home_assistant/   Measure the integration in a Home Assistant.
    worker            Shared tools: run a job, read counts, fake time, measure stalls.

To add a measurement, write a module in `measurements` with a function `measure`, and
enter the function into `MEASUREMENTS` there. If no job returns its samples yet, add a
module with the same name to `clients` or `home_assistant`.

To compare another client, add its packages to `processes.CLIENTS`, a module to
`clients`, a variant to `runner` and a column to `report.COLUMNS`.
"""
