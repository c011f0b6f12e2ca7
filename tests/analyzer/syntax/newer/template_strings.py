t""
t"a{x}b"
t"{x!r:>{w}}" T'{y}' rt"\d{z}" tR"{{{x}}}"
t"{x = }"
t"{t"{x}"}" t"{f"{y}"}"
t"""
{x}
"""
