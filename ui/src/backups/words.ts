import { defineWords } from '../i18n/types.ts';

export const words = defineWords({
  'backups.sub': {
    en: 'Database and keys in one file that only the recovery key opens; objects of the store beside it, each once. Restoring is a command: sallyport backup restore.',
    ru: 'База данных и ключи в одном файле, который открывает только ключ восстановления; объекты хранилища рядом, каждый один раз. Восстановление выполняет команда sallyport backup restore.',
    kk: 'Дерекқор мен кілттер тек қалпына келтіру кілті ашатын бір файлда; қойма нысандары қасында, әрқайсысы бір рет. Қалпына келтіруді sallyport backup restore пәрмені орындайды.',
  },
  'backups.last': { en: 'Last good backup', ru: 'Последняя исправная копия', kk: 'Соңғы жарамды көшірме' },
  'backups.none': { en: 'None is known', ru: 'Неизвестна', kk: 'Белгісіз' },
  'backups.folder': { en: 'The next one goes to', ru: 'Следующая будет в', kk: 'Келесісі мұнда жазылады' },
  'backups.folderOwn': {
    en: 'the backups folder of the data directory, without objects',
    ru: 'папка backups каталога данных, без объектов',
    kk: 'деректер каталогының backups қалтасы, нысандарсыз',
  },
  'backups.make': { en: 'Make a backup', ru: 'Создать копию', kk: 'Көшірме жасау' },
  'backups.schedule': {
    en: 'Time, folder and how many are kept: settings',
    ru: 'Время, папка и число хранимых копий: настройки',
    kk: 'Уақыты, қалтасы және сақталатын саны: баптаулар',
  },
  'backups.busy': {
    en: 'A backup is being made or checked',
    ru: 'Копия создаётся или проверяется',
    kk: 'Көшірме жасалуда немесе тексерілуде',
  },
  'backups.again': { en: 'Show again', ru: 'Обновить', kk: 'Қайта көрсету' },
  'backups.size': { en: 'Size', ru: 'Размер', kk: 'Өлшемі' },
  'backups.objects': { en: 'Objects', ru: 'Объектов', kk: 'Нысандар' },
  'backups.by': { en: 'Made by', ru: 'Кем создана', kk: 'Кім жасады' },
  'backups.bySchedule': { en: 'Schedule', ru: 'По расписанию', kk: 'Кесте бойынша' },
  'backups.byHand': { en: 'A person', ru: 'Человек', kk: 'Адам' },
  'backups.whole': { en: 'Whole, read', ru: 'Исправна, прочитана', kk: 'Жарамды, оқылды' },
  'backups.damaged': { en: 'Damaged:', ru: 'Повреждена:', kk: 'Зақымдалған:' },
  'backups.gone': { en: 'Removed', ru: 'Удалена', kk: 'Жойылды' },
  'backups.destroyed': {
    en: 'Destroyed, as stated by',
    ru: 'Уничтожена, по словам',
    kk: 'Жойылды, айтқан адам:',
  },
  'backups.elsewhere': {
    en: 'Cannot be reached from here',
    ru: 'Отсюда недоступна',
    kk: 'Осы жерден қолжетімсіз',
  },
  'backups.noFile': { en: 'No file', ru: 'Файла нет', kk: 'Файл жоқ' },
  'backups.foot': {
    en: 'A check reads the whole file and the copies of objects, and needs no key.',
    ru: 'Проверка читает весь файл и копии объектов и не требует ключа.',
    kk: 'Тексеру бүкіл файлды және нысан көшірмелерін оқиды, кілт қажет емес.',
  },
  'backups.more': {
    en: '{n} older ones: sallyport backup list',
    ru: 'Ещё более старых: {n}, sallyport backup list',
    kk: 'Тағы ескілері: {n}, sallyport backup list',
  },
  'backups.toastStarted': {
    en: 'The backup is being made',
    ru: 'Копия создаётся',
    kk: 'Көшірме жасалуда',
  },
  'backups.toastChecking': {
    en: 'The backup is being checked',
    ru: 'Копия проверяется',
    kk: 'Көшірме тексерілуде',
  },
  'setting.backups.every-days.title': {
    en: 'A backup every so many days',
    ru: 'Резервная копия раз в столько дней',
    kk: 'Сақтық көшірме осынша күнде бір рет',
  },
  'setting.backups.every-days.help': {
    en: '0: only by hand.',
    ru: '0: только вручную.',
    kk: '0: тек қолмен.',
  },
  'setting.backups.at.title': { en: 'Time of backups', ru: 'Время резервного копирования', kk: 'Көшіру уақыты' },
  'setting.backups.at.help': {
    en: 'In the time zone of the site.',
    ru: 'В часовом поясе площадки.',
    kk: 'Алаңның уақыт белдеуінде.',
  },
  'setting.backups.folder.title': { en: 'Folder of backups', ru: 'Папка резервных копий', kk: 'Көшірмелер қалтасы' },
  'setting.backups.folder.help': {
    en: 'A mounted share or another disk, which the service may write to. Empty: the backups folder of the data directory, without objects, on the same disk as the data.',
    ru: 'Подключённый сетевой ресурс или другой диск, доступный службе для записи. Пусто: папка backups каталога данных, без объектов, на том же диске, что и данные.',
    kk: 'Қызмет жаза алатын қосылған желілік қалта немесе басқа диск. Бос: деректер каталогының backups қалтасы, нысандарсыз, деректермен бір дискіде.',
  },
  'setting.backups.keep-days.title': {
    en: 'Days whose last backup is kept',
    ru: 'За сколько дней хранить последнюю копию дня',
    kk: 'Күннің соңғы көшірмесі неше күн үшін сақталады',
  },
  'setting.backups.keep-days.help': {
    en: 'Of backups by schedule. The newest one always stays.',
    ru: 'Для копий по расписанию. Самая новая остаётся всегда.',
    kk: 'Кесте бойынша жасалғандар үшін. Ең жаңасы әрқашан қалады.',
  },
  'setting.backups.keep-weeks.title': {
    en: 'Weeks whose last backup is kept',
    ru: 'За сколько недель хранить последнюю копию недели',
    kk: 'Аптаның соңғы көшірмесі неше апта үшін сақталады',
  },
  'setting.backups.keep-weeks.help': {
    en: 'Weeks begin on Monday.',
    ru: 'Неделя начинается в понедельник.',
    kk: 'Апта дүйсенбіден басталады.',
  },
  'setting.backups.keep-months.title': {
    en: 'Months whose last backup is kept',
    ru: 'За сколько месяцев хранить последнюю копию месяца',
    kk: 'Айдың соңғы көшірмесі неше ай үшін сақталады',
  },
  'setting.backups.keep-months.help': {
    en: 'Calendar months.',
    ru: 'Календарные месяцы.',
    kk: 'Күнтізбелік айлар.',
  },
  'event.backup-forgotten': {
    en: 'Said to be destroyed: backup {file}. {reason}',
    ru: 'По словам человека уничтожена копия {file}. {reason}',
    kk: 'Адамның айтуынша {file} көшірмесі жойылды. {reason}',
  },
  'event.backup-removed': {
    en: 'Backup removed, no generation keeps it: {file}',
    ru: 'Копия удалена, срок её хранения истёк: {file}',
    kk: 'Көшірме жойылды, сақтау мерзімі бітті: {file}',
  },
  'event.backup-checked': {
    en: 'Backup is whole: {file}; objects missing: {missing}',
    ru: 'Копия исправна: {file}; не хватает объектов: {missing}',
    kk: 'Көшірме жарамды: {file}; жетіспейтін нысандар: {missing}',
  },
  'event.backup-damaged': {
    en: 'Backup is damaged: {file}. {reason}',
    ru: 'Копия повреждена: {file}. {reason}',
    kk: 'Көшірме зақымдалған: {file}. {reason}',
  },
});
