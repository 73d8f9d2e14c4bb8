import { definePlugin } from '@honeyhost/plugin'

// Pages are loaded when somebody opens them; their paths stand below /plugins/finance/.
export default definePlugin({
  pages: [
    { path: 'ledger', load: () => import('./pages/Ledger') },
    { path: 'trial-balance', load: () => import('./pages/TrialBalance') },
  ],
})
