"""JSON: parses and writes JSON.

Expected without the GIL: scales to the cores (oversubscription past them).
"""

import json

_TEXT = json.dumps([{"id": index, "name": f"name {index}", "tags": ["a", "b"], "score": index / 3} for index in range(500)])


def workload():
    return len(json.dumps(json.loads(_TEXT)))
