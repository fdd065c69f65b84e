/** What a person can choose: templates and package managers. */

/** The templates, with what each is for. */
export const templates = {
  hello: 'a bot with people, statistics, a conversation, a job and a route: all that Hello has, to change',
  minimal: 'a bot with one command, to begin from',
  plugin: 'a plugin to publish, with a table, a command and the tests that plugins are held to',
} as const

/** A template's name. */
export type Template = keyof typeof templates

/** Whether a template has that name. */
export function isTemplate(name: string): name is Template {
  return Object.hasOwn(templates, name)
}

/** The package managers that a project can be made for. */
export const packageManagers = ['npm', 'pnpm', 'yarn'] as const

/** A package manager's name. */
export type PackageManager = (typeof packageManagers)[number]

/** Whether a package manager has that name. */
export function isPackageManager(name: string): name is PackageManager {
  return (packageManagers as readonly string[]).includes(name)
}

/**
 * The package manager that runs us.
 *
 * @param userAgent what every one of them leaves in `npm_config_user_agent`, as `pnpm/12.21.0 npm/? node/v20.19.0`
 * @returns npm where it says nothing, or the name of one that is not known here
 */
export function runningPackageManager(userAgent: string | undefined): PackageManager {
  const name = userAgent?.split('/')[0] ?? ''
  return isPackageManager(name) ? name : 'npm'
}
