import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'events.bySystem': { en: 'this appliance', ru: 'этот сервер', kk: 'осы сервер' },
  'events.chain': { en: 'Chain', ru: 'Цепочка', kk: 'Тізбек' },
  'events.chainBroken': {
    en: { one: 'The audit chain is broken at entry {n}.', other: 'The audit chain is broken at entry {n}.' },
    ru: {
      one: 'Цепочка аудита разорвана на записи {n}.',
      few: 'Цепочка аудита разорвана на записи {n}.',
      many: 'Цепочка аудита разорвана на записи {n}.',
      other: 'Цепочка аудита разорвана на записи {n}.',
    },
    kk: 'Аудит тізбегі {n}-жазбада үзілген.',
  },
  'events.chainBrokenNext': {
    en: 'Run doctor, keep the data directory as it is, and compare with the newest backup.',
    ru: 'Запустите doctor, не меняйте каталог данных и сравните с последней резервной копией.',
    kk: 'doctor іске қосыңыз, деректер бумасын өзгертпей, соңғы сақтық көшірмемен салыстырыңыз.',
  },
  'events.chainOk': {
    en: { one: 'audit chain: {n} entry checked', other: 'audit chain: {n} entries checked' },
    ru: {
      one: 'цепочка аудита: проверена {n} запись',
      few: 'цепочка аудита: проверены {n} записи',
      many: 'цепочка аудита: проверено {n} записей',
      other: 'цепочка аудита: проверены {n} записи',
    },
    kk: 'аудит тізбегі: {n} жазба тексерілді',
  },
  'events.none': { en: 'No events yet', ru: 'Событий пока нет', kk: 'Әзірге оқиға жоқ' },
  'events.noneWhy': {
    en: 'Events appear as soon as something happens.',
    ru: 'События появятся, как только что-то произойдёт.',
    kk: 'Бірдеңе болғанда оқиғалар шығады.',
  },
  'events.search': { en: 'Search events', ru: 'Поиск по событиям', kk: 'Оқиғалардан іздеу' },
  'events.severity': { en: 'Severity', ru: 'Важность', kk: 'Маңыздылығы' },
  'events.sub': {
    en: { one: '{n} event', other: '{n} events' },
    ru: { one: '{n} событие', few: '{n} события', many: '{n} событий', other: '{n} события' },
    kk: '{n} оқиға',
  },
  'events.what': { en: 'What happened', ru: 'Что произошло', kk: 'Не болды' },
  'eventSeverity.critical': { en: 'Critical', ru: 'Критическое', kk: 'Сыни' },
  'eventSeverity.failure': { en: 'Failure', ru: 'Сбой', kk: 'Сәтсіздік' },
  'eventSeverity.warning': { en: 'Warning', ru: 'Предупреждение', kk: 'Ескерту' },
  'eventSeverity.info': { en: 'Information', ru: 'Сведения', kk: 'Ақпарат' },

  'setting.events.max-rows.title': {
    en: 'Most events kept',
    ru: 'Предел хранимых событий',
    kk: 'Сақталатын оқиғалардың шегі',
  },
  'setting.events.max-rows.help': {
    en: 'The oldest go first. Audit events are never trimmed.',
    ru: 'Сначала удаляются самые старые. События аудита не удаляются.',
    kk: 'Алдымен ең ескілері жойылады. Аудит оқиғалары жойылмайды.',
  },

  'nav.events': { en: 'Events', ru: 'События', kk: 'Оқиғалар' },

  'event.backup-created': {
    en: 'Backup written: {file}, {bytes}',
    ru: 'Резервная копия записана: {file}, {bytes}',
    kk: 'Сақтық көшірме жазылды: {file}, {bytes}',
  },
  'event.backup-restored': {
    en: 'Backup restored: {file}',
    ru: 'Восстановлена резервная копия: {file}',
    kk: 'Сақтық көшірме қалпына келтірілді: {file}',
  },
  'event.disk-low': {
    en: 'Little space left: {freeBytes}',
    ru: 'Мало места: {freeBytes}',
    kk: 'Орын аз қалды: {freeBytes}',
  },
  'event.disk-full': {
    en: 'The disk is full ({freeBytes} left): reports are refused until there is room',
    ru: 'Диск заполнен (осталось {freeBytes}): отчёты не принимаются, пока нет места',
    kk: 'Диск толды ({freeBytes} қалды): орын босағанша есептер қабылданбайды',
  },
  'event.doctor-finding': {
    en: 'Daily check: {check}: {detail}',
    ru: 'Ежедневная проверка: {check}: {detail}',
    kk: 'Күндік тексеру: {check}: {detail}',
  },
  'event.job-failed': {
    en: 'Job failed: {job}, {code}. {reason}',
    ru: 'Задача не выполнена: {job}, {code}. {reason}',
    kk: 'Жұмыс сәтсіз аяқталды: {job}, {code}. {reason}',
  },
  'event.server-started': {
    en: 'Server started, version {version}',
    ru: 'Сервер запущен, версия {version}',
    kk: 'Сервер іске қосылды, нұсқасы {version}',
  },
  'event.server-stopped': { en: 'Server stopped', ru: 'Сервер остановлен', kk: 'Сервер тоқтатылды' },
  'event.store-mismatch': {
    en: 'Object does not match its hash: {sha256} ({problem})',
    ru: 'Объект не соответствует хэшу: {sha256} ({problem})',
    kk: 'Нысан хешіне сәйкес емес: {sha256} ({problem})',
  },

  'filter.audit': { en: 'In the audit chain', ru: 'В цепочке аудита', kk: 'Аудит тізбегінде' },

  'csv.audit': { en: 'Number in the audit chain', ru: 'Номер в цепочке аудита', kk: 'Аудит тізбегіндегі нөмірі' },
});
