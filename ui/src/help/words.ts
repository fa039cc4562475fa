import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'help.link': { en: 'Help', ru: 'Справка', kk: 'Анықтама' },
  'help.title': { en: 'Help', ru: 'Справка', kk: 'Анықтама' },
  'help.sub': {
    en: 'Each page leads to its chapter. The search at the top finds in the help, too.',
    ru: 'С каждой страницы есть ссылка на её главу. Поиск вверху ищет и в справке.',
    kk: 'Әр беттен оның тарауына сілтеме бар. Жоғарыдағы іздеу анықтамадан да табады.',
  },
  'help.chapters': { en: 'Chapters', ru: 'Главы', kk: 'Тараулар' },
  'search.group.help': { en: 'Help', ru: 'Справка', kk: 'Анықтама' },
});
