"""Like large.py, on a system without memfd_create."""

import os

if hasattr(os, "memfd_create"):
    del os.memfd_create

from large import *  # noqa: E402, F403
