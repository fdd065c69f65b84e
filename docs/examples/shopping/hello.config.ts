/** The bot: its plugins. `hello dev` and `hello start` load this file. */
import { createApp } from '@hello/core'
import { shopping } from './src/shopping.js'

export default createApp({ plugins: [shopping()] })
