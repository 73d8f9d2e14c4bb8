select
    doctors.doctor_id,
    doctors.doctor_name,
    doctors.specialty,
    appointments.visit_date,
    count(*) as appointments,
    sum(case when appointments.is_cancelled then 1 else 0 end) as cancelled,
    sum(case when appointments.is_cancelled then 0 else appointments.minutes end) as booked_minutes
from {{ ref('stg_healthcare__appointments') }} as appointments
inner join {{ ref('stg_healthcare__doctors') }} as doctors on appointments.doctor_id = doctors.doctor_id
group by doctors.doctor_id, doctors.doctor_name, doctors.specialty, appointments.visit_date
