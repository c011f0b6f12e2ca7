"""Like shared.py, on a system without memfd_create."""

import os

if hasattr(os, "memfd_create"):
    del os.memfd_create

from shared import *  # noqa: E402, F403
