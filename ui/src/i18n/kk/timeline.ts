import type { timeline as en } from '../en/timeline.ts';
import type { Kazakh } from '../types.ts';

export const timeline = {
  'nav.changes': 'Өзгерістер',
  'changes.sub': 'Шамамен {n} өзгеріс сақталған.',
  'changes.shown': '{n} өзгеріс көрсетілді',
  'changes.search': 'Пакеттің немесе басқа жазбаның толық аты',
  'changes.reports': 'Есептер',
  'changes.operation': 'Не болды',
  'changes.title': 'Жазба',
  'changes.at': 'Сақталды',
  'changes.before': 'Бұрын',
  'changes.after': 'Кейін',
  'changes.door': 'Арна',
  'changes.operation.first': 'Бірінші есеп',
  'changes.operation.added': 'Қосылды',
  'changes.operation.removed': 'Жойылды',
  'changes.operation.changed': 'Өзгерді',
  'changes.history': 'Қай құрылғыларда пайда болды не жоғалды',
} as const satisfies Kazakh<typeof en>;
