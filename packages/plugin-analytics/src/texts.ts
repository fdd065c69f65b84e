/** What the plugin says, in English and Russian. */
import { defineTexts } from '@hello/core'

/** See the file's purpose. */
export const texts = defineTexts({
  en: {
    describe: 'What people do here: /stats week, month, year',
    usage: 'Send /stats week for 7 days, /stats month (or /stats) for 30 days, /stats year for 12 months.',
    kept: 'Events that you caused: {{events, number}}, on {{days, number}} days',
    week: 'Active people, 7 days',
    month: 'Active people, 30 days',
    year: 'Active people, 12 months',
    new: 'new',
    returning: 'returning',
    people: 'Active: {{active, number}} (new: {{fresh, number}}, returning: {{returning, number}})',
    churned: 'Gone since the time before: {{churned, number}}',
    today: 'Today: {{active, number}} (new: {{fresh, number}})',
    events: 'Events: {{total, number}}',
    commands: 'Commands: {{list}}',
    times: 'Answered within {{median, number}} ms, 95 % within {{p95, number}} ms',
  },
  ru: {
    describe: 'Что здесь делают люди: /stats week, month, year',
    usage:
      'Отправьте /stats week — за 7 дней, /stats month (или /stats) — за 30 дней, /stats year — за 12 месяцев.',
    kept: 'Событий от вас: {{events, number}}, дней: {{days, number}}',
    week: 'Активные люди, 7 дней',
    month: 'Активные люди, 30 дней',
    year: 'Активные люди, 12 месяцев',
    new: 'новые',
    returning: 'вернувшиеся',
    people: 'Активных: {{active, number}} (новых: {{fresh, number}}, вернувшихся: {{returning, number}})',
    churned: 'Ушли с прошлого раза: {{churned, number}}',
    today: 'Сегодня: {{active, number}} (новых: {{fresh, number}})',
    events: 'Событий: {{total, number}}',
    commands: 'Команды: {{list}}',
    times: 'Ответ за {{median, number}} мс, 95 % — за {{p95, number}} мс',
  },
})
