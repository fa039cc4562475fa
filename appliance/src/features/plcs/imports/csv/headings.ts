import type { CsvColumn } from './columns.ts';

// Headings as people write them, in English, Russian and Kazakh. What is not recognised a person maps, or leaves out.

const words: Readonly<Record<CsvColumn, string>> = {
  assetTag:
    'asset tag|asset|asset id|asset number|tag|inventory number|инвентарный номер|инв номер|инв|тег|обозначение|түгендеу нөмірі|инвентарлық нөмір|белгі',
  name: 'name|device name|plc name|controller|controller name|hostname|название|имя|наименование|контроллер|плк|атауы|аты|контроллер атауы',
  description: 'description|comment|remark|note|notes|описание|примечание|комментарий|сипаттама|ескерту|түсініктеме',
  role: 'role|device type|kind|роль|тип устройства|рөлі|құрылғы түрі',
  vendorRaw: 'vendor|manufacturer|maker|brand|производитель|изготовитель|вендор|өндіруші|жасаушы',
  model: 'model|type|product|product name|модель|тип|изделие|үлгі|моделі|түрі',
  orderNumber:
    'order number|order no|order code|part number|part no|catalog number|catalogue number|mlfb|номер заказа|заказной номер|каталожный номер|артикул заказа|тапсырыс нөмірі|тапсырыс коды|каталог нөмірі',
  articleNumber: 'article number|article|article no|артикул|номер изделия|артикул нөмірі',
  hwVersion:
    'hardware version|hw version|hw|hardware|hardware revision|версия оборудования|аппаратная версия|жабдық нұсқасы|аппараттық нұсқа',
  series: 'series|серия|сериясы',
  firmware:
    'firmware|firmware version|fw|fw version|version|прошивка|версия прошивки|версия по|микропрограмма|версия|микробағдарлама|микробағдарлама нұсқасы|нұсқасы|нұсқа',
  serial:
    'serial|serial number|serial no|s n|sn|серийный номер|заводской номер|сер номер|сериялық нөмір|зауыттық нөмір',
  cipTuple: 'cip|cip tuple|cip identity',
  protocol: 'protocol|протокол|хаттама',
  connectionString: 'connection|connection string|строка подключения|подключение|қосылу жолы|қосылым',
  site: 'site|plant|площадка|завод|объект|алаң|зауыт|нысан',
  area: 'area|unit|department|участок|цех|установка|учаске|бөлімше|қондырғы',
  line: 'line|production line|линия|желі|желісі|өндіріс желісі',
  cabinet: 'cabinet|panel|rack location|place|location|шкаф|щит|место|местоположение|шкафы|орны|орналасуы',
  zone: 'zone|security zone|зона|зона безопасности|аймақ|қауіпсіздік аймағы',
  purdueLevel: 'purdue|purdue level|level|уровень|уровень пердью|деңгей|пердью деңгейі',
  exposure: 'exposure|доступность извне|открытость|ашықтық',
  criticality: 'criticality|critical|критичность|важность|маңыздылығы|сыншылдығы',
  safety: 'safety|safety related|fail safe|безопасность|противоаварийная защита|паз|қауіпсіздік',
  sil: 'sil|safety integrity level|упб',
  queryPolicy: 'query policy|политика опроса|сұрау саясаты',
  maintenanceWindow: 'maintenance window|window|окно обслуживания|окно работ|қызмет көрсету терезесі|жұмыс терезесі',
  leadTimeDays: 'lead time|lead time days|срок подготовки|дайындық мерзімі',
  warranty: 'warranty|гарантия|кепілдік',
  lifecycle: 'lifecycle|state|status|состояние|статус|жизненный цикл|күйі|мәртебесі',
  endOfSupport: 'end of support|end of life|eol|конец поддержки|окончание поддержки|қолдау соңы|қолдаудың аяқталуы',
  replacedBy: 'replaced by|successor|замена|заменён на|алмастырушы',
  backupPlace: 'backup|backup place|резервная копия|место копии|сақтық көшірме',
  restoreTestedAt: 'restore tested|restore test|проверка восстановления|қалпына келтіру сынағы',
  projectFile: 'project|project file|проект|файл проекта|жоба|жоба файлы',
  address: 'ip|ip address|address|ipv4|network address|адрес|ip адрес|сетевой адрес|ip мекенжайы|мекенжай|мекенжайы',
  mac: 'mac|mac address|ethernet address|mac адрес|мак адрес|mac мекенжайы',
  mask: 'mask|subnet mask|netmask|маска|маска подсети|ішкі желі маскасы',
  gateway: 'gateway|router|default gateway|шлюз|маршрутизатор|шлюзі',
  stationName:
    'station|station name|profinet name|device name profinet|имя станции|имя profinet|станция аты|profinet аты',
  vlan: 'vlan|vlan id',
  switchName: 'switch|switch name|коммутатор|коммутатор аты',
  switchPort: 'switch port|port|порт|порт коммутатора|коммутатор порты',
  parent:
    'parent|parent controller|plugged into|module of|controller tag|родитель|входит в|контроллер модуля|негізгі контроллер|құрамында',
  rack: 'rack|стойка|каркас|корзина|тірек|себет',
  slot: 'slot|slot number|слот|место в корзине|слоты',
  subslot: 'subslot|подслот|ішкі слот',
};

const folded = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[№#]/g, ' номер ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const byWord: ReadonlyMap<string, CsvColumn> = new Map(
  Object.entries(words).flatMap(([column, list]) =>
    [column, ...list.split('|')].map((word): [string, CsvColumn] => [folded(word), column as CsvColumn]),
  ),
);

/** What a heading stands for; undefined when nobody can tell. */
export const guessColumn = (heading: string): CsvColumn | undefined => {
  const whole = folded(heading);
  // `Serial number (plate)`, `Firmware, as built`: the words before a remark.
  return byWord.get(whole) ?? byWord.get(folded(heading.replace(/[([,;/].*$/s, '')));
};

/** The mapping of a row of headings: a column is used once, by the first heading that means it. */
export const guessColumns = (headings: readonly string[]): (CsvColumn | undefined)[] => {
  const used = new Set<CsvColumn>();
  return headings.map((heading) => {
    const column = guessColumn(heading);
    if (column === undefined || used.has(column)) return undefined;
    used.add(column);
    return column;
  });
};
