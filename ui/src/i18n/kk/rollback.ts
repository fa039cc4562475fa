import type { rollback as en } from '../en/rollback.ts';
import type { Kazakh } from '../types.ts';

export const rollback = {
  'rollback.cause.unknown': 'Дерекқор бұрынғы күйіне қайтты, қалпына келтіру жазылмаған',
  'rollback.cause.restored': 'Сақтық көшірме қалпына келтірілді',
  'rollback.cause.no-witness': 'Дерекқордың артқа қайтқаны белгісіз: оның куәгері жоқ',
  'rollback.look': 'Не болды және не істеу керек',
  'rollback.title': 'Бұрынғы күйге қайту',
  'rollback.sub': 'Дерекқордан тыс куәгер оның қай жерде болғанын біледі. Содан бері алынғандар қайта алынды.',
  'rollback.none': 'Дерекқор артқа қайтқан емес',
  'rollback.file': 'Көшірме:',
  'rollback.wasFound': 'Журналда {was} жазба болған, {found} табылды.',
  'rollback.foundOnly': 'Журналда {found} жазба бар; қанша болғаны белгісіз.',
  'rollback.devices': { one: '{n} құрылғы қайта кері шақырылды', other: '{n} құрылғы қайта кері шақырылды' },
  'rollback.accounts': {
    one: '{n} тіркелгі немесе токен қайта жойылды не өшірілді',
    other: '{n} тіркелгі немесе токен қайта жойылды не өшірілді',
  },
  'rollback.rights': {
    one: '{n} тіркелгі немесе рөл құқықтарынан қайта айырылды',
    other: '{n} тіркелгі немесе рөл құқықтарынан қайта айырылды',
  },
  'rollback.persons': { one: '{n} адам кілті қайта өшірілді', other: '{n} адам кілті қайта өшірілді' },
  'rollback.notCovered':
    'Содан бері алынғандардың бәрі белгілі емес. Құрылғыларды, тіркелгілерді, рөлдерді, токендерді және өзгертілген құпиясөздерді қараңыз.',
  'rollback.reason': 'Неге артқа қайтты және нені қарадыңыз',
  'rollback.reasonHint': 'Журналда қалады.',
  'rollback.acknowledge': 'Мен мұны көрдім',
  'rollback.acknowledged': 'Көрген',
  'rollback.toast': 'Журналға жазылды',
  'rollback.waits': '«Көрдім» белгісі екінші адамды күтеді',
  'rollback.toastWaits': 'Жазылды; екінші адамды күтеді',
  'rollback.toastRefused': '«Көрдім» белгісі қойылмады',
  'event.state-went-back':
    'Дерекқордың бұрынғы күйге қайтуы анықталды ({cause}): журналдың {found} жазбасы, {was} болған. {file}',
  'event.state-return-acknowledged': 'Бұрынғы күйге қайту расталды ({cause}, {found} жазба). {reason}',
  'event.state-return-asked':
    'Бұрынғы күйге қайту: оны бір адам көрді, екіншісі күтілуде ({cause}, {found} жазба). {reason}',
  'event.state-return-refused': 'Бұрынғы күйге қайту: бір адамның белгісі алынды ({cause}, {found} жазба). {reason}',
  'eventType.state-return-asked': 'Бұрынғы күйге қайтуды растау сұралды',
  'eventType.state-return-refused': 'Бұрынғы күйге қайтуды растау алынды',
  'eventType.state-went-back': 'Дерекқор артқа қайтты',
  'eventType.state-return-acknowledged': 'Бұрынғы күйге қайту расталды',
} as const satisfies Kazakh<typeof en>;
