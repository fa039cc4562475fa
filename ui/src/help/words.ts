import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'help.link': { en: 'Help', ru: 'Справка', kk: 'Анықтама' },
  'help.sub': {
    en: 'Each page leads to its chapter. The search at the top finds in the help, too.',
    ru: 'С каждой страницы есть ссылка на её главу. Поиск вверху ищет и в справке.',
    kk: 'Әр беттен оның тарауына сілтеме бар. Жоғарыдағы іздеу анықтамадан да табады.',
  },
  'help.pages': { en: 'All pages', ru: 'Все страницы', kk: 'Барлық беттер' },
  'help.pagesSub': {
    en: { one: '{n} page that opens for you', other: '{n} pages that open for you' },
    ru: {
      one: '{n} страница, которая вам доступна',
      few: '{n} страницы, которые вам доступны',
      many: '{n} страниц, которые вам доступны',
      other: '{n} страницы, которые вам доступны',
    },
    kk: 'Сізге ашылатын {n} бет',
  },
  'help.pagesBar': { en: 'In the bar', ru: 'В верхней строке', kk: 'Жоғарғы жолақта' },
  'help.chapters': { en: 'Chapters', ru: 'Главы', kk: 'Тараулар' },
  'search.group.help': { en: 'Help', ru: 'Справка', kk: 'Анықтама' },
});
