/** Writes `.env.example`: every variable that an app reads, with what it is for. Pure. */
import type { EnvironmentVariable } from './variables.js'

/** The variables of one part of an app. */
export interface VariableGroup {
  /** `core`, or the name of a plugin. */
  readonly owner: string
  readonly variables: readonly EnvironmentVariable[]
}

/**
 * The text of `.env.example`. What must be set stands open; everything else is a comment with its default.
 *
 * @param groups `app.variables`
 */
export function envExample(groups: readonly VariableGroup[]): string {
  return groups
    .filter(({ variables }) => variables.length > 0)
    .map(({ owner, variables }) => {
      const title = owner === 'core' ? '' : `# Plugin "${owner}"\n\n`
      return title + variables.map(describe).join('\n')
    })
    .join('\n')
}

function describe({ name, description, secret, needed, default: fallback }: EnvironmentVariable): string {
  const file = secret ? ` A secret: better set ${name}_FILE to a file that holds it.` : ''
  return `# ${description}${file}\n${needed ? '' : '# '}${name}=${fallback ?? ''}\n`
}
