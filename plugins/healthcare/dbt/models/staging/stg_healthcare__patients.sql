select
    patient_id,
    mrn,
    given_name || ' ' || family_name as full_name,
    birth_date,
    sex,
    phone is not null or email is not null as is_reachable
from {{ ref('healthcare_patients') }}
