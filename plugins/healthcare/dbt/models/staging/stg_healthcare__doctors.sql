select
    doctor_id,
    licence,
    name as doctor_name,
    specialty
from {{ ref('healthcare_doctors') }}
