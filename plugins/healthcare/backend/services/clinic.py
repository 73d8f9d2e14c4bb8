"""
The clinic: its services over the host that the plugin runs in.
"""

from dataclasses import dataclass

from honeyhost.sdk import HostAPI

from .appointments import Appointments
from .care import Care
from .doctors import Doctors
from .patients import Patients
from .rules import Rules


@dataclass(frozen=True, slots=True)
class Clinic:
    """
    All services of the clinic. They keep nothing themselves: whoever asks next, in whichever process, finds the same records.
    """

    patients: Patients
    doctors: Doctors
    care: Care
    appointments: Appointments

    @classmethod
    def over(cls, host: HostAPI) -> "Clinic":
        """
        The services over a host, with the rules of this moment.
        """
        rules = Rules.of(host)
        patients, doctors = Patients(host, rules), Doctors(host)
        return cls(patients, doctors, Care(host, patients, doctors), Appointments(host, patients, doctors, rules))
