import { useParams } from '@honeyhost/plugin'
import type { Appointment, CareTeamMember, Patient as PatientRecord } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

// Patient 360: who the patient is, who looks after them, and when they meet.
export default function Patient() {
  const { id = '' } = useParams()
  const path = `patients/${encodeURIComponent(id)}`
  const patient = useAnswer<PatientRecord>(path)
  const team = useAnswer<readonly CareTeamMember[]>(`${path}/care-team`)
  const appointments = useAnswer<readonly Appointment[]>(`${path}/appointments`)
  return (
    <article>
      <Shown answer={patient}>{(record) => <Demographics record={record} />}</Shown>
      <h2>Care team</h2>
      <Shown answer={team}>
        {(members) => (
          <ul>
            {members.map(({ doctor, role }) => (
              <li key={doctor.id}>
                <bdi>{doctor.name}</bdi>, {doctor.specialty}
                {role === 'primary' && <strong> (primary)</strong>}
              </li>
            ))}
          </ul>
        )}
      </Shown>
      <h2>Appointments</h2>
      <Shown answer={appointments}>
        {(list) => (
          <ol>
            {list.map((appointment) => (
              <li key={appointment.id}>
                <time dateTime={appointment.starts_at}>{TIME.format(new Date(appointment.starts_at))} UTC</time> {appointment.reason}
                {appointment.status === 'cancelled' && ' (cancelled)'}
              </li>
            ))}
          </ol>
        )}
      </Shown>
    </article>
  )
}

function Demographics({ record }: { readonly record: PatientRecord }) {
  return (
    <>
      <h1>
        <bdi>
          {record.given_name} {record.family_name}
        </bdi>
      </h1>
      <dl>
        <dt>Record number</dt>
        <dd dir="ltr">{record.mrn}</dd>
        <dt>Born</dt>
        <dd>{record.birth_date}</dd>
        <dt>Phone</dt>
        <dd dir="ltr">{record.phone ?? '–'}</dd>
        <dt>E-mail</dt>
        <dd dir="ltr">{record.email ?? '–'}</dd>
      </dl>
    </>
  )
}
