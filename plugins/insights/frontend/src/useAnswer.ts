import { useEffect, useState } from 'react'
import { get } from './api'

export type Answer<Data> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'ready'; readonly data: Data }

// The answer to one GET of the plugin's API. A newer path aborts the request for the older one.
export function useAnswer<Data>(path: string): Answer<Data> {
  const [answer, setAnswer] = useState<Answer<Data>>({ state: 'loading' })
  useEffect(() => {
    const controller = new AbortController()
    setAnswer({ state: 'loading' })
    get<Data>(path, controller.signal)
      .then((data) => setAnswer({ state: 'ready', data }))
      .catch((error: unknown) => {
        if (!controller.signal.aborted) setAnswer({ state: 'failed', message: error instanceof Error ? error.message : String(error) })
      })
    return () => controller.abort()
  }, [path])
  return answer
}
