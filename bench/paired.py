"""Runs commands in turn and times each process. Python, because os.wait4 reports the memory of a single child.

stdin: {"runs": N, "subjects": [{"argv": [...], "env": {...}, "input": "..."}]}; stdout: [[[ms, peak KiB], ...], ...]
"""

import json
import os
import sys
import tempfile
import time


def run(subject):
    argv, env = subject["argv"], subject["env"]
    with tempfile.TemporaryFile() as stdin:
        stdin.write(subject.get("input", "").encode())
        stdin.seek(0)
        reader, writer = os.pipe()
        quiet = os.open(os.devnull, os.O_WRONLY)
        actions = [
            (os.POSIX_SPAWN_DUP2, stdin.fileno(), 0),
            (os.POSIX_SPAWN_DUP2, writer, 1),
            (os.POSIX_SPAWN_DUP2, quiet, 2),
        ]
        start = time.perf_counter()
        pid = os.posix_spawnp(argv[0], argv, env, file_actions=actions)
        os.close(writer)
        while os.read(reader, 65536):
            pass
        _, status, usage = os.wait4(pid, 0)
        wall = (time.perf_counter() - start) * 1000
        os.close(reader)
        os.close(quiet)
    if status != 0:
        sys.exit(f"{' '.join(argv)} ended with status {status}")
    return [wall, usage.ru_maxrss]


asked = json.load(sys.stdin)
subjects = asked["subjects"]
for subject in subjects:
    run(subject)
results = [[] for _ in subjects]
for turn in range(asked["runs"]):
    # Rotate the order, so that no subject always runs first.
    for index in sorted(range(len(subjects)), key=lambda index: (index + turn) % len(subjects)):
        results[index].append(run(subjects[index]))
json.dump(results, sys.stdout)
