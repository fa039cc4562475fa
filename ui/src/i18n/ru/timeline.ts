import type { timeline as en } from '../en/timeline.ts';
import type { Russian } from '../types.ts';

export const timeline = {
  'nav.changes': 'Изменения',
  'changes.sub': {
    one: 'Хранится около {n} изменения.',
    few: 'Хранится около {n} изменений.',
    many: 'Хранится около {n} изменений.',
    other: 'Хранится около {n} изменений.',
  },
  'changes.shown': {
    one: 'показано {n} изменение',
    few: 'показано {n} изменения',
    many: 'показано {n} изменений',
    other: 'показано {n} изменения',
  },
  'changes.search': 'Полное имя пакета или другой записи',
  'changes.reports': 'Отчёты',
  'changes.operation': 'Что произошло',
  'changes.title': 'Запись',
  'changes.at': 'Сохранено',
  'changes.before': 'Было',
  'changes.after': 'Стало',
  'changes.door': 'Канал',
  'changes.operation.first': 'Первый отчёт',
  'changes.operation.added': 'Добавлено',
  'changes.operation.removed': 'Удалено',
  'changes.operation.changed': 'Изменено',
  'changes.history': 'На каких устройствах появилось или исчезло',
} as const satisfies Russian<typeof en>;
