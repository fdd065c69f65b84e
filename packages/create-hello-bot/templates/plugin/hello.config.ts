/** A bot to try the plugin in: `hello dev` loads this file. It is not published. */
import { createApp } from '@hello/core'
import { myPlugin } from './src/index.js'

export default createApp({ plugins: [myPlugin()] })
