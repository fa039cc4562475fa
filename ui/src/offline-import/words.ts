import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'offlineImport.title': {
    en: 'Inventories from a medium',
    ru: 'Инвентаризации с носителя',
    kk: 'Тасығыштан түгендеу',
  },
  'offlineImport.sub': {
    en: 'For machines without any network: agents write a file there, and the file is taken in here.',
    ru: 'Для машин без сети: агент пишет на них файл, а файл принимается здесь.',
    kk: 'Желісіз машиналар үшін: агент сонда файл жазады, файл осында қабылданады.',
  },
  'offlineImport.fileHint': {
    en: '.json of our agent or of a GLPI agent, .xml or .ocs of FusionInventory or OCS, what they found in the network, or a .zip of many. At most 256 MB.',
    ru: '.json нашего агента или агента GLPI, .xml или .ocs от FusionInventory или OCS, в том числе найденное ими в сети, либо .zip со многими. Не больше 256 МБ.',
    kk: 'Біздің агенттің не GLPI агентінің .json файлы, FusionInventory не OCS .xml, .ocs файлы (желіден тапқандары да) немесе көп файлдың .zip архиві. Ең көбі 256 МБ.',
  },
  'offlineImport.check': { en: 'Check the file', ru: 'Проверить файл', kk: 'Файлды тексеру' },
  'offlineImport.plan': { en: 'What it would do: {name}', ru: 'Что произойдёт: {name}', kk: 'Не болады: {name}' },
  'offlineImport.result': { en: 'What was done: {name}', ru: 'Что сделано: {name}', kk: 'Не істелді: {name}' },
  'offlineImport.done': { en: 'Taken in: {name}', ru: 'Принято: {name}', kk: 'Қабылданды: {name}' },
  'offlineImport.approveNext': {
    en: 'Devices that wait for approval',
    ru: 'Устройства, ожидающие одобрения',
    kk: 'Мақұлдауды күткен құрылғылар',
  },
  'offlineImport.state': { en: 'What happens', ru: 'Что произойдёт', kk: 'Не болады' },
  'offlineImport.state.stores': { en: 'is stored', ru: 'сохранится', kk: 'сақталады' },
  'offlineImport.state.stored': { en: 'stored', ru: 'сохранено', kk: 'сақталды' },
  'offlineImport.state.same': { en: 'as held already', ru: 'уже есть такое же', kk: 'дәл осындайы бар' },
  'offlineImport.state.older': { en: 'older than what is held', ru: 'старше имеющегося', kk: 'қолдағыдан ескі' },
  'offlineImport.state.new': {
    en: 'new device, waits for approval',
    ru: 'новое устройство, ждёт одобрения',
    kk: 'жаңа құрылғы, мақұлдау күтеді',
  },
  'offlineImport.state.found': {
    en: 'new record of what was found',
    ru: 'новая запись: найдено в сети',
    kk: 'жаңа жазба: желіден табылды',
  },
  'offlineImport.state.waits': { en: 'waits for approval', ru: 'ждёт одобрения', kk: 'мақұлдау күтеді' },
  'offlineImport.state.refused': { en: 'left out', ru: 'пропущено', kk: 'өткізілді' },
  'offlineImport.reason.encrypted': { en: 'encrypted', ru: 'зашифрован', kk: 'шифрланған' },
  'offlineImport.reason.too-large': { en: 'too large', ru: 'слишком большой', kk: 'тым үлкен' },
  'offlineImport.reason.ratio': {
    en: 'packed too tightly to be an inventory',
    ru: 'сжат подозрительно сильно',
    kk: 'тым қатты сығылған',
  },
  'offlineImport.reason.damaged': { en: 'damaged', ru: 'повреждён', kk: 'бүлінген' },
  'offlineImport.reason.name': { en: 'its name is no plain path', ru: 'недопустимое имя', kk: 'аты жарамсыз' },
  'offlineImport.reason.format': {
    en: 'no inventory of a known form',
    ru: 'не инвентаризация известного вида',
    kk: 'белгілі түрдегі түгендеу емес',
  },
  'offlineImport.reason.no-machine': { en: 'names no machine', ru: 'не называет машину', kk: 'машинаны атамайды' },
  'offlineImport.reason.too-many-devices': {
    en: 'too many unknown devices',
    ru: 'слишком много неизвестных устройств',
    kk: 'белгісіз құрылғы тым көп',
  },
  'offlineImport.collected': { en: 'Collected', ru: 'Собрано', kk: 'Жиналған' },
  'offlineImport.items': { en: 'Items', ru: 'Записей', kk: 'Жазбалар' },
  'offlineImport.dropped': { en: 'Never kept', ru: 'Не хранится', kk: 'Сақталмайды' },
  'offlineImport.approve': {
    en: 'Approve the machines without a decision',
    ru: 'Одобрить машины, о которых ещё не решено',
    kk: 'Шешілмеген машиналарды мақұлдау',
  },
  'offlineImport.approveHint': {
    en: 'Without it they wait for approval, and only what they are is kept. Import the file again after it.',
    ru: 'Иначе они ждут одобрения, и хранится только то, что это за машины. После одобрения загрузите файл ещё раз.',
    kk: 'Әйтпесе олар мақұлдау күтеді, тек қандай машина екені сақталады. Рұқсаттан кейін файлды қайта жүктеңіз.',
  },
  'offlineImport.import': { en: 'Take them in', ru: 'Принять', kk: 'Қабылдау' },
  'event.offline-imported': {
    en: 'Inventories from a medium: {files} files, stored {stored}, waiting {waiting}, left out {refused}',
    ru: 'Инвентаризации с носителя: файлов {files}, сохранено {stored}, ждут {waiting}, пропущено {refused}',
    kk: 'Тасығыштан түгендеу: файлдар {files}, сақталды {stored}, күтуде {waiting}, өткізілді {refused}',
  },
});
