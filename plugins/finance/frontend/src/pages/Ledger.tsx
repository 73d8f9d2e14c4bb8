import { useDeferredValue, useState } from 'react'
import type { Account, Entry, EntryPage } from '../api'
import { Shown } from '../Shown'
import { useAnswer } from '../useAnswer'

const PAGE_SIZE = 20

export default function Ledger() {
  const [search, setSearch] = useState('')
  const [account, setAccount] = useState('')
  const [offset, setOffset] = useState(0)
  const accounts = useAnswer<readonly Account[]>('accounts')
  const query = new URLSearchParams({ search: useDeferredValue(search), offset: String(offset), limit: String(PAGE_SIZE) })
  if (account) query.set('account', account)
  const entries = useAnswer<EntryPage>(`journal/entries?${query.toString()}`)
  const names = new Map(accounts.state === 'ready' ? accounts.data.map(({ code, name }) => [code, name]) : [])
  return (
    <section aria-labelledby="ledger-title">
      <h1 id="ledger-title">Ledger</h1>
      <label>
        Search{' '}
        <input
          type="search"
          value={search}
          placeholder="Text or voucher"
          onChange={(event) => {
            setSearch(event.target.value)
            setOffset(0)
          }}
        />
      </label>
      <label>
        Account{' '}
        <select
          value={account}
          onChange={(event) => {
            setAccount(event.target.value)
            setOffset(0)
          }}
        >
          <option value="">All</option>
          {[...names].map(([code, name]) => (
            <option key={code} value={code}>
              {code} {name}
            </option>
          ))}
        </select>
      </label>
      <Shown answer={entries}>{(page) => <Journal page={page} names={names} onOffset={setOffset} />}</Shown>
    </section>
  )
}

interface JournalProps {
  readonly page: EntryPage
  readonly names: ReadonlyMap<string, string>
  readonly onOffset: (offset: number) => void
}

function Journal({ page, names, onOffset }: JournalProps) {
  if (page.total === 0) return <p>No entry fits.</p>
  return (
    <>
      {page.items.map((entry) => (
        <EntryTable key={entry.number} entry={entry} names={names} />
      ))}
      <nav aria-label="Pages">
        <button type="button" disabled={page.offset === 0} onClick={() => onOffset(page.offset - page.limit)}>
          Newer
        </button>
        <span>
          {page.offset + 1}–{page.offset + page.items.length} of {page.total}
        </span>
        <button type="button" disabled={page.offset + page.limit >= page.total} onClick={() => onOffset(page.offset + page.limit)}>
          Older
        </button>
      </nav>
    </>
  )
}

function EntryTable({ entry, names }: { readonly entry: Entry; readonly names: ReadonlyMap<string, string> }) {
  return (
    <table>
      <caption>
        {entry.number}. <time dateTime={entry.date}>{entry.date}</time> <bdi>{entry.text}</bdi> <span dir="ltr">{entry.reference}</span>
        {entry.reversed_by !== null && <strong> (reversed by {entry.reversed_by})</strong>}
      </caption>
      <thead>
        <tr>
          <th scope="col">Account</th>
          <th scope="col">Debit</th>
          <th scope="col">Credit</th>
        </tr>
      </thead>
      <tbody>
        {entry.lines.map((line) => (
          <tr key={line.account}>
            <th scope="row">
              {line.account} <bdi>{names.get(line.account)}</bdi>
            </th>
            <td dir="ltr">{line.side === 'debit' && line.amount}</td>
            <td dir="ltr">{line.side === 'credit' && line.amount}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
