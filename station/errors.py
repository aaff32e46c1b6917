"""The known errors of the technician's tools.

HardwareError
 +-- StationError     a file or a setting is wrong
      +-- UnknownType a board does not say of which type it is
      +-- Refused     the inventory does not allow it; nothing was changed
      |    +-- UnknownCode  a code belongs to no board
      +-- StationBusy the computer had too little time for a measurement
      +-- NotWiped    something is left on a board that was wiped
      +-- NoInventory  the inventory cannot be opened, or its server does not answer any more

They are HardwareErrors, so that every place that shows known errors shows these, too.
"""

from hardware.errors import HardwareError


class StationError(HardwareError):
    """A known error of the technician's tools: one line of cause, and one of cure."""


class Refused(StationError):
    """The inventory does not allow it, for example because a board is lent already. Nothing was
    changed, and the next board can be scanned."""


class NoInventory(StationError):
    """The inventory cannot be opened, or does not answer any more. What was done before is
    saved."""


class UnknownCode(Refused):
    """A code belongs to no board."""


class StationBusy(StationError):
    """The computer had too little time for a measurement, so nothing is known of the board."""


class NotWiped(StationError):
    """Something is left on a board that was wiped: it is not lent again."""


class UnknownType(StationError):
    """A board does not say of which type it is, and nobody has named it."""
