import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'api.body': { en: 'Body', ru: 'Тело', kk: 'Денесі' },
  'api.download': {
    en: 'Download the description (OpenAPI 3.1)',
    ru: 'Скачать описание (OpenAPI 3.1)',
    kk: 'Сипаттаманы жүктеу (OpenAPI 3.1)',
  },
  'api.how': {
    en: 'A program sends its token in the header Authorization: Bearer. Make a token under Administration, Accounts, Tokens.',
    ru: 'Программа передаёт токен в заголовке Authorization: Bearer. Токен создаётся в разделе «Управление», «Учётные записи», «Токены».',
    kk: 'Бағдарлама токенін Authorization: Bearer тақырыбында жібереді. Токенді «Басқару», «Есептік жазбалар», «Токендер» бөлімінде жасаңыз.',
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
  'api.all': { en: 'All areas', ru: 'Все области', kk: 'Барлық салалар' },
  'api.answerCut': {
    en: 'The beginning of the answer',
    ru: 'Начало ответа',
    kk: 'Жауаптың басы',
  },
  'api.areas': { en: 'Areas of the API', ru: 'Области API', kk: 'API салалары' },
  'api.ask': { en: 'Send the request', ru: 'Отправить запрос', kk: 'Сұрауды жіберу' },
  'api.call': { en: 'Call', ru: 'Вызов', kk: 'Шақыру' },
  'api.calls': { en: 'Calls', ru: 'Вызовы', kk: 'Шақырулар' },
  'api.noneWhy': {
    en: 'Addresses, methods and summaries of calls are searched; summaries are in English.',
    ru: 'Поиск идёт по адресам, методам и кратким описаниям вызовов; описания на английском.',
    kk: 'Шақырулардың мекенжайлары, әдістері мен қысқаша сипаттамалары ізделеді; сипаттамалар ағылшынша.',
  },
  'api.notTried': {
    en: 'It writes or answers with a file, so it is not tried here.',
    ru: 'Вызов вносит изменения или отвечает файлом, поэтому здесь не выполняется.',
    kk: 'Шақыру өзгеріс енгізеді немесе файл қайтарады, сондықтан мұнда орындалмайды.',
  },
  'api.reads': { en: 'Reading', ru: 'Чтение', kk: 'Оқу' },
  'api.refusals': { en: 'Refusals', ru: 'Отказы', kk: 'Бас тартулар' },
  'api.refusalsWhy': {
    en: 'All calls refuse in the same way: the status, and a body with the code and the cause.',
    ru: 'Все вызовы отказывают одинаково: код состояния и тело с кодом ошибки и причиной.',
    kk: 'Барлық шақырулар бірдей бас тартады: күй коды, қате коды мен себебі бар дене.',
  },
  'api.refused': { en: 'The call was refused', ru: 'Вызов отклонён', kk: 'Шақыру қабылданбады' },
  'api.refusedNext': {
    en: 'The answer stands under its form.',
    ru: 'Ответ показан под формой.',
    kk: 'Жауап пішіннің астында көрсетілген.',
  },
  'api.search': { en: 'Search calls', ru: 'Поиск вызовов', kk: 'Шақыруларды іздеу' },
  'api.try': { en: 'Try it', ru: 'Выполнить', kk: 'Орындап көру' },
  'api.tryHow': {
    en: 'With your own session and rights. Empty fields are left out.',
    ru: 'С вашим сеансом и вашими правами. Пустые поля не передаются.',
    kk: 'Өз сеансыңызбен және құқықтарыңызбен. Бос өрістер жіберілмейді.',
  },
  'api.writes': { en: 'Writing', ru: 'Запись', kk: 'Жазу' },
});
