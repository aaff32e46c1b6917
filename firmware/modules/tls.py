# The C half of ssl on the chips; not simulated either.

from ssl import *
