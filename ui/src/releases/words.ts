import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'releases.title': { en: 'Releases', ru: 'Выпуски', kk: 'Шығарылымдар' },
  'releases.sub': {
    en: 'Releases of Sallyport on this server. The server may not install one: that is done by its administrator, at the command line.',
    ru: 'Выпуски Sallyport на этом сервере. Сам сервер не вправе их устанавливать: это делает его администратор в командной строке.',
    kk: 'Осы сервердегі Sallyport шығарылымдары. Сервер оларды өзі орната алмайды: мұны оның әкімшісі пәрмен жолында істейді.',
  },
  'releases.state.running': { en: 'runs', ru: 'работает', kk: 'жұмыс істеуде' },
  'releases.state.kept': { en: 'kept for the way back', ru: 'сохранён для возврата', kk: 'қайту үшін сақталған' },
  'releases.state.installed': { en: 'installed', ru: 'установлен', kk: 'орнатылған' },
  'releases.state.staged': {
    en: 'came in a bundle, not installed',
    ru: 'пришёл в комплекте, не установлен',
    kk: 'бумамен келген, орнатылмаған',
  },
  'releases.todo': { en: 'What can be done', ru: 'Что можно сделать', kk: 'Не істеуге болады' },
  'releases.install': { en: 'Install it as root:', ru: 'Установить от имени root:', kk: 'root атынан орнату:' },
  'releases.back': {
    en: 'Go back to it as root:',
    ru: 'Вернуться к нему от имени root:',
    kk: 'root атынан оған қайту:',
  },
  'event.release-staged': {
    en: 'Release {version} of Sallyport came in a bundle ({sizeBytes} bytes)',
    ru: 'В комплекте пришёл выпуск Sallyport {version} ({sizeBytes} байт)',
    kk: 'Бумамен Sallyport {version} шығарылымы келді ({sizeBytes} байт)',
  },
});
