import type { fingerprint as en } from '../en/fingerprint.ts';
import type { Russian } from '../types.ts';

export const fingerprint = {
  'fingerprint.words': 'Отпечаток словами',
  'fingerprint.code': 'Отпечаток в виде QR-кода',
  'fingerprint.how': 'Знаки, слова и код означают одно и то же. Сверяйте то, что удобнее, но до конца.',
  'fingerprint.typeHint': '64 знака или 24 слова; пробелы, двоеточия и регистр не важны.',
  'fingerprint.runsOut': 'Истекает срок доверия',
  'fingerprint.daysLeft': {
    one: '{role}: остался {n} день.',
    few: '{role}: осталось {n} дня.',
    many: '{role}: осталось {n} дней.',
    other: '{role}: осталось {n} дня.',
  },
  'fingerprint.over': '{role}: срок истёк.',
  'fingerprint.runsOutWhy':
    'Сообщите на подключённую сторону: её людям нужно подписать заново. Импортируйте их следующий комплект до этого дня.',
  'fingerprint.mistyped':
    'Это не отпечаток: знак или слово пропущены либо набраны с ошибкой. Посмотрите на бумагу и наберите ещё раз.',
} as const satisfies Russian<typeof en>;
