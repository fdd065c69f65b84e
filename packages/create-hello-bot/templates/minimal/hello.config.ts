/** The bot: its plugins. `hello dev` and `hello start` load this file. */
import { createApp } from '@hello/core'
import { greeting } from './src/greeting.js'

export default createApp({ plugins: [greeting()] })
