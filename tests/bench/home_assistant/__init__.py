"""Jobs that measure the integration in a Home Assistant.

Each module is a program of its own with the name of its measurement, however short:
`runner.Bench.run_in_home_assistant` starts it in a process, `run` does the job, and
`worker.main` prints the result.
"""
