def f(): pass
def f(a): pass
def f(a,): pass
def f(a, b): pass
def f(a=1): pass
def f(a, b=1, *c, d, e=2, **f): pass
def f(a, /): pass
def f(a, /, b): pass
def f(a, b=1, /, c=2, *, d, e=3, **f): pass
def f(*, a): pass
def f(*, a, b=1): pass
def f(*a): pass
def f(*a, b): pass
def f(**a): pass
def f(**a,): pass
def f(*a,): pass
def f(a: int): pass
def f(a: int = 1): pass
def f(a: int = (1), b: str = ("x")): pass
def f(*a: int, **b: str): pass
def f(*a: *b): pass
def f(*a: *b[c]): pass
def f(a: (yield)): pass
def f(a: lambda x: x = lambda y: y): pass
def f() -> int: pass
def f() -> (a, b): pass
def f(a, *, b: int = 1, c) -> d if e else f: return
def f(
    a,  # first
    b=1,

    *args,
    **kwargs,
) -> None:
    """Docstring."""
    return a
def f():
    return
def f():
    return a, b
def f():
    return *a, b
def f():
    return (yield)
def f():
    yield
def f():
    yield a
def f():
    yield a, b
def f():
    yield *a, b
def f():
    yield from a
def f():
    nonlocal a, b
def f():
    x = yield
    x = yield y
    return x
def f(): return 1; return 2;
async def f(): pass
async def f():
    await a
    await a.b(c)[d]
    await a ** b
    -await a ** await b
    return await a
async def f():
    async with a: pass
    async with a as b, c as d:
        pass
    async with (a as b, c): pass
    async for a in b:
        pass
    else:
        pass
    async for a, b in c: pass
    [a async for a in b]
    {a async for a in b if await c}
    {a: b async for a, b in c}
    (a async for a in b for c in d)
    f(a async for a in b)
    await (yield)
async  def  f (): pass
@a
def f(): pass
@a.b.c
@d(e)
@f[g]
@h if i else j
@(k)
@lambda f: f
@x := y
def f(): pass
@a
class C: pass

@a

# comment

@b  # comment
async def f():
    pass
class C: pass
class C(): pass
class C(a): pass
class C(a, b.c, metaclass=d, **e): pass
class C(*a, b): pass
class C(a,): pass
class C(a)  :
    """Docstring."""
    x = 1
    y: int
    def f(self): pass
    class D:
        @property
        def g(self): return self.x
    z = 2
def f[T](): pass
def f[T, *Ts, **P](a: T, *b: *Ts) -> T: pass
def f[T: int](): pass
def f[T: (int, str)](a: T): pass
def f[T = int, *Ts = *tuple[int, ...], **P = [int, str]](): pass
def f[T: int = bool,](): pass
async def f[T](): pass
class C[T]: pass
class C[T](Base[T], metaclass=M): pass
class C[T: int = bool, *Ts, **P]: pass
@d
class C[T](): pass
type X = int
type X[T] = list[T]
type X[T: int, *Ts, **P] = (T, Ts, P)
type X[T = int] = T
type X[*Ts = *tuple[int]] = Ts
type = 1
type.x
type(x)
type[x]
type: int
type, x = 1, 2
type += 1
type in x
type if x else y
type - 1
type
type \
    X = int
type match = int
type type = type
type case[T] = T
print(type, match, case, _)
def type(): pass
def match(case): pass
class case: pass
lazy = 1
lazy.x
lazy (x)
lazy[x]
lazy
