select
    appointment_id,
    patient_id,
    doctor_id,
    starts_at,
    cast(starts_at as date) as visit_date,
    minutes,
    reason,
    status = 'cancelled' as is_cancelled
from {{ ref('healthcare_appointments') }}
