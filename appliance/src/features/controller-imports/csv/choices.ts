import type { CsvColumn } from '../types.ts';

// Words for a field with few values, as tables of the region have them. The English ones are the values themselves.

const words: Partial<Record<CsvColumn, Readonly<Record<string, string>>>> = {
  role: {
    controller: 'controller|sps|steuerung|контроллер|плк|бақылағыш',
    'safety-controller':
      'safety controller|fail safe controller|sicherheitssteuerung|контроллер безопасности|контроллер паз|қауіпсіздік контроллері',
    rtu: 'телемеханика|устройство телемеханики',
    ied: 'терминал рза|рза',
    drive: 'inverter|vfd|antrieb|umrichter|frequenzumrichter|привод|частотный преобразователь|пчв|жетек',
    gateway: 'шлюз',
    'remote-io':
      'io|i o|distributed io|dezentrale peripherie|удалённый ввод вывод|удаленный ввод вывод|модуль ввода вывода|қашықтағы енгізу шығару',
    switch: 'коммутатор|свитч',
    panel: 'hmi|operator panel|bediengerät|bedienpanel|панель|панель оператора|оператор панелі',
    other: 'sonstige|sonstiges|другое|прочее|басқа',
  },
  purdueLevel: {
    '0': 'level 0|l0|level0|ebene 0|уровень 0|деңгей 0',
    '1': 'level 1|l1|level1|ebene 1|уровень 1|деңгей 1',
    '2': 'level 2|l2|level2|ebene 2|уровень 2|деңгей 2',
    '3': 'level 3|l3|level3|ebene 3|уровень 3|деңгей 3',
    '4': 'level 4|l4|level4|ebene 4|уровень 4|деңгей 4',
    '5': 'level 5|l5|level5|ebene 5|уровень 5|деңгей 5',
    dmz: 'дмз|3.5|level 3.5|level3.5|l3.5',
  },
  exposure: {
    small: 'low|gering|klein|малая|низкая|аз',
    indirect: 'indirekt|косвенная|жанама',
    direct: 'direkt|прямая|тікелей',
    unknown: 'unbekannt|неизвестно|белгісіз',
  },
  criticality: {
    low: 'niedrig|gering|низкая|төмен',
    medium: 'normal|mittel|средняя|орташа',
    high: 'hoch|высокая|жоғары',
    critical: 'kritisch|критическая|критичная|аса маңызды',
  },
  safety: { yes: 'true|y|x|1|ja|j|да|иә', no: 'false|n|0|nein|нет|жоқ' },
  queryPolicy: {
    never: 'никогда|запрещено|ешқашан',
    passive: 'пассивно|пассивті',
    identify: 'идентификация|опознание|сәйкестендіру|тану',
    details: 'подробно|толық',
  },
  lifecycle: {
    active: 'in use|aktiv|in betrieb|в работе|работает|жұмыста',
    spare: 'ersatz|ersatzteil|reserve|запас|резерв|қор',
    stored: 'eingelagert|im lager|lager|на складе|склад|қоймада',
    retired: 'decommissioned|außer betrieb|stillgelegt|списан|есептен шығарылған',
  },
  sil: { 'SIL 1': 'sil1|1', 'SIL 2': 'sil2|2', 'SIL 3': 'sil3|3', 'SIL 4': 'sil4|4' },
};

const plainValues: Partial<Record<CsvColumn, readonly string[]>> = { purdueLevel: ['0', '1', '2', '3', '4', '5'] };

const folded = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[\s_./-]+/g, ' ')
    .trim();

/** The value that a word stands for; undefined for another word; the text itself where any text will do. */
export const choiceOf = (column: CsvColumn, text: string): string | undefined => {
  const options = words[column];
  if (options === undefined) return text;
  const wanted = folded(text);
  if (plainValues[column]?.includes(text.trim()) === true) return text.trim();
  return Object.entries(options).find(([value, list]) =>
    [value, ...list.split('|')].some((word) => folded(word) === wanted),
  )?.[0];
};
