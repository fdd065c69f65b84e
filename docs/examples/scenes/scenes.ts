/** A scene of telegraf in a plugin: /mood enters it, and every message is its own until /leave. */
import {
  type CommandContext,
  defineContract,
  definePlugin,
  message,
  type UpdateContext,
  type UpdateServicesOf,
} from '@hello/core'
import { type Context, type MiddlewareFn, Scenes, session } from '@hello/core/telegraf'

const contract = defineContract({ name: 'mood' })

// #region scene
interface SceneContext extends UpdateContext<UpdateServicesOf<typeof contract>> {
  session: Scenes.SceneSession
  scene: Scenes.SceneContextScene<SceneContext>
}

const talk = new Scenes.BaseScene<SceneContext>('talk')
talk.enter((ctx) => ctx.outbox.reply('How are you?'))
talk.command('leave', (ctx) => ctx.scene.leave())
talk.on(message('text'), (ctx) => ctx.outbox.reply(`You are ${ctx.message.text}.`))
talk.leave((ctx) => ctx.outbox.reply('Bye!'))

const stage = new Scenes.Stage<SceneContext>([talk])

export const mood = definePlugin(contract, {
  middleware: {
    install: (bot) => {
      bot.use(session())
      // The types of `bot` do not know what session() has put on the context.
      bot.use(stage.middleware() as MiddlewareFn<Context>)
    },
  },
  commands: {
    mood: {
      description: 'Talk about it',
      handle: (ctx: CommandContext<typeof contract> & Pick<SceneContext, 'scene'>) => ctx.scene.enter('talk'),
    },
  },
})
// #endregion
