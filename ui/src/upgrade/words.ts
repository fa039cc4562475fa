import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'upgrade.failed': {
    en: 'The upgrade to release {to} failed; the release of before serves',
    ru: 'Обновление до выпуска {to} не удалось; работает прежний выпуск',
    kk: '{to} шығарылымына жаңарту сәтсіз аяқталды; бұрынғы шығарылым жұмыс істеп тұр',
  },
  'upgrade.failedPanel': {
    en: 'Upgrade to {to} failed',
    ru: 'Обновление до {to} не удалось',
    kk: '{to} шығарылымына жаңарту сәтсіз аяқталды',
  },
  'upgrade.how.refused': {
    en: 'Its trial on a copy found something, so nothing was changed. Release {from} serves.',
    ru: 'Проба на копии нашла неполадку, поэтому ничего не изменено. Работает выпуск {from}.',
    kk: 'Көшірмедегі сынақ ақау тапты, сондықтан ештеңе өзгертілмеді. {from} шығарылымы жұмыс істеп тұр.',
  },
  'upgrade.how.ended': {
    en: 'Its server ended before it served, so the release of before and its database came back. Release {from} serves.',
    ru: 'Его сервер завершился, не начав работу, поэтому вернулись прежний выпуск и его база. Работает выпуск {from}.',
    kk: 'Оның сервері жұмысқа кіріспей аяқталды, сондықтан бұрынғы шығарылым мен оның дерекқоры қайтарылды. {from} шығарылымы жұмыс істеп тұр.',
  },
  'upgrade.how.not-served': {
    en: 'It served no page in time, so the release of before and its database came back. Release {from} serves.',
    ru: 'Он не показал страницу вовремя, поэтому вернулись прежний выпуск и его база. Работает выпуск {from}.',
    kk: 'Ол бетті уақытында көрсетпеді, сондықтан бұрынғы шығарылым мен оның дерекқоры қайтарылды. {from} шығарылымы жұмыс істеп тұр.',
  },
  'upgrade.notAgain': {
    en: 'The packager does not try it again. To try again as root:',
    ru: 'Менеджер пакетов не повторит попытку. Повторить от имени root:',
    kk: 'Дестелер менеджері қайталамайды. root атынан қайталау:',
  },
  'upgrade.asideReason': { en: 'Reason', ru: 'Причина', kk: 'Себебі' },
  'upgrade.asideHint': {
    en: 'It goes into the journal. Until the next attempt nothing more is said of this one.',
    ru: 'Она попадёт в журнал. До следующей попытки об этой больше не сообщается.',
    kk: 'Ол журналға жазылады. Келесі әрекетке дейін бұл туралы енді айтылмайды.',
  },
  'upgrade.aside': { en: 'Put aside', ru: 'Отложить', kk: 'Шетке қою' },
  'upgrade.toastAside': {
    en: 'The failed upgrade was put aside.',
    ru: 'Неудавшееся обновление отложено.',
    kk: 'Сәтсіз жаңарту шетке қойылды.',
  },
  'event.upgrade-failed': {
    en: 'The upgrade from release {from} to {to} failed: {reason}',
    ru: 'Обновление с выпуска {from} до {to} не удалось: {reason}',
    kk: '{from} шығарылымынан {to} шығарылымына жаңарту сәтсіз аяқталды: {reason}',
  },
  'event.upgrade-put-aside': {
    en: 'The failed upgrade to release {to} was put aside: {reason}',
    ru: 'Неудавшееся обновление до выпуска {to} отложено: {reason}',
    kk: '{to} шығарылымына сәтсіз жаңарту шетке қойылды: {reason}',
  },
  'event.release-changed': {
    en: 'Upgraded from release {from} to {to}',
    ru: 'Обновлено с выпуска {from} до {to}',
    kk: '{from} шығарылымынан {to} шығарылымына жаңартылды',
  },
  'event.release-returned': {
    en: 'Back from release {from} to {to}: {reason}',
    ru: 'Возврат с выпуска {from} к {to}: {reason}',
    kk: '{from} шығарылымынан {to} шығарылымына қайту: {reason}',
  },
});
