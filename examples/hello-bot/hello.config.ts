/** The reference bot: its plugins. `hello dev` and `hello start` load this file. */
import { createApp } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { greeting } from './src/greeting.js'
import { morning } from './src/morning.js'
import { naming } from './src/naming.js'
import { usersApi } from './src/users-api.js'

export default createApp({ plugins: [users(), analytics(), morning(), naming(), greeting(), usersApi()] })
