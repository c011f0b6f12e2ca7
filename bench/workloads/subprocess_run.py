"""Subprocess: starts a program and waits for its end.

Expected: the threads wait, and the programs they started fill the CPU (oversubscription; io as the threads see it).
"""

import subprocess
import sys


def workload():
    return subprocess.run(["true"] if sys.platform != "win32" else ["cmd", "/c", "ver"], stdout=subprocess.DEVNULL).returncode
