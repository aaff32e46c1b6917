# The C half of ssl on the chips; not simulated either.

import ssl
