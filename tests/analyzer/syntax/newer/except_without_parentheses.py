try:
    a
except b, c:
    d
except e.f, g():
    h
try:
    a
except* b, c:
    d
