import { useState } from 'react'
import type { Doctor, Page } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

export default function Doctors() {
  const [onlyOpen, setOnlyOpen] = useState(false)
  const answer = useAnswer<Page<Doctor>>(onlyOpen ? 'doctors?limit=100&accepts_patients=true' : 'doctors?limit=100')
  return (
    <section aria-labelledby="doctors-title">
      <h1 id="doctors-title">Doctors</h1>
      <label>
        <input type="checkbox" checked={onlyOpen} onChange={(event) => setOnlyOpen(event.target.checked)} /> Taking new patients
      </label>
      <Shown answer={answer}>
        {(page) => (
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Specialty</th>
                <th scope="col">Licence</th>
              </tr>
            </thead>
            <tbody>
              {page.items.map((doctor) => (
                <tr key={doctor.id}>
                  <th scope="row">
                    <bdi>{doctor.name}</bdi>
                  </th>
                  <td>{doctor.specialty}</td>
                  <td dir="ltr">{doctor.licence}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Shown>
    </section>
  )
}
