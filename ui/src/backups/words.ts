import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'event.backup-forgotten': {
    en: 'Said to be destroyed: backup {file}. {reason}',
    ru: 'По словам человека уничтожена копия {file}. {reason}',
    kk: 'Адамның айтуынша {file} көшірмесі жойылды. {reason}',
  },
});
