// What the pages ask of the plugin's own routes. Amounts are text with two decimals, and are only ever shown, never computed with.

export type Side = 'debit' | 'credit'

export interface Account {
  readonly code: string
  readonly name: string
  readonly type: 'asset' | 'liability' | 'equity' | 'income' | 'expense'
  readonly is_open: boolean
}

export interface Line {
  readonly account: string
  readonly side: Side
  readonly amount: string
}

export interface Entry {
  readonly number: number
  readonly date: string
  readonly text: string
  readonly reference: string
  readonly lines: readonly Line[]
  readonly reverses: number | null
  readonly reversed_by: number | null
}

export interface EntryPage {
  readonly items: readonly Entry[]
  readonly total: number
  readonly limit: number
  readonly offset: number
}

export interface TrialBalance {
  readonly on: string
  readonly rows: readonly { readonly account: Account; readonly debit: string; readonly credit: string }[]
  readonly debit: string
  readonly credit: string
}

export async function get<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  const url = new URL(`api/plugins/finance/${path}`, document.baseURI)
  const response = await fetch(url, { signal, headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(await refusal(response))
  return (await response.json()) as Answer
}

async function refusal(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  return typeof detail === 'string' ? detail : `The server answered ${response.status}.`
}
