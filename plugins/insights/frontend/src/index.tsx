import { definePlugin } from '@honeyhost/plugin'

// The page is loaded when somebody opens it; its path stands below /plugins/insights/.
export default definePlugin({
  pages: [{ path: 'board', load: () => import('./pages/Board') }],
})
