"""Docstring"""
from __future__ import annotations
import a
import a.b.c
import a as b, c.d as e
import a . b . c
from a import b
from a import b as c, d
from a import (b, c as d,)
from a import (
    b,
    c,  # comment
)
from a.b.c import *
from . import a
from .. import a
from ... import a
from .... import a
from . . . import a
from .a import b
from ...a.b import c
from .... a . b import c
a = 1
a = b = c = 1
a, b = 1, 2
a, = 1,
(a) = 1
(a, b) = c
[a, b] = c
[a, *b] = c
(a, *b), c = d
*a, b = c
*a.b, c[d] = e
a.b = c
a[b] = c
a[b:c] = d
a().b = c
a = yield b
a = yield from b
a = b = yield
a = *b, c
() = a
[] = a
a += 1; b -= 1; c *= 1; d @= 1; e /= 1; f %= 1; g &= 1; h |= 1; i ^= 1; j <<= 1; k >>= 1; l **= 1; m //= 1
a.b += 1
a[b] += 1
(a) += 1
a += yield
a += b, c
a: int
a: int = 1
(a): int = 1
a.b: int
a[b]: int = 1
(a.b): int
a: int = yield
a: int = b, c
a: lambda: 1
a: int = *b, c
del a
del a, b
del a,
del (a)
del (a, b)
del [a, b]
del (a, b), c
del a.b, c[d]
del ()
assert a
assert a, b
assert (a, b)
pass
pass; pass
pass; pass;
raise
raise a
raise a from b
global x
global x, y
a; b; c
a; b;
a;
(a);
if a: b
if a: b; c
if a: b; c;
if a: b;
else: c;
if a:
    b
elif c:
    d
elif e:
    f
else:
    g
if a:
    b
else:
    if c:
        d
if (a := b):
    pass
if a := b:
    pass
while a:
    break
while a: continue
while (a):
    pass
else:
    b
while a := b: pass
for a in b:
    pass
for a in b: c
for a, b in c:
    pass
for a, in b: pass
for (a, b) in c: pass
for (a), b in c: pass
for [a, b] in c: pass
for a, *b in c: pass
for *a, b in c: pass
for a.b in c: pass
for a[b] in c: pass
for a[b in c] in d: pass
for a().b in c: pass
for a in b, c: pass
for a in *b, c: pass
for a in lambda: b: pass
for a in b if c else d: pass
for a in b:
    pass
else:
    c
try:
    a
except:
    b
try:
    a
except b:
    c
except (d, e):
    f
except g as h:
    i
except (j, k) as l:
    m
else:
    n
finally:
    o
try: a
finally: b
try:
    a
except b if c else d:
    e
try:
    a
except* b:
    c
except* (d, e) as f:
    g
try:
    a
except *b:
    c
with a: b
with a as b: c
with a, b: c
with a as b, c as d: e
with a as (b, c): d
with a as [b, c]: d
with a as b.c, d as e[f]: g
with (a): b
with (a, b): c
with (a, b,): c
with (a as b): c
with (a as b, c): d
with (a as b, c as d,): e
with (a, b) as c: d
with (a), (b): c
with (a) as b, (c) as d: e
with (a).b: c
with (a)(b): c
with (a, b)[0]: c
with (a + b): c
with (a) + b: c
with (yield): a
with (yield a): b
with (a := b): c
with (a := b, c): d
with (*a, b): c
with (): a
with (a for b in c): d
with ((a, b)): c
with ((a, b), c): d
with ((a, b) as c): d
with ((a, b) as c, d): e
with (((a))): b
with (a if b else c): d
with (a if b else c) as d: e
with (
    a as b,
    c as d
): e
with (lambda: a): b
with (a
      as b): c
with open(a) as f, \
     open(b) as g:
    pass
with (a == b): pass
with (a) == b: pass
with (a, b) == c: pass
with a if b else c as d: e
with f(a, b)(c) as (d): e
*a
a = *b
*a = b
for a in *b: pass
for *a in b: pass
with a as *b: pass
return *a
f"{*a}"
