/** `hello routes`: the HTTP routes of all plugins. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'

/** Builds it; nothing runs. */
export function createRoutesCommand({ env, terminal, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'routes',
    describe: 'List the HTTP routes of the plugins',
    builder: (yargs) =>
      yargs
        .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
        .example('hello routes', 'With the plugin of each, and who may ask'),
    handler: async ({ cwd, json }) => {
      const [{ loadApp }, { inspectionEnv }] = await Promise.all([
        import('./load-app.js'),
        import('./inspection-env.js'),
      ])
      const { routes, config } = (await loadApp(resolve(cwd))).overview(inspectionEnv(env))
      if (json) terminal.print(JSON.stringify(routes, undefined, 2))
      else {
        const pad = Math.max(0, ...routes.map(({ path }) => path.length))
        for (const { method, path, plugin, auth } of routes) {
          terminal.print(`${method.padEnd(6)}  ${path.padEnd(pad)}  ${plugin}${auth ? `  (${auth})` : ''}`)
        }
        if (routes.length === 0) terminal.print('No plugin has a route.')
        else terminal.note(`They are answered on port ${config.http.port}.`)
      }
      done(0)
    },
  }
}
