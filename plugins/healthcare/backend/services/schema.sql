CREATE TABLE doctor (
    id INTEGER PRIMARY KEY,
    licence TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    specialty TEXT NOT NULL,
    accepts_patients INTEGER NOT NULL,
    search_key TEXT NOT NULL
);

CREATE TABLE patient (
    id INTEGER PRIMARY KEY,
    mrn TEXT NOT NULL UNIQUE,
    given_name TEXT NOT NULL,
    family_name TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    search_key TEXT NOT NULL
);

CREATE TABLE care_team (
    patient_id INTEGER NOT NULL REFERENCES patient (id),
    doctor_id INTEGER NOT NULL REFERENCES doctor (id),
    role TEXT NOT NULL CHECK (role IN ('primary', 'consulting')),
    PRIMARY KEY (patient_id, doctor_id)
);

CREATE UNIQUE INDEX one_primary_doctor ON care_team (patient_id) WHERE role = 'primary';

CREATE TABLE appointment (
    id INTEGER PRIMARY KEY,
    patient_id INTEGER NOT NULL REFERENCES patient (id),
    doctor_id INTEGER NOT NULL REFERENCES doctor (id),
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    reason TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'booked' CHECK (status IN ('booked', 'cancelled'))
);

CREATE INDEX appointments_of_a_doctor ON appointment (doctor_id, starts_at);
