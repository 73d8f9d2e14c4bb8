import type { ReactNode } from 'react'
import type { Answer } from './useAnswer'

interface Props<Data> {
  readonly answer: Answer<Data>
  readonly children: (data: Data) => ReactNode
}

// Draws an answer once it is there; until then, or when it failed, says so to eyes and screen readers alike.
export function Shown<Data>({ answer, children }: Props<Data>) {
  if (answer.state === 'loading') return <p role="status">Loading…</p>
  if (answer.state === 'failed') return <p role="alert">{answer.message}</p>
  return <>{children(answer.data)}</>
}
