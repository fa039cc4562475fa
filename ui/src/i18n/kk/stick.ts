import type { stick as en } from '../en/stick.ts';
import type { Kazakh } from '../types.ts';

export const stick = {
  'stick.title': 'Тасымалдағыштан түгендеу',
  'stick.sub': 'Желісіз машиналар үшін: агент сонда файл жазады, файл осында қабылданады.',
  'stick.choose': 'Файлды таңдаңыз',
  'stick.fileLabel': 'Файл',
  'stick.fileHint':
    'Біздің агенттің не GLPI агентінің .json файлы, FusionInventory не OCS .xml, .ocs файлы немесе көп файлдың .zip архиві. Ең көбі 256 МБ.',
  'stick.check': 'Файлды тексеру',
  'stick.plan': 'Не болады: {name}',
  'stick.result': 'Не істелді: {name}',
  'stick.done': 'Қабылданды: {name}',
  'stick.approveNext': 'Рұқсат күткен құрылғылар',
  'stick.files': 'Файлдар',
  'stick.file': 'Файл',
  'stick.state': 'Не болады',
  'stick.state.stores': 'сақталады',
  'stick.state.stored': 'сақталды',
  'stick.state.same': 'дәл осындайы бар',
  'stick.state.older': 'қолдағыдан ескі',
  'stick.state.new': 'жаңа құрылғы, рұқсат күтеді',
  'stick.state.waits': 'рұқсат күтеді',
  'stick.state.refused': 'өткізілді',
  'stick.reason.encrypted': 'шифрланған',
  'stick.reason.too-large': 'тым үлкен',
  'stick.reason.ratio': 'тым қатты сығылған',
  'stick.reason.damaged': 'бүлінген',
  'stick.reason.name': 'аты жарамсыз',
  'stick.reason.format': 'белгілі түрдегі түгендеу емес',
  'stick.reason.no-machine': 'машинаны атамайды',
  'stick.reason.too-many-devices': 'белгісіз құрылғы тым көп',
  'stick.collected': 'Жиналған',
  'stick.items': 'Жазбалар',
  'stick.dropped': 'Сақталмайды',
  'stick.approve': 'Шешілмеген машиналарға рұқсат беру',
  'stick.approveHint':
    'Әйтпесе олар рұқсат күтеді, тек қандай машина екені сақталады. Рұқсаттан кейін файлды қайта жүктеңіз.',
  'stick.import': 'Қабылдау',
  'event.stick-imported':
    'Тасымалдағыштан түгендеу: файлдар {files}, сақталды {stored}, күтуде {waiting}, өткізілді {refused}',
  'eventType.stick-imported': 'Тасымалдағыштан түгендеу',
} as const satisfies Kazakh<typeof en>;
