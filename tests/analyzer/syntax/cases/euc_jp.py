#!/usr/bin/env python
# vim: set fileencoding=euc_jp :
x = "日本語"; y
