import type { CsvColumn } from '../types.ts';

// Headings as people and other tools write them, in English, Russian, Kazakh and (exports of vendors' tools) German; of two headings for
// one column the word that stands further left counts. What is not recognised a person maps, or leaves out.

const words: Readonly<Record<CsvColumn, string>> = {
  assetTag:
    'asset tag|asset|asset id|asset number|tag|inventory number|инвентарный номер|инв номер|инв|тег|обозначение|түгендеу нөмірі|инвентарлық нөмір|белгі',
  name: 'name|device name|asset name|device|display name|controller name|controller|controller name|hostname|название|имя|наименование|контроллер|плк|bezeichnung|gerätename|name des geräts|атауы|аты|контроллер атауы',
  description:
    'description|comment|beschreibung|kommentar|remark|note|notes|описание|примечание|комментарий|сипаттама|ескерту|түсініктеме',
  role: 'role|device type|kind|rolle|gerätetyp|роль|тип устройства|рөлі|құрылғы түрі',
  vendorRaw: 'vendor|manufacturer|maker|brand|hersteller|производитель|изготовитель|вендор|өндіруші|жасаушы',
  model:
    'model|model name|product name|product|product type|type|modell|typ|produkt|модель|тип|изделие|үлгі|моделі|түрі',
  orderNumber:
    'order number|order no|order code|part number|part no|bestellnummer|artikelnummer|mlfb nummer|order number mlfb|catalog number|catalogue number|mlfb|номер заказа|заказной номер|каталожный номер|артикул заказа|тапсырыс нөмірі|тапсырыс коды|каталог нөмірі',
  articleNumber: 'article number|article|article no|артикул|номер изделия|артикул нөмірі',
  hwVersion:
    'hardware version|hw version|hardwarestand|erzeugnisstand|hw|hardware|hardware revision|версия оборудования|аппаратная версия|жабдық нұсқасы|аппараттық нұсқа',
  series: 'series|серия|сериясы',
  firmware:
    'firmware|firmware version|firmware revision|fw|fw version|fw revision|firmwareversion|firmwarestand|version|прошивка|версия прошивки|версия по|микропрограмма|версия|микробағдарлама|микробағдарлама нұсқасы|нұсқасы|нұсқа',
  serial:
    'serial|serial number|serial no|serialnumber|seriennummer|s n|sn|серийный номер|заводской номер|сер номер|сериялық нөмір|зауыттық нөмір',
  cipTuple: 'cip|cip tuple|cip identity',
  protocol: 'protocol|protokoll|протокол|хаттама',
  connectionString: 'connection|connection string|строка подключения|подключение|қосылу жолы|қосылым',
  site: 'site|plant|standort|anlage|площадка|завод|объект|алаң|зауыт|нысан',
  area: 'area|unit|department|bereich|abteilung|участок|цех|установка|учаске|бөлімше|қондырғы',
  line: 'line|production line|linie|produktionslinie|линия|желі|желісі|өндіріс желісі',
  cabinet:
    'cabinet|panel|schrank|schaltschrank|rack location|place|location|шкаф|щит|место|местоположение|шкафы|орны|орналасуы',
  zone: 'zone|security zone|sicherheitszone|зона|зона безопасности|аймақ|қауіпсіздік аймағы',
  purdueLevel: 'purdue|purdue level|level|purdue ebene|ebene|уровень|уровень пердью|деңгей|пердью деңгейі',
  exposure: 'exposure|erreichbarkeit|доступность извне|открытость|ашықтық',
  criticality: 'criticality|critical|kritikalität|wichtigkeit|критичность|важность|маңыздылығы|сыншылдығы',
  safety: 'safety|safety related|fail safe|sicherheitsgerichtet|безопасность|противоаварийная защита|паз|қауіпсіздік',
  sil: 'sil|safety integrity level|упб',
  queryPolicy: 'query policy|политика опроса|сұрау саясаты',
  maintenanceWindow:
    'maintenance window|window|wartungsfenster|окно обслуживания|окно работ|қызмет көрсету терезесі|жұмыс терезесі',
  leadTimeDays: 'lead time|lead time days|vorlaufzeit|срок подготовки|дайындық мерзімі',
  warranty: 'warranty|gewährleistung|garantie|гарантия|кепілдік',
  lifecycle: 'lifecycle|state|status|zustand|lebenszyklus|состояние|статус|жизненный цикл|күйі|мәртебесі',
  endOfSupport: 'end of support|end of life|eol|конец поддержки|окончание поддержки|қолдау соңы|қолдаудың аяқталуы',
  replacedBy: 'replaced by|successor|nachfolger|замена|заменён на|алмастырушы',
  backupPlace: 'backup|backup place|sicherung|резервная копия|место копии|сақтық көшірме',
  restoreTestedAt: 'restore tested|restore test|проверка восстановления|қалпына келтіру сынағы',
  projectFile: 'project|project file|projekt|projektdatei|проект|файл проекта|жоба|жоба файлы',
  address:
    'ip|ip address|ip addresses|ipaddress|ip adresse|address|ipv4|network address|адрес|ip адрес|сетевой адрес|ip мекенжайы|мекенжай|мекенжайы',
  mac: 'mac|mac address|mac addresses|macaddress|mac adresse|ethernet address|mac адрес|мак адрес|mac мекенжайы',
  mask: 'mask|subnet mask|netmask|subnetzmaske|маска|маска подсети|ішкі желі маскасы',
  gateway: 'gateway|router|default gateway|шлюз|маршрутизатор|шлюзі',
  stationName:
    'station|station name|profinet name|device name profinet|имя станции|имя profinet|станция аты|profinet аты',
  vlan: 'vlan|vlan id',
  switchName: 'switch|switch name|коммутатор|коммутатор аты',
  switchPort: 'switch port|port|порт|порт коммутатора|коммутатор порты',
  parent:
    'parent|parent controller|plugged into|module of|controller tag|родитель|входит в|контроллер модуля|негізгі контроллер|құрамында',
  rack: 'rack|baugruppenträger|стойка|каркас|корзина|тірек|себет',
  slot: 'slot|slot number|steckplatz|слот|место в корзине|слоты',
  subslot: 'subslot|подслот|ішкі слот',
};

const folded = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[№#]/g, ' номер ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

type Guess = { column: CsvColumn; rank: number };

const byWord: ReadonlyMap<string, Guess> = new Map(
  Object.entries(words).flatMap(([column, list]) =>
    [column, ...list.split('|')].map((word, rank): [string, Guess] => [
      folded(word),
      { column: column as CsvColumn, rank },
    ]),
  ),
);

/** What a heading stands for; undefined when that is ambiguous. */
const guessColumn = (heading: string): Guess | undefined => {
  const whole = folded(heading);
  // `Serial number (plate)`, `Firmware, as built`: the words before a remark.
  return byWord.get(whole) ?? byWord.get(folded(heading.replace(/[([,;/].*$/s, '')));
};

/** The mapping of a row of headings: a column is used once, by the heading that names it best, of equal ones the first. */
export const guessColumns = (headings: readonly string[]): (CsvColumn | undefined)[] => {
  const guesses = headings.map(guessColumn);
  const best = new Map<CsvColumn, { at: number; rank: number }>();
  for (const [at, guess] of guesses.entries()) {
    if (guess === undefined) continue;
    const known = best.get(guess.column);
    if (known === undefined || guess.rank < known.rank) best.set(guess.column, { at, rank: guess.rank });
  }
  return guesses.map((guess, at) =>
    guess !== undefined && best.get(guess.column)?.at === at ? guess.column : undefined,
  );
};
