"""
The rules of the house, as the operator has configured them.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from honeyhost.sdk import HostAPI

from .errors import ClinicUnavailableError, RecordConflictError

_WHOLE_DAY = ("00:00", "24:00")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """
    When appointments may be, how many a doctor may have at the same time, and where patients are admitted to.
    """

    time_zone: str
    visiting_hours: tuple[str, str]
    parallel_appointments: int
    default_ward: str

    @classmethod
    def of(cls, host: HostAPI) -> "Rules":
        """
        The rules of this moment; what is not configured is as ``config.schema.json`` has it.
        """
        read = host.config.get
        return cls(
            time_zone=read("time_zone"),
            visiting_hours=(read("visiting_hours.from"), read("visiting_hours.to")),
            parallel_appointments=read("parallel_appointments"),
            default_ward=read("default_ward"),
        )

    def demand_open(self, starts_at: datetime, minutes: int) -> None:
        """
        Nothing, if an appointment at this time lies within the visiting hours.

        Raises:
            RecordConflictError: if it does not.
            ClinicUnavailableError: if the configured time zone is none.
        """
        if self.visiting_hours == _WHOLE_DAY:
            return
        local = starts_at.astimezone(self._zone())
        begins = local.hour * 60 + local.minute
        opens, closes = map(_minutes, self.visiting_hours)
        if not opens <= begins <= begins + minutes <= closes:
            raise RecordConflictError(f"the clinic is open from {' to '.join(self.visiting_hours)} ({self.time_zone})")

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ClinicUnavailableError(f"the setting time_zone is '{self.time_zone}', and there is no such zone") from error


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
