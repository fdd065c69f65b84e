/** Says the weather in two languages, and in words of its own where it cannot. */
import {
  asFunction,
  type CommandContext,
  defineContract,
  definePlugin,
  defineTexts,
  type TranslateTo,
} from '@hello/core'

// #region texts
const texts = defineTexts({
  en: {
    weather: 'It is {{degrees, number}} °C in {{city}}.',
    days_one: 'The forecast is for one day.',
    days_other: 'The forecast is for {{count}} days.',
    failed: 'I cannot see the sky right now. (No. {{reference}})',
    warning: { title: '<b>Storm in {{city}}</b>' },
  },
  ru: {
    weather: 'В городе {{city}} {{degrees, number}} °C.',
    days_one: 'Прогноз на {{count}} день.',
    days_few: 'Прогноз на {{count}} дня.',
    days_many: 'Прогноз на {{count}} дней.',
    days_other: 'Прогноз на {{count}} дня.',
    failed: 'Сейчас мне не видно неба. (№ {{reference}})',
    warning: { title: '<b>Шторм: {{city}}</b>' },
  },
})
// #endregion

// #region service
const storms = asFunction(({ translate }: { translate: TranslateTo<typeof texts> }) => ({
  title: (city: string, language: string) => translate(language).html('warning.title', { city }),
}))
// #endregion

const contract = defineContract({ name: 'weather', texts, appServices: { storms } })

export const weather = definePlugin(contract, {
  commands: {
    weather: { description: 'Say the weather', handle: tell },
    storm: { description: 'Warn of a storm', handle: warn },
  },
  // #region failed
  errorText: ({ t, reference }) => t('failed', { reference }),
  // #endregion
})

// #region handler
async function tell(ctx: CommandContext<typeof contract>) {
  const degrees = degreesIn(ctx.payload)
  await ctx.outbox.reply(ctx.t('weather', { city: ctx.payload, degrees }))
  await ctx.outbox.reply(ctx.t('days', { count: 3 }))
}
// #endregion

async function warn(ctx: CommandContext<typeof contract>) {
  const title = ctx.services.storms.title(ctx.payload, ctx.language)
  await ctx.outbox.reply(title, { parse_mode: 'HTML' })
}

function degreesIn(city: string): number {
  if (city === '') throw new TypeError('No city was given')
  return 21.5
}
