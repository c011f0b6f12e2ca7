# line ends of Windows
x = 1
if x:
    y = """a
b
c\
d"""

    z = 'a\
b'
f = (1,
     2)
x = \
    1
f"""a
{x}
b\
{y}"""
def f():
    # comment

    return 1
