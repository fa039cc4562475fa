import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'search.title': { en: 'Search', ru: 'Поиск', kk: 'Іздеу' },
  'search.go': { en: 'Search', ru: 'Найти', kk: 'Іздеу' },
  'search.results': { en: 'Results', ru: 'Результаты', kk: 'Нәтижелер' },
  'search.found': {
    en: { one: '{n} found for {q}', other: '{n} found for {q}' },
    ru: {
      one: 'Найдено {n} по запросу: {q}',
      few: 'Найдено {n} по запросу: {q}',
      many: 'Найдено {n} по запросу: {q}',
      other: 'Найдено {n} по запросу: {q}',
    },
    kk: 'Табылды {n}, іздегені: {q}',
  },
  'search.all': { en: 'All for {q}', ru: 'Все по запросу: {q}', kk: 'Барлығы, іздегені: {q}' },
  'search.allResults': { en: 'All results', ru: 'Все результаты', kk: 'Барлық нәтижелер' },
  'search.opensForm': { en: 'Opens a form', ru: 'Открывает форму', kk: 'Пішінді ашады' },
  'search.none': { en: 'Nothing found for {q}', ru: 'Ничего не найдено: {q}', kk: 'Ештеңе табылмады: {q}' },
  'search.noneWhy': {
    en: 'Names, addresses, packages, CVE numbers, pages and settings are searched, pages and settings in three languages. Two letters at least. A version of a package is found in the list of software.',
    ru: 'Поиск идёт по именам, адресам, пакетам, номерам CVE, страницам и настройкам, по двум последним на трёх языках. Нужно не меньше двух букв. Версию пакета ищите в списке программ.',
    kk: 'Аттар, мекенжайлар, пакеттер, CVE нөмірлері, беттер мен баптаулар ізделеді, соңғы екеуі үш тілде. Кемінде екі әріп керек. Пакет нұсқасын бағдарламалар тізімінен іздеңіз.',
  },
  'search.empty': { en: 'What to find', ru: 'Что найти', kk: 'Не іздейміз' },
  'search.emptyWhy': {
    en: 'Type a device, an address, a package, a CVE number or a page.',
    ru: 'Введите устройство, адрес, пакет, номер CVE или страницу.',
    kk: 'Құрылғыны, мекенжайды, пакетті, CVE нөмірін немесе бетті енгізіңіз.',
  },
  'search.group.devices': { en: 'Devices', ru: 'Устройства', kk: 'Құрылғылар' },
  'search.group.software': { en: 'Software', ru: 'Программы', kk: 'Бағдарламалар' },
  'search.group.advisories': { en: 'Vulnerabilities', ru: 'Уязвимости', kk: 'Осалдықтар' },
  'search.group.updates': { en: 'Updates', ru: 'Обновления', kk: 'Жаңартулар' },
  'search.group.objects': { en: 'Groups', ru: 'Группы', kk: 'Топтар' },
  'search.group.zones': { en: 'Zones', ru: 'Зоны', kk: 'Аймақтар' },
  'search.group.accounts': { en: 'Accounts', ru: 'Учётные записи', kk: 'Есептік жазбалар' },
  'search.group.tokens': { en: 'Tokens', ru: 'Токены', kk: 'Токендер' },
  'search.group.actions': { en: 'Actions', ru: 'Действия', kk: 'Әрекеттер' },
  'search.count': {
    en: { one: '{n} result', other: '{n} results' },
    ru: { one: '{n} результат', few: '{n} результата', many: '{n} результатов', other: '{n} результата' },
    kk: '{n} нәтиже',
  },
  'search.group.settings': { en: 'Settings', ru: 'Настройки', kk: 'Баптаулар' },
  'search.group.pages': { en: 'Pages', ru: 'Страницы', kk: 'Беттер' },
});
