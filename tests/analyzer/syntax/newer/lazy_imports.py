lazy import a
lazy import a.b as c, d
lazy from a import b, c as d
lazy from . import e
lazy from ..f import (g,)
lazy = 1
lazy; import h
