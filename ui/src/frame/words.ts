import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'api.body': { en: 'Body', ru: 'Тело', kk: 'Денесі' },
  'api.description': { en: 'Description', ru: 'Описание', kk: 'Сипаттама' },
  'api.download': {
    en: 'Download the description (OpenAPI 3.1)',
    ru: 'Скачать описание (OpenAPI 3.1)',
    kk: 'Сипаттаманы жүктеу (OpenAPI 3.1)',
  },
  'api.how': {
    en: 'A program sends its token in the header Authorization: Bearer. Make a token under Settings, Tokens.',
    ru: 'Программа передаёт токен в заголовке Authorization: Bearer. Токен создаётся в разделе Настройки, Токены.',
    kk: 'Бағдарлама токенін Authorization: Bearer тақырыбында жібереді. Токенді Баптаулар, Токендер бөлімінде жасаңыз.',
  },
  'api.in': { en: 'In', ru: 'Где', kk: 'Орны' },
  'api.parameter': { en: 'Parameter', ru: 'Параметр', kk: 'Параметр' },
  'api.parameters': { en: 'Parameters', ru: 'Параметры', kk: 'Параметрлер' },
  'api.required': { en: 'required', ru: 'обязательно', kk: 'міндетті' },
  'api.schema': { en: 'Schema', ru: 'Схема', kk: 'Схема' },
  'api.schemas': { en: 'Schemas', ru: 'Схемы', kk: 'Схемалар' },
  'api.sub': {
    en: { one: 'Version {version}, {n} operation', other: 'Version {version}, {n} operations' },
    ru: {
      one: 'Версия {version}, {n} операция',
      few: 'Версия {version}, {n} операции',
      many: 'Версия {version}, {n} операций',
      other: 'Версия {version}, {n} операции',
    },
    kk: 'Нұсқасы {version}, {n} әрекет',
  },
  'api.title': { en: 'API', ru: 'API', kk: 'API' },
  'api.type': { en: 'Type', ru: 'Тип', kk: 'Түрі' },

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
