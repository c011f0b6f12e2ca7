[*x for x in y]
{*x for x in y if x}
(*x for x in y)
{**x for x in y}
f(*x for x in y)
[*x async for x in y]
