import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'event.backup-forgotten': {
    en: 'Said to be destroyed: backup {file}. {reason}',
    ru: 'По словам человека уничтожена копия {file}. {reason}',
    kk: 'Адамның айтуынша {file} көшірмесі жойылды. {reason}',
  },
  'eventType.backup-forgotten': {
    en: 'Backup stated to be destroyed',
    ru: 'Копия уничтожена по словам человека',
    kk: 'Адамның айтуынша көшірме жойылды',
  },
});
