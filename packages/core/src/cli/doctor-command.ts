/** `hello doctor`: looks at everything that a start needs, and says of each what to do. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'
import { withDefault } from './set-variables.js'

/** Builds it; nothing runs. */
export function createDoctorCommand({ env, terminal, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'doctor',
    describe:
      'Look at all that hello start needs, and say what to do; exit code 1 where something is missing',
    builder: (yargs) =>
      yargs
        .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
        .example('hello doctor', 'Before a first start, or where one fails'),
    handler: async ({ cwd, json }) => {
      const [{ examine }, { openProjectEnvironment }] = await Promise.all([
        import('./doctor.js'),
        import('./project-env.js'),
      ])
      const directory = resolve(cwd)
      const project = await openProjectEnvironment(directory, env, terminal)
      try {
        const production = withDefault(project.env, 'ENVIRONMENT', 'production')
        const findings = await examine(directory, production, terminal.redactor)
        if (json) terminal.print(JSON.stringify(findings, undefined, 2))
        else for (const { ok, what, found } of findings) terminal.print(`${ok ? '✓' : '✗'} ${what}: ${found}`)
        done(findings.every(({ ok }) => ok) ? 0 : 1)
      } finally {
        await project.close()
      }
    },
  }
}
