import type { inventory as en } from '../en/inventory.ts';
import type { Kazakh } from '../types.ts';

export const inventory = {
  'inventory.sub': '{n} жазба. Есеп берген құрылғы: {devices}.',
  'inventory.collections': 'Түгендеу бөлімдері',
  'inventory.item': 'Жазба',
  'inventory.none': 'Есеп әлі жоқ',
  'inventory.noneWhy': 'Жолдар мақұлданған құрылғылардың түгендеуімен келеді.',
  'inventory.withheld': 'Жеке бағандар мұнда жасырылған. Көру үшін құрылғыны ашыңыз; қарау жазылады.',
  'inventory.onDevices': 'Құрылғы саны: {n}.',
  'inventory.noDevice': 'Қазір ешбір құрылғыда жоқ',
  'inventory.noDeviceWhy': 'Бұрын есепте болған, тарих үшін сақталады.',
  'inventory.versions': 'Алаңдағы нұсқалар',
  'inventory.versionsContext': 'сол пакеттің',
  'inventory.oneVersion': 'Алаңда басқа нұсқа жоқ',
  'inventory.reportedAt': 'Есеп',
} as const satisfies Kazakh<typeof en>;
