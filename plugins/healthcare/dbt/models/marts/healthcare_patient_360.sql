with visits as (

    select
        patient_id,
        count(*) as booked_visits,
        sum(minutes) as booked_minutes,
        min(visit_date) as first_visit,
        max(visit_date) as latest_visit,
        count(distinct doctor_id) as doctors_seen
    from {{ ref('stg_healthcare__appointments') }}
    where not is_cancelled
    group by patient_id

),

primary_doctors as (

    select
        care_team.patient_id,
        doctors.doctor_name
    from {{ ref('healthcare_care_team') }} as care_team
    inner join {{ ref('stg_healthcare__doctors') }} as doctors on care_team.doctor_id = doctors.doctor_id
    where care_team.role = 'primary'

)

select
    patients.patient_id,
    patients.mrn,
    patients.full_name,
    patients.birth_date,
    patients.is_reachable,
    primary_doctors.doctor_name as primary_doctor,
    coalesce(visits.booked_visits, 0) as booked_visits,
    coalesce(visits.booked_minutes, 0) as booked_minutes,
    coalesce(visits.doctors_seen, 0) as doctors_seen,
    visits.first_visit,
    visits.latest_visit
from {{ ref('stg_healthcare__patients') }} as patients
left join primary_doctors on patients.patient_id = primary_doctors.patient_id
left join visits on patients.patient_id = visits.patient_id
