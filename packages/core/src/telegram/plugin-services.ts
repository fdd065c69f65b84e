/** Services as one plugin sees them: those within its reach, its own texts, and a logger with the plugin's name on each line. */
import type { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Translate } from '../texts/define-texts.js'

/** Which services a plugin may ask for. */
export interface ServiceReach {
  readonly plugin: string
  /** What it is told where it asks for one that it may not have; `undefined` where it may. */
  refusalOf(service: string): PluginError | undefined
}

/** Gives a plugin its `translate`. Stands as such among the services, of which each plugin sees its own. */
export type TranslateOf = (plugin: string) => (language?: string) => Translate

/**
 * @param services gives each service when it is asked for by name, `logger` and `translate` among them; nothing is asked for here
 * @throws PluginError SERVICE_NOT_REQUIRED or SERVICE_NOT_FOUND, when such a service is asked for
 */
export function servicesOf(services: object, reach: ServiceReach): object {
  let logger: Logger | undefined
  return new Proxy(services, {
    get(target, name) {
      if (name === 'logger') {
        logger ??= (Reflect.get(target, name) as Logger).child({ plugin: reach.plugin })
        return logger
      }
      if (name === 'translate') return (Reflect.get(target, name) as TranslateOf)(reach.plugin)
      return Reflect.get(withinReach(target, name, reach), name) as unknown
    },
  })
}

/** The needs of a plugin's service class: the same reach; its own options, texts and logger stand in `needs` already. */
export function needsOf(needs: object, reach: ServiceReach): object {
  return new Proxy(needs, {
    get(target, name) {
      if (name === 'options' || name === 'logger' || name === 'translate')
        return Reflect.get(target, name) as unknown
      return Reflect.get(withinReach(target, name, reach), name) as unknown
    },
  })
}

function withinReach(services: object, name: string | symbol, reach: ServiceReach): object {
  return isService(name, reach) ? services : {}
}

/** Whether a name is that of a service, and not what the language itself asks for, in an await or a print. @throws PluginError SERVICE_NOT_REQUIRED, SERVICE_NOT_FOUND */
export function isService(name: string | symbol, reach: ServiceReach): name is string {
  if (typeof name === 'symbol' || name === 'then' || name === 'toJSON') return false
  const refusal = reach.refusalOf(name)
  if (refusal !== undefined) throw refusal
  return true
}
