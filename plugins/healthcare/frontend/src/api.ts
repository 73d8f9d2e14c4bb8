// What the pages ask of the plugin's own routes. Paths are relative to the document's base, so that a platform may live below a path.

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly total: number
  readonly limit: number
  readonly offset: number
}

export interface Patient {
  readonly id: number
  readonly mrn: string
  readonly given_name: string
  readonly family_name: string
  readonly birth_date: string
  readonly sex: 'female' | 'male' | 'other' | 'unknown'
  readonly phone: string | null
  readonly email: string | null
  readonly version: number
}

export interface Doctor {
  readonly id: number
  readonly licence: string
  readonly name: string
  readonly specialty: string
  readonly accepts_patients: boolean
}

export interface CareTeamMember {
  readonly doctor: Doctor
  readonly role: 'primary' | 'consulting'
}

export interface Appointment {
  readonly id: number
  readonly doctor_id: number
  readonly starts_at: string
  readonly ends_at: string
  readonly reason: string
  readonly status: 'booked' | 'cancelled'
}

export async function get<Answer>(path: string, signal: AbortSignal): Promise<Answer> {
  const url = new URL(`api/plugins/healthcare/${path}`, document.baseURI)
  const response = await fetch(url, { signal, headers: { Accept: 'application/json' } })
  if (!response.ok) throw new Error(await refusal(response))
  return (await response.json()) as Answer
}

async function refusal(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null)
  const detail = typeof body === 'object' && body !== null && 'detail' in body ? body.detail : null
  return typeof detail === 'string' ? detail : `The server answered ${response.status}.`
}
