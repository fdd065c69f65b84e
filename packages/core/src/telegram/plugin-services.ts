/** Services as one plugin sees them: the same as everybody's, but for a logger with the plugin's name on each line. */
import type { Logger } from '../logger.js'

/** @param services gives each service when it is asked for by name, `logger` among them; nothing is asked for here */
export function servicesOf(services: object, pluginName: string): object {
  let logger: Logger | undefined
  return new Proxy(services, {
    get(target, name) {
      const service: unknown = Reflect.get(target, name)
      if (name !== 'logger') return service
      logger ??= (service as Logger).child({ plugin: pluginName })
      return logger
    },
  })
}
