/** An app that says it in its own words, and collects what fails. */
import { createApp, type ErrorReport } from '@hello/core'
import { weather } from './weather.js'

export const reports: ErrorReport[] = []

// #region app
export const app = createApp({
  plugins: [weather()],
  defaultLanguage: 'en',
  texts: {
    weather: {
      ru: { weather: '{{city}}: {{degrees, number}} °C' },
      de: { weather: '{{city}}: {{degrees, number}} Grad' },
    },
    core: { de: { apology: 'Das hat leider nicht geklappt. (Nr. {{reference}})' } },
  },
  onError: (report) => void reports.push(report),
})
// #endregion
