"""The Python half that python-shell leaves to its user: one JSON request a line in, one JSON reply a line out."""

import json
import sys

import workload

write = sys.stdout.write
flush = sys.stdout.flush
for line in sys.stdin:
    name, arguments = json.loads(line)
    write(json.dumps(getattr(workload, name)(*arguments)))
    write("\n")
    flush()
