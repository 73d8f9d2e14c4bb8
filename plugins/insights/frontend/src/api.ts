// What the page asks of the plugin's own route. Amounts are text with two decimals, and are only ever shown, never computed with.

export interface Figures {
  readonly on: string
  readonly since: string
  readonly currency: string
  readonly income: string
  readonly expense: string
  readonly result: string
  readonly books_balance: boolean
  readonly patients: number
  readonly visits: number
  readonly income_per_patient: string | null
  readonly expense_per_patient: string | null
  readonly income_per_visit: string | null
  readonly visits_per_patient: number | null
  readonly wards: readonly { readonly ward: string; readonly patients: number }[]
  readonly busiest_doctor: { readonly doctor: number; readonly name: string; readonly visits: number } | null
}

export interface Board {
  readonly figures: Figures
  readonly computed_at: string
  readonly age_seconds: number
  readonly from_cache: boolean
  readonly cache: 'kept' | 'off' | 'not-granted' | 'failing'
}

export async function get<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  const url = new URL(`api/plugins/insights/${path}`, document.baseURI)
  const response = await fetch(url, { signal, headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(await refusal(response))
  return (await response.json()) as Answer
}

async function refusal(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  return typeof detail === 'string' ? detail : `The server answered ${response.status}.`
}
