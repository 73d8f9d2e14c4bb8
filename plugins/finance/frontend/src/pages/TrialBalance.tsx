import { useState } from 'react'
import type { TrialBalance as Report } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

export default function TrialBalance() {
  const [on, setOn] = useState(() => new Date().toISOString().slice(0, 10))
  const answer = useAnswer<Report>(`reports/trial-balance?on=${on}`)
  return (
    <section aria-labelledby="trial-balance-title">
      <h1 id="trial-balance-title">Trial balance</h1>
      <label>
        On <input type="date" required value={on} onChange={(event) => event.target.value && setOn(event.target.value)} />
      </label>
      <Shown answer={answer}>
        {(report) => (
          <table>
            <thead>
              <tr>
                <th scope="col">Account</th>
                <th scope="col">Debit</th>
                <th scope="col">Credit</th>
              </tr>
            </thead>
            <tbody>
              {report.rows.map(({ account, debit, credit }) => (
                <tr key={account.code}>
                  <th scope="row">
                    {account.code} <bdi>{account.name}</bdi>
                  </th>
                  <td dir="ltr">{debit}</td>
                  <td dir="ltr">{credit}</td>
                </tr>
              ))}
            </tbody>
            <tfoot>
              <tr>
                <th scope="row">Total</th>
                <td dir="ltr">{report.debit}</td>
                <td dir="ltr">{report.credit}</td>
              </tr>
            </tfoot>
          </table>
        )}
      </Shown>
    </section>
  )
}
