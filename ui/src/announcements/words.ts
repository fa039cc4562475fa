import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'announcements.title': { en: 'Announcements', ru: 'Объявления', kk: 'Хабарландырулар' },
  'announcements.sub': {
    en: 'What the connected side tells this site. It came in signed bundles and goes when it ends.',
    ru: 'Что подключённая сторона сообщает этой площадке. Объявления приходят в подписанных комплектах и исчезают по окончании срока.',
    kk: 'Қосылған тараптың осы алаңға айтқандары. Олар қол қойылған бумалармен келеді және мерзімі біткенде жойылады.',
  },
  'announcements.none': {
    en: 'There are no announcements',
    ru: 'Объявлений нет',
    kk: 'Хабарландыру жоқ',
  },
  'announcements.noneWhy': {
    en: 'The bundles that came here have none, or all of them have ended.',
    ru: 'В полученных комплектах их нет, или срок всех истёк.',
    kk: 'Келген бумаларда олар жоқ немесе бәрінің мерзімі біткен.',
  },
  'announcements.unread': {
    en: { one: '{n} unread announcement', other: '{n} unread announcements' },
    ru: {
      one: '{n} непрочитанное объявление',
      few: '{n} непрочитанных объявления',
      many: '{n} непрочитанных объявлений',
      other: '{n} непрочитанного объявления',
    },
    kk: '{n} оқылмаған хабарландыру',
  },
  'announcements.about': { en: 'About:', ru: 'Касается:', kk: 'Қатысы:' },
  'announcements.until': { en: 'Shown until', ru: 'Показывается до', kk: 'Көрсетілу мерзімі:' },
  'announcements.read': { en: 'You have read it', ru: 'Вы прочитали его', kk: 'Сіз оны оқыдыңыз' },
  'announcements.markRead': { en: 'I have read it', ru: 'Прочитано', kk: 'Оқыдым' },
  'announcements.otherLanguage.kk': {
    en: 'It was not written in English; this is the Kazakh text.',
    ru: 'На русском его нет; это текст на казахском.',
    kk: 'Бұл қазақша мәтін.',
  },
  'announcements.otherLanguage.ru': {
    en: 'It was not written in English; this is the Russian text.',
    ru: 'Это текст на русском.',
    kk: 'Қазақшасы жазылмаған; бұл орысша мәтін.',
  },
  'announcements.otherLanguage.en': {
    en: 'This is the English text.',
    ru: 'На русском его нет; это текст на английском.',
    kk: 'Қазақшасы жазылмаған; бұл ағылшынша мәтін.',
  },
  'event.announcement-received': {
    en: 'Announcement ({severity}): {title}; {announcement}',
    ru: 'Объявление ({severity}): {title}; {announcement}',
    kk: 'Хабарландыру ({severity}): {title}; {announcement}',
  },
  'event.announcement-unreadable': {
    en: 'Announcements that this release cannot read: {count}. A newer release of Sallyport shows them.',
    ru: 'Объявлений, которые этот выпуск не может прочитать: {count}. Их покажет более новый выпуск Sallyport.',
    kk: 'Бұл шығарылым оқи алмайтын хабарландырулар: {count}. Оларды Sallyport-тың жаңа шығарылымы көрсетеді.',
  },
});
