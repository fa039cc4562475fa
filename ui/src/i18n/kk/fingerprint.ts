import type { fingerprint as en } from '../en/fingerprint.ts';
import type { Kazakh } from '../types.ts';

export const fingerprint = {
  'fingerprint.words': 'Таңба сөзбен',
  'fingerprint.code': 'Таңба QR код түрінде',
  'fingerprint.how':
    'Белгілер, сөздер және код бір нәрсені білдіреді. Қайсысы ыңғайлы болса, соны салыстырыңыз, бірақ соңына дейін.',
  'fingerprint.typeHint': '64 белгі немесе 24 сөз; бос орын, қос нүкте мен әріп өлшемі маңызды емес.',
  'fingerprint.runsOut': 'Сенім мерзімі бітіп барады',
  'fingerprint.daysLeft': '{role}: {n} күн қалды.',
  'fingerprint.over': '{role}: мерзімі өтті.',
  'fingerprint.runsOutWhy':
    'Қосылған тарапқа айтыңыз: ондағы адамдар қайта қол қоюы керек. Келесі бумасын осы күнге дейін импорттаңыз.',
  'fingerprint.mistyped':
    'Бұл таңба емес: белгі не сөз түсіп қалған немесе қате терілген. Қағазға қарап, қайта теріңіз.',
} as const satisfies Kazakh<typeof en>;
