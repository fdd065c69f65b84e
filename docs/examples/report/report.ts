/** A plugin that shows what other plugins have to show, without a list of them. */
import { type CommandContext, defineContract, defineExtension, definePlugin } from '@hello/core'

// #region define
/** A line of the report for admins. */
export interface ReportLine {
  readonly title: string
  read(): Promise<string>
}

export const reportLines = defineExtension<ReportLine, 'update'>('report/lines', { scope: 'update' })
// #endregion

// #region collect
const contract = defineContract({ name: 'report' })

export const report = definePlugin(contract, {
  commands: { report: { description: 'How the bot does', handle: showReport } },
})

async function showReport(ctx: CommandContext<typeof contract>) {
  const lines: string[] = []
  for (const { plugin, value } of ctx.services.extensions.of(reportLines))
    lines.push(`${plugin}: ${value.title} ${await value.read()}`)
  await ctx.outbox.reply(lines.join('\n') || 'Nothing to report.')
}
// #endregion
