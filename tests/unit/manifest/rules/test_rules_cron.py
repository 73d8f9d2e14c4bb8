import pytest

from honeyhost.manifest.rules.cron import cron_fault


@pytest.mark.parametrize(
    "schedule",
    [
        "* * * * *",
        "0 3 * * *",
        "*/5 * * * *",
        "0 9-17/2 * * mon-fri",
        "0,30 8,20 1,15 jan,JUL 0",
        "0 0 29 2 *",
        "0 0 31 1-2 *",
        "0 0 31 2 1",
        "0 0 31 2-3 *",
        "0 0 31 2/1 *",
        "5/15 * * * *",
        "0 0 * * 7",
        "30 0 3 * * *",
        "  0   3 * * *  ",
        "00 03 * * *",
    ],
)
def test_schedules_that_come_round(schedule: str):
    assert cron_fault(schedule) is None


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        ("", "it has 0 fields, and five or six (seconds first) are wanted"),
        ("* * * *", "it has 4 fields, and five or six (seconds first) are wanted"),
        ("* * * * * * *", "it has 7 fields, and five or six (seconds first) are wanted"),
        ("@daily", "it has 1 fields, and five or six (seconds first) are wanted"),
        ("60 * * * *", "'60' is no minute (0-59)"),
        ("* 24 * * *", "'24' is no hour (0-23)"),
        ("* * 0 * *", "'0' is no day of the month (1-31)"),
        ("* * * 13 *", "'13' is no month (1-12)"),
        ("* * * mon *", "'mon' is no month (1-12)"),
        ("* * * * 8", "'8' is no day of the week (0-7)"),
        ("60 * * * * *", "'60' is no second (0-59)"),
        ("9-5 * * * *", "'9-5' is no minute (0-59)"),
        ("*/0 * * * *", "'*/0' is no minute (0-59)"),
        ("*/60 * * * *", "'*/60' is no minute (0-59)"),
        ("1,,2 * * * *", "'1,,2' is no minute (0-59)"),
        ("*-5 * * * *", "'*-5' is no minute (0-59)"),
        ("5-x * * * *", "'5-x' is no minute (0-59)"),
        ("٣ * * * *", "'٣' is no minute (0-59)"),
        ("001 * * * *", "'001' is no minute (0-59)"),
        ("* * L * *", "'L' is no day of the month (1-31)"),
        ("* * ? * *", "'?' is no day of the month (1-31)"),
        ("* * * * 5#2", "'5#2' is no day of the week (0-7)"),
        ("0 0 30 feb *", "the day does not exist in that month"),
        ("0 0 30 2 *", "the day does not exist in that month"),
        ("0 0 31 4,6,9,11 *", "the day does not exist in that month"),
    ],
)
def test_schedules_that_do_not(schedule: str, fault: str):
    assert cron_fault(schedule) == fault
