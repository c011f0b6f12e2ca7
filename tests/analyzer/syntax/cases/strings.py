"a"
'a'
"""a"""
"" ''
b"a" b'\xff\0\n\q'
r"\n" R'\d'
rb"\n" bR"\x" Rb'a' BR"b"
u"a" U'b'
"\a\b\f\n\r\t\v\\\'\"\0\01\012\777\x41\u0041\U0001F600\q\
continued"
"\ud800" "\udc00\ud83d\ude00"
"\N{BULLET}"
b"\400\u0041\N{BULLET}"
"""a
b\
c"""
'a' "b" \
    'c'
("a"
 "b"  # comment with "quotes"
 'c')
x = ("a"
     """b
     c""" 'd')
"é" 'ü€😀' "日本"
f(a="é", b="😀")
é = "x"; b = é
"😀"; c
'\''
"\""
"""\""""
"""a"b""c\""""
''
""""a" """
r"\""
r'\\'
f""
f"a"
f"{x}"
f"a{x}b{y}c"
f"{x!r}" f"{x!s}" f"{x!a}"
f"{x:>10}" f"{x:>{width}}" f"{x:{a}{b}}" f"{x:{a}.{b}f}" f"{x!r:^{w}}"
f"{x=}" f"{x = }" f"{x=!r}" f"{x=:>5}" f"{x = !s:^{w}}" f"a{x=}b"
f"{{" f"}}" f"{{}}" f"{{{x}}}" f"a{{b}}c" f"{{{{" f"{x}}}" f"{{{x}"
f"{{"
f"a}}"
f"{{{x}"
f"{x}}}"
f"{{" "a"
f"{{" ""
f"{ x }" f"{ {1} }" f"{ {1: 2}[1] }" f"{(lambda x: 1)}" f"{[a for a in b]}"
f"{x,}" f"{x, y}" f"{*x, y}" f"{(yield)}" f"{yield x}"
f"{a if b else c}" f"{a['b']}" f"{a["b"]}" f"{f"{f"{x}"}"}" f'{'a' 'b'}'
f"{x:%Y-%m-%d}"
f"\N{BULLET}{x}" f"\n{x}\t" f"\{x}" f"\x41{x}"
rf"\n{x}\d" fr'\N{x}' Rf"\\{x}" rf"\{x}"
f"""a
{x}
b{
    y
}c
"""
f"""{
    x  # comment
    + y
:>{
    w
}}"""
f'{x
}'
f"""{x:
}"""
"a" f"b" "c" f"{d}" "e" f""
"" f"{x}" ""
f"{x}" ""
f"" ""
"" f""
"a" f""
f"" "a" f"{x}"
("a" f"{x}"
 f"{y}" "b")
f"a\
b{x}\
"
f"\
{x}"
"\
" f"{x}"
f"{x}" "\
"
f"{x:}"
f"{x!r:}"
f"{x:a}b"
f"{x:{y:{z}}}"
f"{x:{y!r}}"
f"{x:{y=}}"
f"{x:a{y=}b}"
f"{x:\n}" f"{x:\{y}}"
f"{'\n'.join(x)}"
f"{'''a
b'''}"
f"{x != y}" f"{x == y}" f"{x <= y}" f"{x >= y=}" f"{(x := 1)}" f"{x:=5}"
f"{x!=y!r}"
f"{d['a':'b']}" f"{x[1:2]}" f"{ {'a': 1}['a']:>5}" f"{lambda_:x}"
f"{x}" f'{y}' f"""{z}"""
f"é{x}ü" "😀" f"{y}"
F"{x}" Fr"{x}" fR"{x}" RF'{x}'
print(f"{a}", f"{b}")
f"{x}".format(y)
f"{x}"[0]
f"{x}" + "y" % z
"a".b
"a" "b".c
"{}".format
b"" b""
f"{x:{'a'}}"
f"{x:{"a"}>{10}}"
f"{not x}" f"{-x}" f"{...}"
f"{x:!r}" f"{x:>!}"
f"{a:{b}}}}"
f"{a.b(c)[d]!r:{e.f(g)}}"
f'''{
x=
}'''
f'''{x=  # comment
}'''
