import { useDeferredValue, useState } from 'react'
import { Link } from '@honeyhost/plugin'
import type { Page, Patient } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

const PAGE_SIZE = 20

export default function Patients() {
  const [search, setSearch] = useState('')
  const [offset, setOffset] = useState(0)
  const query = new URLSearchParams({ search: useDeferredValue(search), offset: String(offset), limit: String(PAGE_SIZE) })
  const answer = useAnswer<Page<Patient>>(`patients?${query.toString()}`)
  const searchFor = (text: string) => {
    setSearch(text)
    setOffset(0)
  }
  return (
    <section aria-labelledby="patients-title">
      <h1 id="patients-title">Patients</h1>
      <label>
        Search <input type="search" value={search} onChange={(event) => searchFor(event.target.value)} placeholder="Name or record number" />
      </label>
      <Shown answer={answer}>{(page) => <PatientTable page={page} onOffset={setOffset} />}</Shown>
    </section>
  )
}

function PatientTable({ page, onOffset }: { readonly page: Page<Patient>; readonly onOffset: (offset: number) => void }) {
  if (page.total === 0) return <p>No patient fits.</p>
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Born</th>
            <th scope="col">Record number</th>
          </tr>
        </thead>
        <tbody>
          {page.items.map((patient) => (
            <tr key={patient.id}>
              <th scope="row">
                <Link to={`/plugins/healthcare/patients/${patient.id}`}>
                  <bdi>
                    {patient.given_name} {patient.family_name}
                  </bdi>
                </Link>
              </th>
              <td>{patient.birth_date}</td>
              <td dir="ltr">{patient.mrn}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <nav aria-label="Pages">
        <button type="button" disabled={page.offset === 0} onClick={() => onOffset(page.offset - page.limit)}>
          Previous
        </button>
        <span>
          {page.offset + 1}–{page.offset + page.items.length} of {page.total}
        </span>
        <button type="button" disabled={page.offset + page.limit >= page.total} onClick={() => onOffset(page.offset + page.limit)}>
          Next
        </button>
      </nav>
    </>
  )
}
