import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'upgrade.failed': {
    en: 'The upgrade to release {to} failed; the release of before serves',
    ru: 'Обновление до выпуска {to} не удалось; работает прежний выпуск',
    kk: '{to} шығарылымына жаңарту сәтсіз аяқталды; бұрынғы шығарылым жұмыс істеп тұр',
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
