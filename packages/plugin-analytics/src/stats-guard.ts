/** Who may see the statistics. */
import { defineGuard } from '@hello/core'
import { contract } from './contract.js'

/** Admits those whom the option `adminTelegramIds` names. */
export const statsReaders = defineGuard(contract, {
  name: 'stats readers',
  allows: ({ from, options }) => from !== undefined && options.adminTelegramIds.includes(from.id),
  refuse: ({ t }) => t('forbidden'),
})
