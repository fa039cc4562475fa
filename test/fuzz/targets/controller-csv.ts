import { detectForm } from '@sallyport/appliance/features/controller-imports/detect';
import { csvText } from '@sallyport/appliance/platform/csv/bytes';
import { csvRows } from '@sallyport/appliance/platform/csv/parse';
import { csvRow } from '@sallyport/appliance/platform/csv/write';
import { csvBytes, csvTable, plantControllers } from '../../support/plant-files.ts';
import { readTwice } from '../controller-files.ts';
import { demand, type FuzzTarget } from '../target.ts';

const formula = /^[\s\u00a0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** Tables: bytes to rows to readings; and what is written out by the one writer is read as it was, formulas made harmless. */
export const target: FuzzTarget = {
  name: 'controller-csv',
  run: async (data) => {
    const taken = await readTwice('csv', data);
    detectForm(data);
    const text = csvText(data, 'windows-1251');
    for (const { cells } of csvRows(text, ';')) {
      const [again] = csvRows(csvRow(cells), ',');
      const expected = cells.map((cell) => (formula.test(cell) ? `'${cell}` : cell));
      demand(
        again === undefined
          ? cells.every((cell) => cell.trim() === '')
          : again.cells.join('\n') === expected.join('\n'),
        'a row that is written is read again',
      );
    }
    return taken;
  },
  seeds: () => [
    csvTable(plantControllers(3), { modules: true }),
    csvBytes(csvTable(plantControllers(2), { language: 'ru', delimiter: ';' }), 'windows-1251'),
    csvBytes(csvTable(plantControllers(2), { language: 'kk', delimiter: '\t' }), 'utf-16le'),
    'sep=;\r\nName;IP\r\n"a ""b""\r\nc";10.0.0.1\r\n',
    'Asset tag,Parent,Slot\na,,\n,a,1\n,a,1\n',
    'Name\n=cmd|x\n',
    'Name\n"open',
  ],
  words: ['\r\n', '""', ';', '\t', 'sep=', 'Name', 'Parent', 'Slot', 'IP', 'MAC', 'Роль', 'Атауы'],
};
