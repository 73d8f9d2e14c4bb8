import { useState } from 'react'
import type { Board as Answer, Figures } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

export default function Board() {
  const [on, setOn] = useState(() => new Date().toISOString().slice(0, 10))
  const answer = useAnswer<Answer>(`board?on=${on}`)
  return (
    <section aria-labelledby="board-title">
      <h1 id="board-title">Insights</h1>
      <label>
        Through <input type="date" required value={on} onChange={(event) => event.target.value && setOn(event.target.value)} />
      </label>
      <Shown answer={answer}>
        {({ figures, age_seconds, from_cache }) => (
          <>
            <Table figures={figures} />
            {!figures.books_balance && <p role="alert">The books do not balance: look at them before you trust these figures.</p>}
            <p>
              {from_cache ? `These figures are ${age_seconds} s old.` : 'These figures were computed just now.'}
            </p>
          </>
        )}
      </Shown>
    </section>
  )
}

function Table({ figures }: { readonly figures: Figures }) {
  const { currency } = figures
  const rows: readonly (readonly [string, string | number | null])[] = [
    [`Income since ${figures.since} (${currency})`, figures.income],
    [`Expenses since ${figures.since} (${currency})`, figures.expense],
    [`Result (${currency})`, figures.result],
    ['Patients', figures.patients],
    ['Visits', figures.visits],
    [`Income per patient (${currency})`, figures.income_per_patient],
    [`Expenses per patient (${currency})`, figures.expense_per_patient],
    [`Income per visit (${currency})`, figures.income_per_visit],
    ['Visits per patient', figures.visits_per_patient],
    ...figures.wards.map(({ ward, patients }) => [`Patients in ${ward}`, patients] as const),
    ['Most visits', figures.busiest_doctor && `${figures.busiest_doctor.name} (${figures.busiest_doctor.visits})`],
  ]
  return (
    <table>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td dir="auto">{value ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
