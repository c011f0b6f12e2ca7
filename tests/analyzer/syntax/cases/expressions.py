# operators, precedence, chains
a or b or c and d and not e
not not a
(a or b) or c
a and (b and c)
x if y else z if w else v
(x if y else z) if w else v
lambda: (yield)
a < b <= c != d is not e not in f in g is h == i >= j > k
(a < b) < c
a == (b == c)
a | b ^ c & d << e >> f + g - h * i / j // k % l @ m
-a ** -b ** ~c
- + ~ - a
(-a) ** b
-(a ** b)
2 ** -1
a.b.c[d](e)[f].g(h)(i)
(a).b
(a)(b)
(a)[b]
((a))
((a)) + ((b))
(a), (b)
a,
a, b,
(a, b)
(a,)
()
[]
{}
[a]
[a,]
[a, *b, c]
(*a, b)
*a, b
{a}
{a, b,}
{*a, b}
{a: b}
{a: b, **c, d: e,}
{**a}
{**a, **b}
{**a | b}
{a if b else c: d if e else f}
{lambda: 1: lambda: 2}
(a := b)
[a := 1, b := 2]
{a := 1}
f(a := 1)
x[a := 1]
x[a:=1, b:=2]
[y := f(x), y ** 2]
...
x[...]
x[:]
x[a:]
x[:b]
x[::c]
x[a:b]
x[a:b:c]
x[a::c]
x[::]
x[:, a]
x[a, b:c, ::d, ...]
x[a,]
x[*a]
x[*a, b]
x[(a, b)]
x[a:b,]
x[lambda: 1:lambda: 2]
f()
f(a)
f(a,)
f(a, b=c, *d, **e)
f(*a, *b, c)
f(**a, b=c, **d)
f(a=1, *b)
f(x for x in y)
f((x for x in y))
f(x for x in y if z)(w)
f(a, (x for x in y))
f(*a or b)
f(**a or b)
f(a if b else c)
f(a=lambda: 1)
[x for x in y]
[x for x in y if z if w]
[x for x, in y]
[x for x, *y in z]
[x for (x, y) in z]
[x for x.a in y for z[b] in x]
[x for x in y for z in x if x or z]
[[x for x in y] for z in w]
{x for x in y}
{x: y for x, y in z}
{x: y for x in z if x if y}
(x for x in y)
(x for x in (y for y in z))
[x async for x in y]
[(a, b) for a in c]
[a for b in c if (d := e)]
[a if b else c for d in e]
[lambda: x for x in y]
lambda: 0
lambda x: 0
lambda x, y=1, *z, w, v=2, **u: 0
lambda *, x: 0
lambda *x: 0
lambda **x: 0
lambda x, /: 0
lambda x, /, y: 0
lambda x, y=1, /, z=2, *, w: 0
lambda x=lambda y: y: x
lambda: lambda: lambda: 0
lambda x: (yield x)
lambda: a if b else c
lambda: (a, b)
0, 1, 1_000, 0x_ff, 0XAB_cd, 0b1_0, 0o17, 0O7, 00, 0_0
1.0, 1., .5, 1e5, 1E-5, 1.e+5, 1_0.0_1e1_0, 0.0, 00.5, 09.5, 09e1
1j, 1.5J, .5j, 1e5j, 0j, 09j
123456789012345678901234567890
0xffffffffffffffffffffffff
1if x else 2
1or 2
[1for x in y]
1 .real
1..real
1.0.real
1_0if 1else 2
None, True, False
x.real.imag
a if (b, c) else d
a @ b @ c
not a in b
not a == b
- 1 .x
(yield)
x = yield
print ( a , b )
a [ b ] . c ( d )
f(
    a,
    b
    =
    c,
    *
    d,
    **
    e,
)
(  # comment
    a  # another
    +  # third
    b
)
a + \
    b
a \
  . b \
  ( c )
