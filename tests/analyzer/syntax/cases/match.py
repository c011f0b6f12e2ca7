match x:
    case 1: pass
match x:
    case -1: pass
    case 1.5: pass
    case -1.5j: pass
    case 1 + 2j: pass
    case -1 - 2j: pass
    case 0x10: pass
    case "a": pass
    case "a" "b": pass
    case b"a": pass
    case None: pass
    case True: pass
    case False: pass
    case a.b: pass
    case a.b.c: pass
    case a: pass
match x:
    case _: pass
match x:
    case (a): pass
match x:
    case ((a)): pass
match x:
    case (1 | 2): pass
    case 1 | 2 | 3: pass
    case (1 | 2) as a: pass
    case 1 | 2 as a: pass
    case (1 as a) | (2 as a): pass
    case a.b | c.d: pass
    case [] | (): pass
    case []: pass
    case [a]: pass
    case [a,]: pass
    case [a, b]: pass
    case [a, *b]: pass
    case [*_, a]: pass
    case [*a]: pass
    case (): pass
    case (a,): pass
    case (a, b): pass
    case (a, *b, c): pass
    case (*a,): pass
    case a,: pass
    case a, b: pass
    case a, b,: pass
    case *a,: pass
    case a, *b: pass
    case *_, a: pass
    case [[a, b], (c, d)]: pass
    case {}: pass
    case {"a": b}: pass
    case {"a": b, -1: c, d.e: f, None: g, True: h, 1 + 2j: i, b"x": j}: pass
    case {"a": 1 | 2, **rest}: pass
    case {**rest}: pass
    case {**rest,}: pass
    case {"a" "b": _,}: pass
    case C(): pass
    case a.C(): pass
    case C(a): pass
    case C(a,): pass
    case C(a, b=c): pass
    case C(a=b, c=d,): pass
    case C(a=1 | 2 as b): pass
    case C(D(a), [b, c], e={"x": y}): pass
    case C((a, b)): pass
    case a if a > 1: pass
    case a if (b := a): pass
    case a if b := a: pass
    case str(): pass
    case match: pass
match x, y:
    case a, b:
        pass
match x,:
    case _: pass
match *x, y:
    case _:
        pass
match (x):
    case _: pass
match (x, y):
    case _: pass
match [x]:
    case _: pass
match {x: y}:
    case _: pass
match -x:
    case _: pass
match not x:
    case _: pass
match x := y:
    case _: pass
match lambda: x:
    case _: pass
match (yield):
    case _: pass
match x.y(z)[0]:
    case _: pass
match "x":
    case _: pass
match f"{x}":
    case _: pass
match ...:
    case _: pass
match x if y else z:
    case _: pass
match match:
    case case: pass
match case:
    case match: pass

match x:
    # comment
    case 1:
        match y:
            case 2:
                pass

            case 3: pass
    # comment

    case 4:
        pass
match = 1
match.x
match(x)
match (x)
match[x]
match [x]
match -x
match * x
match, x = y
match: int
match: int = 1
match[x]: int
match += 1
match in x
match if x else y
match or x
match
match; x
match == x
match(x).y = z
match = {
    "x": 1,
}
match(
    x,
)
print(match)
for match in x: pass
case = 1
case.x
case(x)
_ = 1
match(a, b)[c:d]
match[a:b]
match {"a": b}["a"]:
    case _: pass
