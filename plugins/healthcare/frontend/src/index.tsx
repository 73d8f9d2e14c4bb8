import { definePlugin } from '@honeyhost/plugin'

// Pages are loaded when somebody opens them; their paths stand below /plugins/healthcare/.
export default definePlugin({
  pages: [
    { path: 'patients', load: () => import('./pages/Patients') },
    { path: 'patients/:id', load: () => import('./pages/Patient') },
    { path: 'doctors', load: () => import('./pages/Doctors') },
  ],
})
