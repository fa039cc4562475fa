import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'frame.schema': { en: 'schema {number}', ru: 'схема {number}', kk: '{number}-схема' },
  'viewAs.end': { en: 'Back to your own view', ru: 'Вернуться к своему виду', kk: 'Өз көрінісіңізге оралу' },
  'viewAs.title': {
    en: 'You see the console as the role {role}. Nothing is written.',
    ru: 'Вы видите консоль глазами роли «{role}». Ничего не записывается.',
    kk: 'Консольді «{role}» рөлі ретінде көріп отырсыз. Ештеңе жазылмайды.',
  },
  'nav.label': { en: 'Pages', ru: 'Разделы', kk: 'Бөлімдер' },
  'keys.title': { en: 'Keyboard shortcuts', ru: 'Сочетания клавиш', kk: 'Пернелер тіркесімі' },
  'keys.single': { en: 'Single-key shortcuts', ru: 'Команды одной клавишей', kk: 'Бір пернелі пәрмендер' },
  'keys.search': { en: 'Search everything', ru: 'Искать везде', kk: 'Барлығынан іздеу' },
  'keys.filter': { en: 'Go to the filter', ru: 'Перейти к фильтру', kk: 'Сүзгіге өту' },
  'keys.down': { en: 'Next row', ru: 'Следующая строка', kk: 'Келесі жол' },
  'keys.up': { en: 'Previous row', ru: 'Предыдущая строка', kk: 'Алдыңғы жол' },
  'keys.select': { en: 'Select the row', ru: 'Выбрать строку', kk: 'Жолды таңдау' },
  'keys.help': { en: 'Show these shortcuts', ru: 'Показать эти команды', kk: 'Осы пәрмендерді көрсету' },
  'keys.off': {
    en: 'They can be switched off on your own page.',
    ru: 'Их можно выключить на своей странице.',
    kk: 'Оларды өз бетіңізде өшіруге болады.',
  },
});
