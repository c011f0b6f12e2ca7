

# comment at the top
if a:

    b  # trailing


    # comment in between
  # badly placed comment
    c

        # deeper comment
d
if a:
	b
	if c:
		d
if a:
  b
  if c:
      d
      if e:
           f
  g
h
i
def f():

    pass

x = 1 ; y = 2
x = [
1,
   2,
        3
]
if x: y
z = (a
# comment in brackets
     , b)
\
x
\
\
y
  # comment

x = \
  1
if \
  a \
  : \
  b
if a:
    b \

c
class A:
    def f(self):
        if a:
            b

e
if a:
    pass
# comment at column 0
    pass
x = 1  # no newline at the end