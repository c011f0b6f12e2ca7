# -*- coding: latin-1 -*-
x = "é"; y = "üö"; z
é = f"é{x}"
# é
w
