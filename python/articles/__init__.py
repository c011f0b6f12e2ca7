"""The CPU-bound steps of ``nogil articles``: pure functions of plain values, called on a pool of threads or processes.

    text of a source -> feed, markdown, changelog -> sketch, measure -> stories -> rank, draw -> verify

No function keeps state between calls, so any number of threads may run any of them at once. Standard library only;
``sketch`` is faster where NumPy is installed, with the same result.
"""

from ._changelog import changelog
from ._charts import bar_chart, check_svg
from ._facts import verify
from ._feeds import feed
from ._html import plain_text
from ._markdown import outline, readable
from ._measure import measure
from ._mermaid import check_mermaid, dependency_graph, timeline
from ._rank import rank
from ._similar import duplicates, groups, sketch
from ._stories import package_stories, post_stories

__all__ = [
    "bar_chart",
    "changelog",
    "check_mermaid",
    "check_svg",
    "dependency_graph",
    "duplicates",
    "feed",
    "groups",
    "measure",
    "outline",
    "package_stories",
    "plain_text",
    "post_stories",
    "rank",
    "readable",
    "sketch",
    "timeline",
    "verify",
]
