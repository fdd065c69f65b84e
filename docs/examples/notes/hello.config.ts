/** The app: what `hello dev` and `hello start` load. */
import { createApp } from '@hello/core'
import { users } from '@hello/plugin-users'
import { notes } from './src/notes.js'

export default createApp({ plugins: [users(), notes()] })
