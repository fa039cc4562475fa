import { plannedIn } from './plant.ts';
import { simulators } from './simulators.ts';

// The table that a plant keeps: headings in its own words, semicolons, code page 866, dashes where there is nothing.

const headings = [
  'Обозначение',
  'Роль',
  'Производитель',
  'Модель',
  'Заказной номер',
  'Версия ПО',
  'Заводской номер',
  'IP-адрес',
  'MAC-адрес',
  'Цех',
  'Зона',
  'Критичность',
  'ПАЗ',
];

const rows = (): string[][] => [
  ...plannedIn('table').map((one) => [
    one.name,
    one.safety ? 'контроллер ПАЗ' : 'ПЛК',
    one.family.vendor,
    one.family.model,
    one.family.order,
    one.family.planned,
    one.serial,
    one.address,
    '-',
    one.line,
    one.zone,
    one.zone === 'Z-PWR' ? 'средняя' : 'высокая',
    one.safety ? 'да' : 'нет',
  ]),
  ...simulators.flatMap(({ name, planned, address, mac }) =>
    planned === undefined
      ? []
      : [
          [
            name,
            'ПЛК',
            planned.vendor,
            planned.model,
            planned.orderNumber,
            planned.firmware,
            planned.serial === '' ? '-' : planned.serial,
            address,
            mac,
            'Учебный стенд (имитация)',
            'Z-STAND',
            'низкая',
            'нет',
          ],
        ],
  ),
];

const codePage = new TextDecoder('ibm866').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));

/** The table's bytes; throws for a sign that code page 866 does not have. */
export const tableFile = (): Buffer => {
  const text = [headings, ...rows()].map((row) => `${row.join(';')}\r\n`).join('');
  return Buffer.from(
    Array.from(text, (sign) => {
      const byte = codePage.indexOf(sign);
      if (byte === -1) throw new Error(`code page 866 has no ${sign}`);
      return byte;
    }),
  );
};
