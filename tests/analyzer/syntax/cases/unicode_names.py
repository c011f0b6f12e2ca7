é = 1
日本 = é
ﬁ = 2
𝐱 = ª
class Ünï:
    def µ(self, ſ=1): return self.ﬁx
import é.ﬁ as Å
from é.日本 import ª as b
f(é=1)
global_ = é
𝐢𝐟 = 1
