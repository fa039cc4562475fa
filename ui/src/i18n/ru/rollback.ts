import type { rollback as en } from '../en/rollback.ts';
import type { Russian } from '../types.ts';

export const rollback = {
  'rollback.cause.unknown': 'База данных вернулась к прежнему состоянию, и восстановление не записано',
  'rollback.cause.restored': 'Восстановлена резервная копия',
  'rollback.cause.no-witness': 'Неизвестно, вернулась ли база данных назад: её свидетеля нет',
  'rollback.look': 'Что произошло и что делать',
  'rollback.title': 'Возврат к прежнему состоянию',
  'rollback.sub': 'Свидетель вне базы помнит, как далеко она была. Отобранное с тех пор отобрано снова.',
  'rollback.none': 'База данных не возвращалась назад',
  'rollback.file': 'Копия:',
  'rollback.wasFound': 'В журнале было записей: {was}, найдено: {found}.',
  'rollback.foundOnly': 'Записей в журнале: {found}; сколько было, неизвестно.',
  'rollback.devices': {
    one: 'снова отозвано {n} устройство',
    few: 'снова отозвано {n} устройства',
    many: 'снова отозвано {n} устройств',
    other: 'снова отозвано {n} устройства',
  },
  'rollback.accounts': {
    one: 'снова удалена или отключена {n} учётная запись или токен',
    few: 'снова удалены или отключены {n} учётные записи или токены',
    many: 'снова удалено или отключено {n} учётных записей или токенов',
    other: 'снова удалены или отключены {n} учётные записи или токены',
  },
  'rollback.rights': {
    one: 'снова потеряла права {n} учётная запись или роль',
    few: 'снова потеряли права {n} учётные записи или роли',
    many: 'снова потеряли права {n} учётных записей или ролей',
    other: 'снова потеряли права {n} учётные записи или роли',
  },
  'rollback.persons': {
    one: 'снова стёрт {n} ключ человека',
    few: 'снова стёрты {n} ключа людей',
    many: 'снова стёрто {n} ключей людей',
    other: 'снова стёрты {n} ключа людей',
  },
  'rollback.notCovered':
    'Известно не всё, что было отобрано с тех пор. Проверьте устройства, учётные записи, роли, токены и сменённые пароли.',
  'rollback.reason': 'Почему база вернулась назад и что вы проверили',
  'rollback.reasonHint': 'Останется в журнале.',
  'rollback.acknowledge': 'Я это видел',
  'rollback.acknowledged': 'Видел',
  'rollback.toast': 'Записано в журнал',
  'rollback.waits': 'Отметка «видел» ждёт второго человека',
  'rollback.toastWaits': 'Записано; ждёт второго человека',
  'rollback.toastRefused': 'Отметка «видел» не поставлена',
  'event.state-went-back':
    'Обнаружен возврат базы к прежнему состоянию ({cause}): запись журнала {found}, была {was}. {file}',
  'event.state-return-acknowledged': 'Возврат к прежнему состоянию подтверждён ({cause}, запись {found}). {reason}',
  'event.state-return-asked':
    'Возврат к прежнему состоянию: один человек его видел, нужен второй ({cause}, запись {found}). {reason}',
  'event.state-return-refused':
    'Возврат к прежнему состоянию: отметка одного человека снята ({cause}, запись {found}). {reason}',
  'eventType.state-return-asked': 'Подтверждение возврата к прежнему состоянию запрошено',
  'eventType.state-return-refused': 'Подтверждение возврата к прежнему состоянию снято',
  'eventType.state-went-back': 'База вернулась назад',
  'eventType.state-return-acknowledged': 'Возврат к прежнему состоянию подтверждён',
} as const satisfies Russian<typeof en>;
