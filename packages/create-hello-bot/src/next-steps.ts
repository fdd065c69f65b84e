/** What a person is told to do next. Pure. */
import type { PackageManager, Template } from './choices.js'

const purposeOfPage: Readonly<Record<Template, string>> = {
  hello: 'a page to chat with your bot: no token, no database server',
  minimal: 'a page to chat with your bot: no token, no database server',
  plugin: 'a page to chat with a bot that has your plugin',
}

/**
 * The commands that come next.
 *
 * @param folder of the project, from where the person is; empty where they are in it
 */
export function nextSteps(
  folder: string,
  { template, install }: { readonly template: Template; readonly install: boolean },
  packageManager: PackageManager,
): string {
  const run = packageManager === 'npm' ? 'npm run' : packageManager
  const steps = [
    ...(folder === '' ? [] : [`cd ${folder}`]),
    ...(install ? [] : [`${packageManager} install`]),
    `${`${run} dev`.padEnd(14)}  # ${purposeOfPage[template]}`,
    `${packageManager} test`,
  ]
  return `\n${steps.map((step) => `  ${step}\n`).join('')}\nREADME.md says the rest.\n`
}
