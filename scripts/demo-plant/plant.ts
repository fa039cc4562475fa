// The controllers of the invented desalination plant that exist on paper alone: what was planned, and nothing that was observed.

type Family = { vendor: string; order: string; model: string; planned: string };

const families = {
  s71500: { vendor: 'Siemens AG', order: '6ES7 515-2AM02-0AB0', model: 'CPU 1515-2 PN', planned: 'V2.9' },
  s71200: { vendor: 'Siemens AG', order: '6ES7 214-1AG40-0XB0', model: 'CPU 1214C', planned: 'V4.4' },
  logix: { vendor: 'Rockwell Automation/Allen-Bradley', order: '1756-L83E', model: '1756-L83E/B', planned: '33.011' },
  m340: { vendor: 'Schneider Electric', order: 'BMXP342020', model: 'BMX P34 2020', planned: 'V3.2' },
} satisfies Readonly<Record<string, Family>>;

/** Lines of the table, and the one line whose project was exported. */
const lines = [
  ['Z-CELL1', 'PLC-L1', 14, 's71200', 11, 'Водозабор', 'table'],
  ['Z-CELL2', 'PLC-L2', 22, 's71200', 12, 'Обратный осмос', 'table'],
  ['Z-CELL3', 'PLC-L3', 12, 's71500', 13, 'Дозирование', 'project'],
  ['Z-PWR', 'PLC-P', 10, 'm340', 14, 'Электроснабжение', 'table'],
  ['Z-SIS', 'SIS', 4, 'logix', 15, 'Противоаварийная защита', 'table'],
] as const;

const two = (n: number): string => String(n).padStart(2, '0');

export type Planned = {
  name: string;
  zone: string;
  line: string;
  family: Family;
  address: string;
  serial: string;
  safety: boolean;
};

/** Who is in the project export, or in the table. */
export const plannedIn = (source: 'table' | 'project'): Planned[] =>
  lines
    .filter((line) => line[6] === source)
    .flatMap(([zone, prefix, count, family, net, line]) =>
      Array.from({ length: count }, (_, index) => ({
        name: `${prefix}-${two(index + 1)}`,
        zone,
        line,
        family: families[family],
        address: `10.20.${net}.${index + 10}`,
        serial: `DEMO-${prefix}-${two(index + 1)}`,
        safety: zone === 'Z-SIS',
      })),
    );

/** The zone of the project's line: an export knows none. */
export const projectZone = 'Z-CELL3';
